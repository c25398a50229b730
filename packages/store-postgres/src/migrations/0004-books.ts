import type { Migration } from './migration.ts';

export const books: Migration = {
  version: 4,
  name: 'books',
  note: 'What is only ever added to: deals, the ledger, events, decisions, keys, operators’ actions. Keys are never partitioned and never purged. Events and records are JSON kept as text, which costs a commit a twentieth less.',
  statements: `
create table deals (
  deal_id entity_id not null,
  account_id entity_id not null,
  order_id entity_id not null,
  position_id entity_id not null,
  symbol text not null,
  side side not null,
  entry deal_entry not null,
  volume_e8 lots_e8 not null,
  price_e8 price_e8 not null,
  provider_price_e8 price_e8,
  level_e8 price_e8,
  profit_e8 money_e8 not null,
  commission_e8 money_e8 not null,
  currency currency not null,
  provider text,
  execution_id text,
  flags text[] not null,
  sequence counter not null,
  executed_at timestamptz(3) not null,
  primary key (account_id, sequence, deal_id)
);

-- Double entry. A client account has a balance and a version; a house account has neither, it is the sum of its entries.
create table ledger_entries (
  entry_id entity_id primary key,
  journal_id entity_id not null,
  account_id entity_id,
  house house_account,
  currency currency not null,
  amount_e8 booked_money_e8 not null,
  kind ledger_kind not null,
  deal_id entity_id,
  sequence counter,
  booked_at timestamptz(3) not null,
  -- Its place in the chain of an account, the house's side in that of the client it was booked with, and its link.
  chain_account_id entity_id not null,
  chain_place counter not null,
  chain_link bytea not null
);
create index ledger_entries_by_sequence on ledger_entries (account_id, sequence, entry_id) where account_id is not null;

-- The events of one commit about one order stand in one row, as [{"type", "ofOrder", "data"}]: they are written and told
-- together, and a row an event costs a fill four rows and seven index entries more. Up to a page they stay in the row,
-- uncompressed, as decisions and keys do: compressing them would cost more than the rest of the insert.
create table account_changes (
  account_id entity_id not null,
  first_sequence counter not null,
  last_sequence counter not null,
  version counter not null,
  at timestamptz(3) not null,
  by label not null,
  order_id entity_id,
  events text not null,
  primary key (account_id, last_sequence)
) with (toast_tuple_target = 8160);
create index account_changes_by_order on account_changes (order_id, last_sequence) where order_id is not null;

-- Each event by itself. Who wants a few of them names the change's columns too, which are indexed.
create view account_events as
  select c.account_id, c.first_sequence + e.place - 1 as sequence, c.version, e.event ->> 'type' as type, c.at, c.by,
      e.event -> 'data' as data, case when e.event ->> 'ofOrder' = 'true' then c.order_id end as order_id,
      c.last_sequence as change_last_sequence, c.order_id as change_order_id
    from account_changes c cross join lateral json_array_elements(c.events::json) with ordinality e (event, place);

create table decisions (
  decision_id entity_id primary key,
  account_id entity_id not null,
  order_id entity_id,
  command label not null,
  outcome decision_outcome not null,
  code text,
  account_version counter not null,
  engine_version text not null,
  configuration_version bigint not null,
  record text not null,
  decided_at timestamptz(3) not null,
  chain_place counter not null,
  chain_link bytea not null
) with (toast_tuple_target = 8160);

create table command_keys (
  account_id entity_id not null,
  key label not null,
  request_hash text not null,
  answer_status http_status not null,
  answer_body text not null,
  created_at timestamptz(3) not null default clock_timestamp(),
  primary key (account_id, key)
) with (toast_tuple_target = 8160);

create table applied_executions (
  provider text not null,
  execution_id text not null,
  content_hash text not null,
  account_id entity_id not null,
  applied_at timestamptz(3) not null default clock_timestamp(),
  primary key (provider, execution_id)
);

-- What named operators did, for those who look into it later. Clients are not shown it.
create table operator_actions (
  action_id entity_id primary key,
  at timestamptz(3) not null,
  operator label not null,
  role staff_role not null,
  kind operator_action_kind not null,
  reason label not null,
  account_id entity_id not null,
  order_id entity_id not null,
  account_version counter not null,
  decision_id entity_id not null,
  details text not null
);
create index operator_actions_by_time on operator_actions (at, action_id);
create index operator_actions_by_account on operator_actions (account_id, at, action_id);

grant select on account_events to margrave_service;
grant select on deals, ledger_entries, account_changes, decisions, command_keys, applied_executions, operator_actions
  to margrave_service, margrave_books;
grant insert on deals, ledger_entries, account_changes, decisions, command_keys, applied_executions, operator_actions
  to margrave_books;
`,
  check: `select not has_table_privilege('margrave_books', 'ledger_entries', 'update, delete, truncate')
    and not has_table_privilege('margrave_service', 'ledger_entries', 'insert, update, delete, truncate')`,
};
