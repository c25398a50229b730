import type { Migration } from './migration.ts';

/**
 * How a batch of rows travels to the database: as text, fields between unit separators (U+001F), rows between record
 * separators (U+001E), a substitute (U+001A) for null, the first field being the number of the row's command in the batch.
 * Fields are only ever added at the end, so that the services of the release before go on working.
 *
 * Measured on two cores, PostgreSQL 15, 500 event rows of 340 bytes: this way 2 ms to take apart, one array a column 4 ms,
 * json_to_recordset 6 ms, jsonb_to_recordset 12 ms, an array of composite rows 15 ms.
 */
export const packedRows: Migration = {
  version: 6,
  name: 'packed-rows',
  note: 'Small functions that commit_batch and the reads stand on.',
  statements: `
-- "offset 0" keeps the planner from splitting a row again for each of its columns.
create function packed_rows(packed text) returns setof text[] language sql immutable parallel safe as $$
  select string_to_array(line, E'\\x1f', E'\\x1a') from string_to_table(packed, E'\\x1e') line offset 0
$$;

create function moment(epoch_ms text) returns timestamptz language sql immutable parallel safe as $$
  select to_timestamp(epoch_ms::double precision / 1000)
$$;

create function epoch_ms(moment timestamptz) returns bigint language sql stable parallel safe as $$
  select (extract(epoch from moment) * 1000)::bigint
$$;

-- Locks in id order, and does not read: what the locking statement itself reads can be older than the lock.
create function lock_accounts(account_ids bigint[]) returns void language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp set enable_seqscan = off as $$
begin
  perform 1 from accounts where account_id = any(account_ids) order by account_id for update;
end
$$;

revoke execute on function lock_accounts(bigint[]) from public;
grant execute on function lock_accounts(bigint[]) to margrave_service;
grant create on schema public to margrave_books;
alter function lock_accounts(bigint[]) owner to margrave_books;
revoke create on schema public from margrave_books;
`,
  check: `select array_agg(f[2] order by f[1]) = array['a', null] from packed_rows(E'1\\x1fa\\x1e2\\x1f\\x1a') f`,
};
