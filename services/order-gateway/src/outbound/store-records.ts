import { orderFromRow } from '@margrave/account-engine';
import type { Deal } from '@margrave/domain';
import {
  PAGE_LIMIT_MAX,
  type DealRow,
  type EventRow,
  type LedgerRow,
  type PageCursor,
  type Store,
} from '@margrave/store-postgres';
import type { AccountId, DealFlag, OrderId } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import type { ClientEntry, PageWanted, RecordedEvent, Records } from '../app/records.ts';
import { recordedDecision } from './recorded-decision.ts';

type StoreReads = Pick<
  Store,
  | 'pageOrders'
  | 'pageDeals'
  | 'pageLedger'
  | 'findOrder'
  | 'findOrderByClientKey'
  | 'orderHistory'
  | 'eventsAfter'
  | 'findDecision'
>;

/** The books as the store keeps them. */
export const storeRecords = (store: StoreReads): Records => ({
  orders: async (accountId, { status, symbol }, page) => {
    const statuses = status === undefined ? undefined : [status];
    const { rows, next } = await store.pageOrders({ accountId, statuses, symbol, ...requestOf(page) });
    return { items: rows.map(orderFromRow), next };
  },
  order: async (accountId, address) => {
    const row = await ('orderId' in address
      ? store.findOrder(accountId, address.orderId)
      : store.findOrderByClientKey(accountId, address.clientOrderId));
    return row && orderFromRow(row);
  },
  orderEvents: (accountId, orderId) => allOrderEvents(store, accountId, orderId),
  deals: async (accountId, page) => {
    const { rows, next } = await store.pageDeals({ accountId, ...requestOf(page) });
    return { items: rows.map(dealOfRow), next };
  },
  ledger: async (accountId, page) => {
    const { rows, next } = await store.pageLedger({ accountId, ...requestOf(page) });
    return { items: rows.map(entryOfRow), next };
  },
  eventsAfter: async (accountId, sequence, limit) => {
    const found = await store.eventsAfter(accountId, sequence, limit);
    return found && { events: found.events.map(eventOfRow), lastSequence: found.lastSequence };
  },
  decision: async (accountId, decisionId) => {
    const row = await store.findDecision(accountId, decisionId);
    return row && recordedDecision(row);
  },
});

/** Cursors are the store's; what came back from a client was checked to be of their form. */
const requestOf = ({ cursor, limit }: PageWanted) => ({
  limit,
  cursor: cursor === null ? undefined : (cursor as PageCursor),
});

async function allOrderEvents(store: StoreReads, accountId: AccountId, orderId: OrderId): Promise<readonly RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for (;;) {
    const rows = await store.orderHistory(accountId, orderId, events.at(-1)?.sequence ?? 0n, PAGE_LIMIT_MAX);
    events.push(...rows.map(eventOfRow));
    if (rows.length < PAGE_LIMIT_MAX) return events;
  }
}

const eventOfRow = ({ sequence, version, type, atMs, by, dataJson }: EventRow): RecordedEvent => ({
  sequence,
  version,
  type,
  atMs,
  by,
  dataJson,
});

const dealOfRow = (row: DealRow): Deal => ({ ...row, flags: row.flags as readonly DealFlag[] });

function entryOfRow(row: LedgerRow): ClientEntry {
  assert(row.sequence !== null, `the client's entry ${row.entryId} has a sequence`);
  return { ...row, sequence: row.sequence };
}
