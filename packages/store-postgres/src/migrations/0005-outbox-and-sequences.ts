import type { Migration } from './migration.ts';

export const outboxAndSequences: Migration = {
  version: 5,
  name: 'outbox-and-sequences',
  note: 'After a restore or a promotion run "select renew_epoch()" before any service starts.',
  statements: `
-- A row is a message to a provider, or points to events of an account: they stand in account_changes and are not written twice.
create table outbox (
  outbox_id bigint generated always as identity primary key,
  account_id entity_id not null,
  first_sequence bigint,
  last_sequence bigint,
  message_id text,
  subject text,
  body text,
  request_id entity_id,
  send_before timestamptz(3),
  created_at timestamptz(3) not null default clock_timestamp(),
  attempted_at timestamptz(3),
  published_at timestamptz(3)
);
create index outbox_waiting on outbox ((coalesce(attempted_at, created_at)), outbox_id) include (created_at, request_id)
  where published_at is null;
create index outbox_by_request on outbox (request_id) where request_id is not null;

-- A random name of this line of history: whatever was cached or decided on another line never matches it.
create table store_epoch (
  one boolean primary key default true check (one),
  epoch uuid not null
);
insert into store_epoch (epoch) values (gen_random_uuid());

-- Block n holds the ids n × 1000 to n × 1000 + 999.
create sequence id_blocks as bigint start 1000002 minvalue 1000000 maxvalue 9000000000000000;
create sequence quote_generations as bigint start 1;

-- Waits for every commit that has begun: what comes after it sees the new epoch. A restored database has forgotten which ids
-- and generations it gave out, and providers know theirs for ever: a leap keeps them from being given out again.
create function renew_epoch() returns uuid language plpgsql as $$
declare
  renewed uuid := gen_random_uuid();
begin
  lock table accounts in exclusive mode;
  update store_epoch set epoch = renewed;
  perform setval('id_blocks', nextval('id_blocks') + 1000000), setval('quote_generations', nextval('quote_generations') + 1000);
  return renewed;
end
$$;

grant select on outbox, store_epoch to margrave_service, margrave_books;
grant insert on outbox to margrave_books;
grant update (attempted_at, published_at) on outbox to margrave_service;
grant usage on sequence id_blocks, quote_generations to margrave_service;
revoke execute on function renew_epoch(), configuration_changed() from public;
`,
  check: `select count(*) = 1 from store_epoch`,
};
