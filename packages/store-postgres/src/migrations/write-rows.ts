/** Rows that are there for the first time. */
const insert = (rows: string, columns: string, values: string): string => `
    if ${rows} <> '' then
      insert into ${columns}
        select ${values}
        from packed_rows(${rows}) f where committed[f[1]::integer];
    end if;`;

/** Of the rows of one id the last of the chain. */
const lastOf = (rows: string): string => `
        select distinct on (p[2]::bigint) p as f from packed_rows(${rows}) p where committed[p[1]::integer]
          order by p[2]::bigint, p[1]::integer desc`;

/** Rows that were there: \`where\` must find one for each that is given. Given in the order of ids, so that writers never deadlock. */
const update = (rows: string, table: string, given: string, set: string, where: string): string => `
    if ${rows} <> '' then
      with given as (${given}
      ), written as (
        update ${table} r set ${set}
          from given where ${where}
          returning 1
      )
      select (select count(*) from given) - (select count(*) from written) into missing;
      if missing <> 0 then
        raise exception using errcode = 'MG002', message = format(
          '%s rows given for ${table} replace none that is there, of the same account and older', missing);
      end if;
    end if;`;

export const WRITE_CHANGES = insert(
  'change_rows',
  'account_changes (account_id, first_sequence, last_sequence, version, at, by, order_id, events)',
  'f[2]::bigint, f[3]::bigint, f[4]::bigint, f[5]::bigint, moment(f[6]), f[7], f[8]::bigint, f[9]',
);

/**
 * The part of `commit_batch` that writes, a table at a time; `committed` says which commands of the batch stand. Statements and
 * not functions, because a call of a function costs a batch of one as much as some of its rows.
 */
