import type { Migration } from './migration.ts';

const WRITERS = [
  'write_orders',
  'write_positions',
  'write_requests',
  'write_deals',
  'write_changes',
  'write_decisions',
  'write_keys',
  'write_executions',
  'write_messages',
  'write_pointers',
];

/** Of the rows of one id the last of the chain counts; sorted, so that two writers never wait for each other. */
const LATEST = `(
      select distinct on (p[2]::bigint) p as f from packed_rows(packed) p where committed[p[1]::integer]
        order by p[2]::bigint, p[1]::integer desc
    ) latest`;

export const writeRows: Migration = {
  version: 7,
  name: 'write-rows',
  note: 'One function a table that commit_batch writes; "committed" says which commands of the batch stand.',
  statements: `
create function write_orders(packed text, committed boolean[]) returns bigint language plpgsql as $$
declare
  written bigint;
begin
  insert into orders as o (order_id, account_id, client_order_id, symbol, side, type, time_in_force, volume_e8,
      filled_volume_e8, filled_notional_e16, status, flow, provider, closes_position_id, max_deviation_e8, markup_e8,
      reserved_price_e8, reserved_rate_numerator, reserved_rate_denominator, request_id, reason, flags, decision_id, version,
      created_at, updated_at)
    select f[2]::bigint, f[3]::bigint, f[4], f[5], f[6], f[7], f[8], f[9]::bigint,
        f[10]::bigint, f[11]::numeric, f[12], f[13], f[14], f[15]::bigint, f[16]::bigint, f[17]::bigint,
        f[18]::bigint, f[19]::numeric, f[20]::numeric, f[21]::bigint, f[22], f[23]::text[], f[24]::bigint, f[25]::bigint,
        moment(f[26]), moment(f[27])
      from ${LATEST}
    on conflict (order_id) do update set
      account_id = same_id(o.account_id, excluded.account_id), version = later_version(o.version, excluded.version),
      volume_e8 = excluded.volume_e8, filled_volume_e8 = excluded.filled_volume_e8,
      filled_notional_e16 = excluded.filled_notional_e16, status = excluded.status,
      max_deviation_e8 = excluded.max_deviation_e8, reserved_price_e8 = excluded.reserved_price_e8,
      reserved_rate_numerator = excluded.reserved_rate_numerator,
      reserved_rate_denominator = excluded.reserved_rate_denominator, request_id = excluded.request_id,
      reason = excluded.reason, flags = excluded.flags, updated_at = excluded.updated_at;
  get diagnostics written = row_count;
  return written;
end
$$;

create function write_positions(packed text, committed boolean[]) returns bigint language plpgsql as $$
declare
  written bigint;
begin
  insert into positions as p (position_id, account_id, symbol, side, open_volume_e8, open_notional_e16,
      margin_basis_numerator, margin_basis_denominator, commission, flow, provider, opening_request_id, closing_order_id,
      opened_at, closed_at, version)
    select f[2]::bigint, f[3]::bigint, f[4], f[5], f[6]::bigint, f[7]::numeric,
        f[8]::numeric, f[9]::numeric, f[10]::json, f[11], f[12], f[13]::bigint, f[14]::bigint,
        moment(f[15]), moment(f[16]), f[17]::bigint
      from ${LATEST}
    on conflict (position_id) do update set
      account_id = same_id(p.account_id, excluded.account_id), version = later_version(p.version, excluded.version),
      side = excluded.side, open_volume_e8 = excluded.open_volume_e8, open_notional_e16 = excluded.open_notional_e16,
      margin_basis_numerator = excluded.margin_basis_numerator,
      margin_basis_denominator = excluded.margin_basis_denominator, commission = excluded.commission,
      opening_request_id = excluded.opening_request_id, closing_order_id = excluded.closing_order_id,
      opened_at = excluded.opened_at, closed_at = excluded.closed_at;
  get diagnostics written = row_count;
  return written;
end
$$;

-- What was noted of a request is never taken back: reports and questions about it cross each other.
create function write_requests(packed text, committed boolean[]) returns bigint language plpgsql as $$
declare
  written bigint;
begin
  insert into provider_requests as r (request_id, account_id, order_id, provider, kind, original_request_id, send_before,
      ended_at, asked_at, created_at)
    select f[2]::bigint, f[3]::bigint, f[4]::bigint, f[5], f[6], f[7]::bigint, moment(f[8]),
        moment(f[9]), moment(f[10]), moment(f[11])
      from ${LATEST}
    on conflict (request_id) do update set
      account_id = same_id(r.account_id, excluded.account_id), order_id = same_id(r.order_id, excluded.order_id),
      ended_at = coalesce(r.ended_at, excluded.ended_at), asked_at = greatest(r.asked_at, excluded.asked_at);
  get diagnostics written = row_count;
  return written;
end
$$;

create function write_deals(packed text, committed boolean[]) returns bigint language plpgsql as $$
declare
  written bigint;
begin
  insert into deals (deal_id, account_id, order_id, position_id, symbol, side, entry, volume_e8, price_e8, provider_price_e8,
      profit_e8, commission_e8, currency, provider, execution_id, flags, sequence, executed_at)
    select f[2]::bigint, f[3]::bigint, f[4]::bigint, f[5]::bigint, f[6], f[7], f[8], f[9]::bigint, f[10]::bigint, f[11]::bigint,
        f[12]::bigint, f[13]::bigint, f[14], f[15], f[16], f[17]::text[], f[18]::bigint, moment(f[19])
      from packed_rows(packed) f where committed[f[1]::integer];
  get diagnostics written = row_count;
  return written;
end
$$;

create function write_changes(packed text, committed boolean[]) returns bigint language plpgsql as $$
declare
  written bigint;
begin
  insert into account_changes (account_id, first_sequence, last_sequence, version, at, by, order_id, events)
    select f[2]::bigint, f[3]::bigint, f[4]::bigint, f[5]::bigint, moment(f[6]), f[7], f[8]::bigint, f[9]::json
      from packed_rows(packed) f where committed[f[1]::integer];
  get diagnostics written = row_count;
  return written;
end
$$;

create function write_decisions(packed text, committed boolean[]) returns bigint language plpgsql as $$
declare
  written bigint;
begin
  insert into decisions (decision_id, account_id, order_id, command, outcome, code, account_version, engine_version,
      configuration_version, record, decided_at)
    select f[2]::bigint, f[3]::bigint, f[4]::bigint, f[5], f[6], f[7], f[8]::bigint, f[9],
        f[10]::bigint, f[11]::json, moment(f[12])
      from packed_rows(packed) f where committed[f[1]::integer];
  get diagnostics written = row_count;
  return written;
end
$$;

create function write_keys(packed text, committed boolean[], account_ids bigint[]) returns bigint language plpgsql as $$
declare
  written bigint;
begin
  insert into command_keys (account_id, key, request_hash, answer_status, answer_body)
    select account_ids[f[1]::integer], f[2], f[3], f[4]::smallint, f[5]
      from packed_rows(packed) f where committed[f[1]::integer];
  get diagnostics written = row_count;
  return written;
end
$$;

-- In order, so that two writers of the same executions never wait for each other.
create function write_executions(packed text, committed boolean[], account_ids bigint[]) returns bigint language plpgsql as $$
declare
  written bigint;
begin
  insert into applied_executions (provider, execution_id, content_hash, account_id)
    select f[2], f[3], f[4], account_ids[f[1]::integer]
      from packed_rows(packed) f where committed[f[1]::integer] order by f[2], f[3];
  get diagnostics written = row_count;
  return written;
end
$$;

-- A message stands for itself, the events of a command by a pointer; the identities come back in the order of the rows.
create function write_messages(packed text, committed boolean[], account_ids bigint[]) returns bigint[] language plpgsql as $$
declare
  outbox_ids bigint[];
begin
  with written as (
    insert into outbox (account_id, message_id, subject, body, request_id, send_before)
      select account_ids[f[1]::integer], f[2], f[3], f[4]::json, f[5]::bigint, moment(f[6])
        from packed_rows(packed) with ordinality p (f, number) where committed[f[1]::integer] order by number
      returning outbox_id
  )
  select array_agg(outbox_id order by outbox_id) into outbox_ids from written;
  return outbox_ids;
end
$$;

create function write_pointers(committed boolean[], account_ids bigint[], first_sequences bigint[], last_sequences bigint[])
  returns bigint[] language plpgsql as $$
declare
  outbox_ids bigint[];
begin
  with written as (
    insert into outbox (account_id, first_sequence, last_sequence)
      select account_id, first_sequence, last_sequence
        from unnest(account_ids, first_sequences, last_sequences, committed) with ordinality
          c (account_id, first_sequence, last_sequence, stands, number)
        where stands and first_sequence is not null order by number
      returning outbox_id
  )
  select array_agg(outbox_id order by outbox_id) into outbox_ids from written;
  return outbox_ids;
end
$$;

${WRITERS.map(
  (writer) => `
revoke execute on function ${writer} from public;
grant execute on function ${writer} to margrave_books;`,
).join('')}
`,
  check: `select not bool_or(has_function_privilege('margrave_service', oid, 'execute')) from pg_proc where proname = any('{${WRITERS.join(',')}}')`,
};
