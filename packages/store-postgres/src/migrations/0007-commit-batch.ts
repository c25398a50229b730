import type { Migration } from './migration.ts';
import { CHAIN_BEGINNING, CHAIN_ROWS, CHAIN_VARIABLES } from './chain-rows.ts';
import { WRITE_CHANGES, WRITE_ROWS } from './write-rows.ts';

const BEHIND_COMMIT_BATCH = ['write_ledger', 'write_openings', 'write_accounts'];

const COMMIT_BATCH =
  'commit_batch(uuid, bigint, bigint[], bigint[], bigint[], bigint[], boolean[], text, text, text, text, text, text, text, text, text, text, text, text, text, text, text)';

/**
 * The one commit. The commands of a batch come sorted by account, so that an account's chain stands together; within a
 * chain they come in their order. What is judged or checked is looked at command by command, which costs a batch of one
 * next to nothing; what is written is written a table at a time, which costs a batch of a hundred the least.
 */
export const commitBatch: Migration = {
  version: 7,
  name: 'commit-batch',
  note: 'The one commit, owned by margrave_books: the only way in which a service changes an account.',
  statements: `
-- Each journal, whose entries stand together, sums to zero in one currency. Returns what each command booked on its account.
create function write_ledger(packed text, committed boolean[], account_ids bigint[], places bigint[], links bytea[]) returns bigint[] language plpgsql as $$
declare
  booked bigint[] := array_fill(0::bigint, array[cardinality(account_ids)]);
  entry text[];
  number integer;
  journal text;
  currency text;
  balance bigint := 0;
begin
  insert into ledger_entries (entry_id, journal_id, account_id, house, currency, amount_e8, kind, deal_id, sequence, booked_at,
      chain_account_id, chain_place, chain_link)
    select f[2]::bigint, f[3]::bigint, f[4]::bigint, f[5], f[6], f[7]::bigint, f[8], f[9]::bigint, f[10]::bigint, moment(f[11]),
        account_ids[f[1]::integer], places[row], links[row]
      from (
        select string_to_array(line, E'\\x1f', E'\\x1a') as f, row
          from string_to_table(packed, E'\\x1e') with ordinality p (line, row) offset 0
      ) given where committed[f[1]::integer];
  for entry in select f from packed_rows(packed) f loop
    number := entry[1];
    if committed[number] then
      if (journal, currency) is distinct from (entry[3], entry[6]) then
        exit when balance <> 0;
        journal := entry[3];
        currency := entry[6];
      end if;
      balance := balance + entry[7]::bigint;
      if entry[4] is not null then
        if entry[4]::bigint <> account_ids[number] then
          raise exception using errcode = 'MG002', message = format('entry %s is not of its command''s account', entry[2]);
        end if;
        booked[number] := booked[number] + entry[7]::bigint;
      end if;
    end if;
  end loop;
  if balance <> 0 then
    raise exception using errcode = 'MG002', message = format('journal %s does not sum to zero', journal);
  end if;
  return booked;
end
$$;

-- The first entry and event of accounts that have just been opened, which is no command: the beginning of their chains.
create function write_openings(ledger_rows text, change_rows text, account_ids bigint[]) returns void language plpgsql as $$
declare
  committed boolean[] := array_fill(true, array[cardinality(account_ids)]);
  decision_rows text := '';
  held_ids bigint[] := account_ids;
  held_lengths bigint[] := array_fill(0::bigint, array[cardinality(account_ids)]);
  held_heads bytea[] := array(select ${CHAIN_BEGINNING('id')} from unnest(account_ids) with ordinality o (id, place) order by place);${CHAIN_VARIABLES}
begin${CHAIN_ROWS}
  perform write_ledger(ledger_rows, committed, account_ids, entry_places, entry_links);${WRITE_CHANGES}
  update accounts a set chain_length = o.length, chain_head = o.head
    from unnest(account_ids, lengths, heads) o (account_id, length, head) where a.account_id = o.account_id;
end
$$;

-- Each account as the last command of its chain leaves it. Last sequence and balance must follow from what was held and from
-- what the chain brings, the version is the one that was judged, and what an account is for life must be what it was.
-- Returns how many accounts were written.
create function write_accounts(packed text, committed boolean[], account_ids bigint[], expected_versions bigint[],
  first_sequences bigint[], last_sequences bigint[], booked bigint[], held_ids bigint[], held_sequences bigint[],
  held_balances bigint[], lengths bigint[], heads bytea[]) returns integer language plpgsql as $$
declare
  place integer;
  sequence bigint;
  balance bigint;
  sequences bigint[];
  balances bigint[];
  chains integer := 0;
  written integer;
begin
  for number in 1 .. cardinality(account_ids) loop
    if account_ids[number] is distinct from account_ids[number - 1] then
      place := array_position(held_ids, account_ids[number]);
      sequence := held_sequences[place];
      balance := held_balances[place];
      chains := chains + committed[number]::integer;
    end if;
    if committed[number] then
      if first_sequences[number] <> sequence + 1 then
        raise exception using errcode = 'MG002', message = format('the events of account %s have a gap', account_ids[number]);
      end if;
      sequence := coalesce(last_sequences[number], sequence);
      sequences[number] := sequence;
      balance := balance + coalesce(booked[number], 0);
      balances[number] := balance;
    end if;
  end loop;
  update accounts a set
      group_id = f[5], leverage = f[7]::bigint, status = f[9], balance_e8 = f[10]::bigint, credit_e8 = f[11]::bigint,
      margin_executed_e8 = f[12]::bigint, margin_total_e8 = f[13]::bigint, version = f[14]::bigint, last_sequence = f[15]::bigint,
      chain_length = lengths[f[1]::integer], chain_head = heads[f[1]::integer]
    from packed_rows(packed) f
    where committed[f[1]::integer]
      and not coalesce(committed[f[1]::integer + 1] and account_ids[f[1]::integer + 1] = account_ids[f[1]::integer], false)
      and a.account_id = account_ids[f[1]::integer] and f[2]::bigint = a.account_id
      and f[14]::bigint = expected_versions[f[1]::integer] + 1
      and f[15]::bigint = sequences[f[1]::integer]
      and f[10]::bigint = balances[f[1]::integer]
      -- "=" would let the index by owner be chosen, which is slow for an owner of many accounts.
      and f[3] is not distinct from a.owner_id and f[4] = a.type and f[6] = a.currency and f[8] = a.mode;
  get diagnostics written = row_count;
  if written <> chains then
    raise exception using errcode = 'MG002', message = format(
      'account %s does not follow from what it was and from the batch: version, last sequence, balance, owner, type, currency or mode',
      (select string_agg(f[2], ', ') from packed_rows(packed) f join accounts a on a.account_id = account_ids[f[1]::integer]
        where committed[f[1]::integer] and a.version <= expected_versions[f[1]::integer]));
  end if;
  return written;
end
$$;

-- Commits a batch, or refuses it whole: MG001 another epoch, MG002 the books would break, MG003 too late, MG004 unsafe
-- settings. Returns {"nowMs", "committed", "used", "outboxIds"}: which commands stand, the numbers of those whose key or execution
-- is there already, and ids as text, in the order of the rows that stand.
create function commit_batch(
  expected_epoch uuid, not_after_ms bigint,
  account_ids bigint[], expected_versions bigint[], first_sequences bigint[], last_sequences bigint[], repeated boolean[],
  account_rows text, key_rows text, execution_rows text, decision_rows text, new_order_rows text, order_rows text,
  new_position_rows text, position_rows text, new_request_rows text, request_rows text, deal_rows text, ledger_rows text,
  change_rows text, outbox_rows text, action_rows text
) returns json language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set plan_cache_mode = force_generic_plan as $$
declare
  current_epoch uuid;
  held_ids bigint[];
  held_versions bigint[];
  held_sequences bigint[];
  held_balances bigint[];
  held_lengths bigint[];
  held_heads bytea[];${CHAIN_VARIABLES}
  used integer[] := '{}';
  next_version bigint;
  committed boolean[];
  booked bigint[];
  missing bigint;
  written integer;
  outbox_ids bigint[];
begin
  if current_setting('synchronous_commit') = 'off' or current_setting('fsync') = 'off'
    or current_setting('full_page_writes') = 'off' or current_setting('transaction_isolation') <> 'read committed' then
    raise exception using errcode = 'MG004', message = format(
      'synchronous_commit is %s, fsync %s, full_page_writes %s, transaction_isolation %s', current_setting('synchronous_commit'),
      current_setting('fsync'), current_setting('full_page_writes'), current_setting('transaction_isolation'));
  end if;
  -- What a locking statement says of the row that it locks is as new as the lock.
  select array_agg(a.account_id), array_agg(a.version), array_agg(a.last_sequence), array_agg(a.balance_e8),
      array_agg(a.chain_length), array_agg(a.chain_head)
    into held_ids, held_versions, held_sequences, held_balances, held_lengths, held_heads
    from (
      select account_id, version, last_sequence, balance_e8, chain_length, chain_head from accounts where account_id = any(account_ids)
        order by account_id for update
    ) a;
  -- From here on every statement sees what the locks protect.
  select epoch into current_epoch from store_epoch where one;
  if current_epoch is distinct from expected_epoch then
    raise exception using errcode = 'MG001', message = format('the epoch is %s, not %s', current_epoch, expected_epoch);
  end if;
  if epoch_ms(clock_timestamp()) > not_after_ms then
    raise exception using errcode = 'MG003', message = 'the commit came too late';
  end if;

  -- A command stands if its account is at the version it was decided on, counted along the chain, and its key and execution
  -- are new; whatever comes after a dropped command in its chain is dropped too.
  if key_rows <> '' then
    select used || array_agg(f[1]::integer) into used from packed_rows(key_rows) f
      join command_keys k on k.account_id = account_ids[f[1]::integer] and k.key = f[2];
  end if;
  if execution_rows <> '' then
    select used || array_agg(f[1]::integer) into used from packed_rows(execution_rows) f
      join applied_executions x on x.provider = f[2] and x.execution_id = f[3];
  end if;
  for number in 1 .. cardinality(account_ids) loop
    if account_ids[number] is distinct from account_ids[number - 1] then
      next_version := held_versions[array_position(held_ids, account_ids[number])];
    end if;
    committed[number] := coalesce(expected_versions[number] = next_version, false) and number <> all(used) and not repeated[number];
    next_version := case when committed[number] then next_version + 1 end;
  end loop;
  if true = any(committed) then${CHAIN_ROWS}${WRITE_ROWS}

    if ledger_rows <> '' then booked := write_ledger(ledger_rows, committed, account_ids, entry_places, entry_links); end if;
    written := write_accounts(account_rows, committed, account_ids, expected_versions, first_sequences, last_sequences, booked,
      held_ids, held_sequences, held_balances, lengths, heads);
  end if;
  return json_build_object('nowMs', epoch_ms(clock_timestamp()), 'committed', committed, 'used', used,
    'outboxIds', outbox_ids::text[]);
end
$$;

${BEHIND_COMMIT_BATCH.map(
  (name) => `
revoke execute on function ${name} from public;
grant execute on function ${name} to margrave_books;`,
).join('')}
revoke execute on function ${COMMIT_BATCH} from public;
grant create on schema public to margrave_books;
alter function ${COMMIT_BATCH} owner to margrave_books;
revoke create on schema public from margrave_books;
grant execute on function ${COMMIT_BATCH} to margrave_service;
`,
  check: `select has_function_privilege('margrave_service', '${COMMIT_BATCH}', 'execute') and not rolsuper
    from pg_proc join pg_roles on pg_roles.oid = proowner where proname = 'commit_batch'`,
};