export const WRITE_ROWS = [
  insert(
    'key_rows',
    'command_keys (account_id, key, request_hash, answer_status, answer_body)',
    'account_ids[f[1]::integer], f[2], f[3], f[4]::smallint, f[5]',
  ),
  `
    if execution_rows <> '' then
      -- In order, so that two writers of the same executions never wait for each other.
      insert into applied_executions (provider, execution_id, content_hash, account_id)
        select f[2], f[3], f[4], account_ids[f[1]::integer]
        from packed_rows(execution_rows) f where committed[f[1]::integer] order by f[2], f[3];
    end if;`,
  insert(
    'new_order_rows',
    `orders (order_id, account_id, client_order_id, symbol, side, type, time_in_force, limit_price_e8, stop_price_e8, expires_at,
        triggered_at, protection, origin, volume_e8,
        filled_volume_e8, filled_notional_e16, status, flow, provider, closes_position_id, max_deviation_e8, markup_e8,
        reserved_price_e8, reserved_rate_numerator, reserved_rate_denominator, request_id, reason, flags, decision_id, version,
        created_at, updated_at, reduce_only)`,
    `f[2]::bigint, f[3]::bigint, f[4], f[5], f[6], f[7], f[8], f[9]::bigint, f[10]::bigint, moment(f[11]),
          moment(f[12]), f[13], f[14], f[15]::bigint,
          f[16]::bigint, f[17]::numeric, f[18], f[19], f[20], f[21]::bigint, f[22]::bigint, f[23]::bigint,
          f[24]::bigint, f[25]::numeric, f[26]::numeric, f[27]::bigint, f[28], f[29]::text[], f[30]::bigint, f[31]::bigint,
          moment(f[32]), moment(f[33]), f[34]::boolean`,
  ),
  update(
    'order_rows',
    'orders',
    lastOf('order_rows'),
    `time_in_force = f[8], limit_price_e8 = f[9]::bigint, stop_price_e8 = f[10]::bigint, expires_at = moment(f[11]),
          triggered_at = moment(f[12]), protection = f[13], volume_e8 = f[15]::bigint, filled_volume_e8 = f[16]::bigint,
          filled_notional_e16 = f[17]::numeric, status = f[18], closes_position_id = f[21]::bigint, max_deviation_e8 = f[22]::bigint, markup_e8 = f[23]::bigint,
          reserved_price_e8 = f[24]::bigint, reserved_rate_numerator = f[25]::numeric, reserved_rate_denominator = f[26]::numeric,
          request_id = f[27]::bigint, reason = f[28], flags = f[29]::text[], version = f[31]::bigint, updated_at = moment(f[33])`,
    'r.order_id = f[2]::bigint and r.account_id = f[3]::bigint and r.version < f[31]::bigint',
  ),
  insert(
    'new_position_rows',
    `positions (position_id, account_id, symbol, side, open_volume_e8, open_notional_e16,
        margin_basis_numerator, margin_basis_denominator, commission, flow, provider, realised_profit_e8, profit_remainder_e16,
        stop_loss_e8, take_profit_e8, opening_request_id, closing_order_id, opened_at, closed_at, version,
        trailing_distance_e8, trailing_best_e8)`,
    `f[2]::bigint, f[3]::bigint, f[4], f[5], f[6]::bigint, f[7]::numeric,
          f[8]::numeric, f[9]::numeric, f[10], f[11], f[12], f[13]::bigint, f[14]::bigint,
          f[15]::bigint, f[16]::bigint, f[17]::bigint, f[18]::bigint, moment(f[19]), moment(f[20]), f[21]::bigint,
          f[22]::bigint, f[23]::bigint`,
  ),
  update(
    'position_rows',
    'positions',
    lastOf('position_rows'),
    `side = f[5], open_volume_e8 = f[6]::bigint, open_notional_e16 = f[7]::numeric, margin_basis_numerator = f[8]::numeric,
          margin_basis_denominator = f[9]::numeric, commission = f[10], realised_profit_e8 = f[13]::bigint, profit_remainder_e16 = f[14]::bigint,
          stop_loss_e8 = f[15]::bigint, take_profit_e8 = f[16]::bigint, opening_request_id = f[17]::bigint,
          closing_order_id = f[18]::bigint, opened_at = moment(f[19]), closed_at = moment(f[20]), version = f[21]::bigint,
          trailing_distance_e8 = f[22]::bigint, trailing_best_e8 = f[23]::bigint`,
    'r.position_id = f[2]::bigint and r.account_id = f[3]::bigint and r.version < f[21]::bigint',
  ),
  insert(
    'new_request_rows',
    `provider_requests (request_id, account_id, order_id, provider, kind, original_request_id, send_before,
        ended_at, asked_at, created_at)`,
    `f[2]::bigint, f[3]::bigint, f[4]::bigint, f[5], f[6], f[7]::bigint, moment(f[8]),
          moment(f[9]), moment(f[10]), moment(f[11])`,
  ),
  // The last note counts: a request that had ended is owed an answer again when a fill brings its order back.
  update(
    'request_rows',
    'provider_requests',
    `
        select f[2]::bigint as request_id, f[3]::bigint as account_id, f[4]::bigint as order_id,
            (array_agg(moment(f[9]) order by f[1]::integer desc))[1] as ended_at, max(moment(f[10])) as asked_at
          from packed_rows(request_rows) f where committed[f[1]::integer] group by 1, 2, 3 order by 1`,
    'ended_at = case when given.ended_at is not null then coalesce(r.ended_at, given.ended_at) end, asked_at = greatest(r.asked_at, given.asked_at)',
    'r.request_id = given.request_id and r.account_id = given.account_id and r.order_id = given.order_id',
  ),
  insert(
    'deal_rows',
    `deals (deal_id, account_id, order_id, position_id, symbol, side, entry, volume_e8, price_e8, provider_price_e8,
        level_e8, profit_e8, commission_e8, currency, provider, execution_id, flags, sequence, executed_at)`,
    `f[2]::bigint, f[3]::bigint, f[4]::bigint, f[5]::bigint, f[6], f[7], f[8], f[9]::bigint, f[10]::bigint, f[11]::bigint,
          f[12]::bigint, f[13]::bigint, f[14]::bigint, f[15], f[16], f[17], f[18]::text[], f[19]::bigint, moment(f[20])`,
  ),
  WRITE_CHANGES,
  insert(
    'decision_rows',
    `decisions (decision_id, account_id, order_id, command, outcome, code, account_version, engine_version,
        configuration_version, record, decided_at, chain_place, chain_link)`,
    `f[2]::bigint, f[3]::bigint, f[4]::bigint, f[5], f[6], f[7], f[8]::bigint, f[9],
          f[10]::bigint, f[11], moment(f[12]), decision_places[f[1]::integer], decision_links[f[1]::integer]`,
  ),
  insert(
    'action_rows',
    `operator_actions (action_id, at, operator, role, kind, reason, account_id, order_id, account_version, decision_id,
        details)`,
    'f[2]::bigint, moment(f[3]), f[4], f[5], f[6], f[7], f[8]::bigint, f[9]::bigint, f[10]::bigint, f[11]::bigint, f[12]',
  ),
  `
    if outbox_rows <> '' then
      -- A message stands for itself, the events of a command by a pointer; the identities come in the order of the rows.
      -- Without packed_rows, which is parsed at every call where its rows are numbered.
      with given as (
        select string_to_array(line, E'\\x1f', E'\\x1a') as f, place
          from string_to_table(outbox_rows, E'\\x1e') with ordinality p (line, place) offset 0
      ), written as (
        insert into outbox (account_id, message_id, subject, body, request_id, send_before, first_sequence, last_sequence)
          select account_ids[f[1]::integer], f[2], f[3], f[4], f[5]::bigint, moment(f[6]), f[7]::bigint, f[8]::bigint
          from given where committed[f[1]::integer] order by place
          returning outbox_id
      )
      select array_agg(outbox_id order by outbox_id) into outbox_ids from written;
    end if;`,
].join('\n');
