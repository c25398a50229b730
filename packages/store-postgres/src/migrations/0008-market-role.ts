import type { Migration } from './migration.ts';

export const marketRole: Migration = {
  version: 8,
  name: 'market-role',
  note: 'market-data has a role that sees no account and commits nothing. Its login may be moved over at any time: grant margrave_market to it, revoke margrave_service from it. margrave_service keeps the right to take a generation of quotes for one step, because a market-data of the release before may still use it.',
  statements: `
do $$
begin
  create role margrave_market nologin;
exception when duplicate_object or unique_violation then
  null; -- made for another database of this server
end
$$;
grant usage on schema public to margrave_market;
grant select on configuration_version, instruments, groups, group_instruments, providers, provider_instruments to margrave_market;
grant usage on sequence quote_generations to margrave_market;
`,
  check: `
select has_sequence_privilege('margrave_market', 'quote_generations', 'usage')
    and not has_table_privilege('margrave_market', 'accounts', 'select')
    and exists (select from pg_roles where rolname = 'margrave_market' and not rolcanlogin and not rolsuper)`,
};
