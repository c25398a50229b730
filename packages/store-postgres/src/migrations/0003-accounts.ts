import type { Migration } from './migration.ts';

/**
 * Accounts and what changes in them. Rows of these tables are rewritten by every command, so accounts keep room in their
 * pages (HOT updates), and no foreign key stands where every order would pay for it: commit_batch has the account's row
 * locked when it writes, and verify:books recounts.
 */
export const accounts: Migration = {
  version: 3,
  name: 'accounts',
  note: 'Accounts, orders, positions and requests to providers.',
  statements: `
create table accounts (
  account_id entity_id primary key,
  owner_id label not null,
  type account_type not null,
  group_id text not null references groups,
  currency currency not null,
  leverage counter not null,
  mode account_mode not null,
  status account_status not null,
  balance_e8 money_e8 not null,
  credit_e8 positive_money_e8 not null,
  margin_executed_e8 positive_money_e8 not null,
  margin_total_e8 positive_money_e8 not null,
  version counter not null,
  last_sequence bigint not null,
  -- How many rows the account's chain has (migration 7), and the link of its last one.
  chain_length bigint not null default 0,
  chain_head bytea not null default '',
  check (margin_total_e8 >= margin_executed_e8)
) with (fillfactor = 50);
create index accounts_by_group on accounts (group_id);
create index accounts_by_owner on accounts (owner_id);

create table orders (
  order_id entity_id primary key,
  account_id entity_id not null,
  client_order_id label,
  symbol text not null,
  side side not null,
  type order_type not null,
  time_in_force time_in_force not null,
  limit_price_e8 price_e8,
  stop_price_e8 price_e8,
  expires_at timestamptz(3),
  triggered_at timestamptz(3),
  protection text,
  origin order_origin not null,
  -- None only of what we refused: the close of a position that is closed already.
  volume_e8 lots_or_none_e8 not null,
  filled_volume_e8 lots_or_none_e8 not null,
  filled_notional_e16 positive_whole_number not null,
  status order_status not null,
  flow flow not null,
  provider text,
  closes_position_id entity_id,
  max_deviation_e8 price_distance_e8,
  markup_e8 price_distance_e8 not null,
  reserved_price_e8 price_e8,
  reserved_rate_numerator whole_number,
  reserved_rate_denominator divisor,
  request_id entity_id,
  reason text,
  flags text[] not null,
  decision_id entity_id not null,
  version counter not null,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  reduce_only boolean not null
);
create unique index orders_by_client_order_id on orders (account_id, client_order_id) where client_order_id is not null;
create index orders_live on orders (account_id) where status in ('queued', 'working', 'partially_filled', 'unknown');
create index orders_unknown on orders (created_at, order_id) include (provider) where status = 'unknown';
create index orders_by_time on orders (account_id, created_at, order_id);
-- What waits for prices: read whole, a symbol at a time, by who watches them.
create index orders_resting on orders (symbol, order_id) where status = 'working' and request_id is null;

create table positions (
  position_id entity_id primary key,
  account_id entity_id not null,
  symbol text not null,
  side side not null,
  open_volume_e8 lots_or_none_e8 not null,
  open_notional_e16 positive_whole_number not null,
  margin_basis_numerator whole_number not null,
  margin_basis_denominator divisor not null,
  commission text not null,
  flow flow not null,
  provider text,
  realised_profit_e8 money_e8 not null,
  profit_remainder_e16 bigint not null,
  stop_loss_e8 price_e8,
  take_profit_e8 price_e8,
  opening_request_id entity_id,
  closing_order_id entity_id,
  opened_at timestamptz(3) not null,
  closed_at timestamptz(3),
  version counter not null,
  trailing_distance_e8 price_e8,
  trailing_best_e8 price_e8,
  check ((trailing_distance_e8 is null) = (trailing_best_e8 is null))
);
create index positions_open on positions (account_id, position_id) where open_volume_e8 > 0;
create index positions_protected on positions (symbol, position_id)
  where open_volume_e8 > 0 and closing_order_id is null
    and (stop_loss_e8 is not null or take_profit_e8 is not null or trailing_distance_e8 is not null);

create table provider_requests (
  request_id entity_id primary key,
  account_id entity_id not null,
  order_id entity_id not null,
  provider text not null,
  kind request_kind not null,
  original_request_id entity_id,
  send_before timestamptz(3),
  ended_at timestamptz(3),
  asked_at timestamptz(3),
  created_at timestamptz(3) not null
);

-- A provider that stays silent is asked again after 30 s, then later and later, at most an hour apart: a day of silence is 35
-- requests, not three thousand. Declared immutable, for the index: nothing added here is as long as a day, and only days
-- depend on the time zone.
create function ask_again_at(created_at timestamptz, asked_at timestamptz) returns timestamptz language sql immutable parallel safe as $$
  select asked_at + greatest(interval '30 s', least(interval '1 h', (asked_at - created_at) / 2))
$$;

-- Status requests are in neither: the request that they ask about is.
create index provider_requests_unasked on provider_requests (provider, created_at) include (request_id)
  where ended_at is null and asked_at is null and kind <> 'status';
create index provider_requests_asked on provider_requests (provider, ask_again_at(created_at, asked_at)) include (created_at)
  where ended_at is null and asked_at is not null and kind <> 'status';

-- A symbol stays listed at a provider while something there needs it: an order in flight is reported on by the provider's name of
-- the symbol, and a position is closed where it was filled. An order that a gateway accepts in the seconds until it knows of the
-- change slips through; it is asked about under our name of the symbol.
create function keep_needed_listing() returns trigger language plpgsql as $$
declare
  gone boolean := true;
  live bigint;
  held bigint := 0;
begin
  if tg_op = 'UPDATE' then
    gone := (new.provider, new.symbol) is distinct from (old.provider, old.symbol);
    if not gone and new.provider_symbol = old.provider_symbol then
      return new;
    end if;
  end if;
  select count(*) into live from orders where provider = old.provider and symbol = old.symbol
    and status in ('queued', 'working', 'partially_filled', 'unknown');
  if gone then
    select count(*) into held from positions where provider = old.provider and symbol = old.symbol and open_volume_e8 > 0;
  end if;
  if live + held > 0 then
    raise exception using errcode = 'restrict_violation',
      message = format('%s must stay listed at %s as "%s": %s orders in flight and %s open positions need it',
        old.symbol, old.provider, old.provider_symbol, live, held),
      hint = 'Set permitted to false in group_instruments, settle or wait for the orders, close the positions, and then try again.';
  end if;
  if tg_op = 'DELETE' then
    return old;
  end if;
  return new;
end
$$;
create trigger provider_instruments_needed before update or delete on provider_instruments
  for each row execute function keep_needed_listing();

-- The administrator's: of the accounts given those whose status was the one are given the other. The version rises, so that every
-- commit decided on the account as it was is a conflict: what services and Redis remember of it counts no more.
create function change_account_status(account_ids bigint[], was account_status, becomes account_status) returns setof bigint
language sql as $$
  with held as (
    select account_id from accounts where account_id = any(account_ids) and status = was order by account_id for update
  )
  update accounts a set status = becomes, version = a.version + 1 from held where a.account_id = held.account_id
    returning a.account_id::bigint
$$;
revoke execute on function change_account_status(bigint[], account_status, account_status), keep_needed_listing() from public;

grant select on accounts, orders, positions, provider_requests to margrave_service, margrave_books;
grant insert, update on orders, positions, provider_requests to margrave_books;
grant update on accounts to margrave_books;
`,
  check: `select count(*) = 4 from pg_tables where schemaname = 'public' and tablename in ('accounts', 'orders', 'positions', 'provider_requests')`,
};
