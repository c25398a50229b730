import assert from 'node:assert/strict';
import type { AccountId } from '@margrave/vocabulary';
import type { Connection } from '../connection/connection.ts';
import type { EventRange } from '../reads/events.ts';
import { idArray, jsonOfEach } from '../reads/sql.ts';
import type { MessageRow, OutboxId, RequestRow } from '../rows.ts';
import { MESSAGES, REQUESTS } from '../rows/tables.ts';

/** A row of the outbox that nobody is known to have published. */
export type UnpublishedRow =
  | {
      readonly kind: 'message';
      readonly outboxId: OutboxId;
      readonly accountId: AccountId;
      readonly message: MessageRow;
      readonly request: RequestRow;
      /** Whether it is past its `sendBefore`, in database time: then it must not be sent any more. */
      readonly isExpired: boolean;
      /** Since it was committed, in database time. */
      readonly ageMs: number;
    }
  | { readonly kind: 'events'; readonly outboxId: OutboxId; readonly accountId: AccountId; readonly range: EventRange };

// A row that the relay works on is left to it: it marks it itself. Each row is found by its id: by the index of what waits it would be
// found behind all those that waited once and were not vacuumed yet.
const MARK_PUBLISHED = `
with left_to_us as materialized (
  select o.ctid from unnest($1::bigint[]) given (outbox_id) join outbox o on o.outbox_id = given.outbox_id
    where o.published_at is null for update of o skip locked)
update outbox set published_at = clock_timestamp() where ctid = any(array(select ctid from left_to_us))`;

export async function markPublished(connection: Connection, outboxIds: readonly OutboxId[]): Promise<void> {
  await connection.query(MARK_PUBLISHED, [idArray(outboxIds)]);
}

// Those whose attempt failed wait behind the others.
const TAKE = `
with taken as (
  select * from outbox where published_at is null
      and coalesce(attempted_at, created_at) < clock_timestamp() - $2::integer * interval '1 ms'
    order by coalesce(attempted_at, created_at), outbox_id limit $1 for update skip locked
)
select json_build_array(t.outbox_id::text, t.account_id::text, t.first_sequence::text, t.last_sequence::text,
    coalesce(t.send_before < clock_timestamp(), false), epoch_ms(clock_timestamp()) - epoch_ms(t.created_at), ${MESSAGES.selected('t')}, case when t.request_id is not null then
      (select ${REQUESTS.selected('r')} from provider_requests r where r.request_id = t.request_id) end) as row
  from taken t order by coalesce(t.attempted_at, t.created_at), t.outbox_id`;

const NOTE_ATTEMPTS = `
update outbox set attempted_at = clock_timestamp(),
    published_at = case when outbox_id = any($2::bigint[]) then clock_timestamp() end
  where outbox_id = any($1::bigint[])`;

/**
 * Gives `work` rows that have been waiting for longer than `olderThanMs` and that nobody else works on, and marks those it
 * names as published; the others are offered again later. To be called in a transaction, which holds the rows meanwhile.
 */
export async function takeUnpublished(
  connection: Connection,
  limit: number,
  olderThanMs: number,
  work: (rows: readonly UnpublishedRow[]) => Promise<readonly OutboxId[]>,
): Promise<number> {
  const rows = jsonOfEach(await connection.query(TAKE, [limit, olderThanMs]), 'row').map(decodeUnpublished);
  if (rows.length === 0) return 0;
  const published = await work(rows);
  await connection.query(NOTE_ATTEMPTS, [idArray(rows.map(({ outboxId }) => outboxId)), idArray(published)]);
  return rows.length;
}

function decodeUnpublished(json: unknown): UnpublishedRow {
  assert(Array.isArray(json), 'an outbox row should be an array');
  const [outboxId, account, first, last, isExpired, ageMs, message, request] = json as [
    string,
    string,
    string,
    string,
    boolean,
    number,
    unknown,
    unknown,
  ];
  const accountId = account as AccountId;
  if (request === null) {
    return {
      kind: 'events',
      outboxId,
      accountId,
      range: { accountId, firstSequence: BigInt(first), lastSequence: BigInt(last) },
    };
  }
  return {
    kind: 'message',
    outboxId,
    accountId,
    message: MESSAGES.decode(message),
    request: REQUESTS.decode(request),
    isExpired,
    ageMs,
  };
}

/** What waits in the outbox. */
export interface OutboxState {
  readonly rows: number;
  /** Of the oldest row; zero when none waits. */
  readonly ageMs: number;
}

const STATE = `
select count(*)::integer as rows, coalesce(epoch_ms(clock_timestamp()) - epoch_ms(min(created_at)), 0)::integer as age_ms
  from outbox where published_at is null`;

export async function outboxState(connection: Connection): Promise<OutboxState> {
  const [row] = await connection.query(STATE);
  return { rows: row?.['rows'] as number, ageMs: row?.['age_ms'] as number };
}
