import { withAdminConnection } from '../migrate.ts';

export interface ServiceLogin {
  readonly name: string;
  readonly password: string;
}

const NAME = /^[a-z][a-z0-9_]{0,62}$/;

/** Role and password are checked, not escaped: DDL takes no parameters. */
const PASSWORD = /^[A-Za-z0-9_.~-]{1,128}$/;

/**
 * Makes sure that a service can log in with the rights of `margrave_service` and no others, and returns its URL. Logins
 * belong to the whole server; called again, it sets the password.
 *
 * @param adminDatabaseUrl of a user who may create roles.
 */
export async function ensureServiceLogin(adminDatabaseUrl: string, { name, password }: ServiceLogin): Promise<string> {
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
grant margrave_service to ${name};`),
  );
  const url = new URL(adminDatabaseUrl);
  url.username = name;
  url.password = password;
  return url.href;
}
