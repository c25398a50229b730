import assert from 'node:assert/strict';
import type { AccountId, OrderId } from '@margrave/vocabulary';
import type { Connection } from '../connection/connection.ts';
import type { EventRow } from '../rows.ts';
import { decodeRows } from '../rows/table.ts';
import { EVENTS } from '../rows/tables.ts';
import { PAGE_LIMIT_MAX } from './pages.ts';
import { idArray, jsonOf, jsonOfEach } from './sql.ts';

/** Events of an account, oldest first, and the newest sequence there is. */
export interface EventsAfter {
  readonly events: readonly EventRow[];
  readonly lastSequence: bigint;
}

const EVENTS_AFTER = `
select a.last_sequence::text as last_sequence,
    (select json_agg(e.row) from (
      select ${EVENTS.selected('e')} as row from account_events e
        where e.account_id = a.account_id and e.change_last_sequence > $2 and e.sequence > $2
        order by e.change_last_sequence, e.sequence limit $3
    ) e) as events
  from accounts a where a.account_id = $1`;

/** What happened after a sequence; nothing where there is no such account. */
export async function eventsAfter(
  connection: Connection,
  accountId: AccountId,
  afterSequence: bigint,
  limit: number,
): Promise<EventsAfter | undefined> {
  checkLimit(limit);
  const [row] = await connection.query(EVENTS_AFTER, [accountId, afterSequence, limit]);
  if (row === undefined) return undefined;
  return { events: decodeRows(EVENTS, jsonOf(row, 'events')), lastSequence: BigInt(row['last_sequence'] as string) };
}

const ORDER_HISTORY = `
select ${EVENTS.selected('e')} as row from account_events e
  where e.change_order_id = $2 and e.order_id = $2 and e.account_id = $1 and e.change_last_sequence > $3 and e.sequence > $3
  order by e.change_last_sequence, e.sequence limit $4`;

/** What happened because of an order, oldest first, after a sequence. */
export async function orderHistory(
  connection: Connection,
  accountId: AccountId,
  orderId: OrderId,
  afterSequence: bigint,
  limit: number,
): Promise<EventRow[]> {
  checkLimit(limit);
  const rows = await connection.query(ORDER_HISTORY, [accountId, orderId, afterSequence, limit]);
  return jsonOfEach(rows, 'row').map(EVENTS.decode);
}

/** So many events in one account's sequence. */
export interface EventRange {
  readonly accountId: AccountId;
  readonly firstSequence: bigint;
  readonly lastSequence: bigint;
}

const EVENT_RANGES = `
select ${EVENTS.selected('e')} as row
  from unnest($1::bigint[], $2::bigint[], $3::bigint[]) with ordinality r (account_id, first_sequence, last_sequence, place)
  join account_events e on e.account_id = r.account_id and e.change_last_sequence between r.first_sequence and r.last_sequence
  order by r.place, e.sequence`;

/** The events of some ranges, such as outbox rows point to, range by range. */
export async function loadEvents(connection: Connection, ranges: readonly EventRange[]): Promise<EventRow[]> {
  const rows = await connection.query(EVENT_RANGES, [
    idArray(ranges.map(({ accountId }) => accountId)),
    idArray(ranges.map(({ firstSequence }) => firstSequence)),
    idArray(ranges.map(({ lastSequence }) => lastSequence)),
  ]);
  return jsonOfEach(rows, 'row').map(EVENTS.decode);
}

function checkLimit(limit: number): void {
  assert(Number.isInteger(limit) && limit >= 1 && limit <= PAGE_LIMIT_MAX, `a list has from 1 to ${PAGE_LIMIT_MAX} rows`);
}
