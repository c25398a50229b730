import type { Migration } from './migration.ts';

/**
 * Domains, so that a limit or a closed list is written once. Amounts are e8 integers within ±90 000 000 000 units; exact
 * fractions and sums of products are whole numerics, whose two-sided bound also refuses NaN and infinity.
 *
 * A domain's check is compiled once a session, a table's with every statement, which a batch of one feels (measured: the
 * checks of two columns of six tables, a tenth of the commit of one fill). What takes two columns of a table that every order
 * writes is checked where the batch is made, which is the only way in; the margins of an account are checked in both places.
 */
export const typesAndRoles: Migration = {
  version: 1,
  name: 'types-and-roles',
  note: 'Roles belong to the whole server: databases on one server share them.',
  statements: `
create domain money_e8 as bigint check (value between -9000000000000000000 and 9000000000000000000);
create domain positive_money_e8 as bigint check (value between 0 and 9000000000000000000);
create domain booked_money_e8 as bigint check (value between -9000000000000000000 and 9000000000000000000 and value <> 0);
create domain price_e8 as bigint check (value between 1 and 9000000000000000000);
create domain price_distance_e8 as bigint check (value between 0 and 9000000000000000000);
create domain lots_e8 as bigint check (value between 1 and 9000000000000000000);
create domain lots_or_none_e8 as bigint check (value between 0 and 9000000000000000000);
create domain whole_number as numeric check (value between -1e200 and 1e200 and value = trunc(value));
create domain positive_whole_number as numeric check (value between 0 and 1e200 and value = trunc(value));
create domain divisor as numeric check (value between 1 and 1e200 and value = trunc(value));
create domain entity_id as bigint;
create domain counter as bigint;
create domain label as text check (value <> '');
create domain house_account as text check (value <> '');
create domain currency as text check (length(value) between 3 and 8 and value = upper(value));

create domain side as text check (value in ('buy', 'sell'));
create domain flow as text check (value in ('local', 'provider'));
create domain account_type as text check (value in ('live', 'demo'));
create domain account_mode as text check (value in ('hedging', 'netting'));
create domain account_status as text check (value in ('active', 'close_only', 'suspended'));
create domain instrument_class as text check (value in ('fx', 'metal', 'index', 'energy', 'crypto', 'share'));
create domain trade_mode as text check (value in ('full', 'close_only', 'disabled'));
create domain order_type as text check (value in ('market', 'limit', 'stop', 'stop_limit'));
create domain time_in_force as text check (value in ('gtc', 'day', 'gtd', 'ioc', 'fok'));
create domain order_origin as text check (value in ('client', 'stop_loss', 'take_profit', 'trailing_stop'));
create domain order_status as text check (value in
  ('denied', 'queued', 'working', 'partially_filled', 'filled', 'rejected', 'cancelled', 'expired', 'unknown'));
create domain deal_entry as text check (value in ('in', 'out'));
create domain decision_outcome as text check (value in ('accepted', 'denied'));
create domain http_status as smallint check (value between 100 and 599);
create domain ledger_kind as text check (value in
  ('deposit', 'withdrawal', 'profit', 'commission', 'swap', 'adjustment'));
create domain staff_role as text check (value in ('viewer', 'dealer', 'risk', 'admin'));
create domain operator_action_kind as text check (value in ('settle'));
create domain request_kind as text check (value in ('new', 'cancel', 'replace', 'close', 'protect', 'status'));

revoke create on schema public from public;
do $$ begin execute format('revoke temporary on database %I from public', current_database()); end $$;

-- margrave_service is what the services' logins are members of. margrave_books is nobody's login: it owns the functions
-- that write the books, so that a service can change an account through them and in no other way.
do $$
declare
  wanted text;
begin
  foreach wanted in array array['margrave_service', 'margrave_books'] loop
    begin
      execute format('create role %I nologin', wanted);
    exception when duplicate_object or unique_violation then
      null; -- made for another database of this server
    end;
  end loop;
  -- An administrator who is no superuser can hand a function over only to a role that he is a member of.
  if not (select rolsuper from pg_roles where rolname = current_user) then
    execute format('grant margrave_books to %I', current_user);
  end if;
end
$$;
grant usage on schema public to margrave_service, margrave_books;
`,
  check: `select count(*) = 2 from pg_roles where rolname in ('margrave_service', 'margrave_books') and not rolcanlogin and not rolsuper`,
};
