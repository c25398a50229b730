import { withAdminConnection } from '../migrate.ts';

/** What a service may do; docs/rights.md says it. */
const SERVICE_ROLES = ['margrave_service', 'margrave_market'] as const;
export type ServiceRole = (typeof SERVICE_ROLES)[number];

export interface ServiceLogin {
  readonly name: string;
  readonly password: string;
  /** `margrave_service` unless said otherwise: that of gateway and worker. market-data has `margrave_market`. */
  readonly role?: ServiceRole;
}

const NAME = /^[a-z][a-z0-9_]{0,62}$/;

/** Role and password are checked, not escaped: DDL takes no parameters. */
const PASSWORD = /^[A-Za-z0-9_.~-]{1,128}$/;

/**
 * Makes sure that a service can log in with the rights of its role and no others, and returns its URL. Logins belong to the
 * whole server; called again, it sets password and role.
 *
 * @param adminDatabaseUrl of a user who may create roles.
 */
export async function ensureServiceLogin(adminDatabaseUrl: string, login: ServiceLogin): Promise<string> {
  const { name, password, role = 'margrave_service' } = login;
  const others = SERVICE_ROLES.filter((other) => other !== role);
  if (!NAME.test(name) || !PASSWORD.test(password))
    throw new Error('a login has a plain name and a password without special characters');
  await withAdminConnection(adminDatabaseUrl, (connection) =>
    connection.script(`
do $$
begin
  create role ${name};
exception when duplicate_object or unique_violation then
  null; -- it was made before, or for another database of this server
end
$$;
alter role ${name} with login nosuperuser nocreatedb nocreaterole noreplication password '${password}';
revoke ${others.join(', ')} from ${name};
grant ${role} to ${name};`),
  );
  const url = new URL(adminDatabaseUrl);
  url.username = name;
  url.password = password;
  return url.href;
}
