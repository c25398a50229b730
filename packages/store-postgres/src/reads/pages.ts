import type { AccountId, ActionId, DealId, EntryId, OrderId, OrderStatus, PositionId, SymbolName } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import { sql } from 'kysely';
import type { Connection } from '../connection/connection.ts';
import type { DealRow, LedgerRow, OperatorActionRow, OrderRow, PositionRow } from '../rows.ts';
import { DEALS, LEDGER, OPERATOR_ACTIONS, ORDERS, POSITIONS } from '../rows/tables.ts';
import { builder, fetchRows, wholeRow } from './query-builder.ts';

/** No list is longer, whatever is asked for. */
export const PAGE_LIMIT_MAX = 500;

/** Where a page of a list ends: opaque to who asks for the next one. */
export type PageCursor = string & { readonly cursor: 'page' };

const CURSOR = /^(\d{1,19})-(\d{1,19})$/;

export const checkPageCursor = (unchecked: string): PageCursor | undefined =>
  CURSOR.test(unchecked) ? (unchecked as PageCursor) : undefined;

/** Of a list that goes over all accounts. */
export interface WholePageRequest {
  readonly limit: number;
  readonly cursor?: PageCursor | undefined;
}

export interface PageRequest extends WholePageRequest {
  readonly accountId: AccountId;
}

/** Newest first unless it is said otherwise; `next` is null on the last page. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly next: PageCursor | null;
}

export interface OrderPageRequest extends PageRequest {
  readonly statuses?: readonly OrderStatus[] | undefined;
  readonly symbol?: SymbolName | undefined;
}

/** An account's orders, newest first. */
export async function pageOrders(connection: Connection, request: OrderPageRequest): Promise<Page<OrderRow>> {
  const { statuses, symbol } = request;
  const after = cursorParts(request.cursor);
  let query = builder
    .selectFrom('orders as o')
    .select(wholeRow(ORDERS, 'o').as('row'))
    .where('o.account_id', '=', request.accountId)
    .orderBy('o.created_at', 'desc')
    .orderBy('o.order_id', 'desc')
    .limit(limitOf(request));
  if (statuses !== undefined) query = query.where('o.status', 'in', statuses);
  if (symbol !== undefined) query = query.where('o.symbol', '=', symbol);
  if (after !== undefined) query = query.where(sql<boolean>`(o.created_at, o.order_id) < (moment(${after[0]}), ${after[1]})`);
  const rows = await fetchRows(connection, ORDERS, query.compile());
  return pageOf(request, rows, (row) => cursorAt<OrderId>(row.createdAtMs, row.orderId));
}

/** An account's open positions, newest first. */
export async function pageOpenPositions(connection: Connection, request: PageRequest): Promise<Page<PositionRow>> {
  const after = cursorParts(request.cursor);
  let query = builder
    .selectFrom('positions as p')
    .select(wholeRow(POSITIONS, 'p').as('row'))
    .where('p.account_id', '=', request.accountId)
    .where(sql<boolean>`p.open_volume_e8 > 0`)
    .orderBy('p.position_id', 'desc')
    .limit(limitOf(request));
  if (after !== undefined) query = query.where('p.position_id', '<', after[1]);
  const rows = await fetchRows(connection, POSITIONS, query.compile());
  return pageOf(request, rows, (row) => cursorAt<PositionId>(0, row.positionId));
}

/** An account's deals, newest first. */
export async function pageDeals(connection: Connection, request: PageRequest): Promise<Page<DealRow>> {
  const after = cursorParts(request.cursor);
  let query = builder
    .selectFrom('deals as d')
    .select(wholeRow(DEALS, 'd').as('row'))
    .where('d.account_id', '=', request.accountId)
    .orderBy('d.sequence', 'desc')
    .orderBy('d.deal_id', 'desc')
    .limit(limitOf(request));
  if (after !== undefined) query = query.where(sql<boolean>`(d.sequence, d.deal_id) < (${after[0]}, ${after[1]})`);
  const rows = await fetchRows(connection, DEALS, query.compile());
  return pageOf(request, rows, (row) => cursorAt<DealId>(row.sequence, row.dealId));
}

/** An account's ledger entries, newest first; the house's side of them is not shown. */
export async function pageLedger(connection: Connection, request: PageRequest): Promise<Page<LedgerRow>> {
  const after = cursorParts(request.cursor);
  let query = builder
    .selectFrom('ledger_entries as l')
    .select(wholeRow(LEDGER, 'l').as('row'))
    .where('l.account_id', '=', request.accountId)
    .orderBy('l.sequence', 'desc')
    .orderBy('l.entry_id', 'desc')
    .limit(limitOf(request));
  if (after !== undefined) query = query.where(sql<boolean>`(l.sequence, l.entry_id) < (${after[0]}, ${after[1]})`);
  const rows = await fetchRows(connection, LEDGER, query.compile());
  return pageOf(request, rows, (row) => cursorAt<EntryId>(row.sequence ?? 0n, row.entryId));
}

/** The orders of all accounts that are unknown, the oldest first. */
export async function pageUnknownOrders(connection: Connection, request: WholePageRequest): Promise<Page<OrderRow>> {
  const after = cursorParts(request.cursor);
  let query = builder
    .selectFrom('orders as o')
    .select(wholeRow(ORDERS, 'o').as('row'))
    // As it stands in the index: a parameter could be another status.
    .where(sql<boolean>`o.status = 'unknown'`)
    .orderBy('o.created_at')
    .orderBy('o.order_id')
    .limit(limitOf(request));
  if (after !== undefined) query = query.where(sql<boolean>`(o.created_at, o.order_id) > (moment(${after[0]}), ${after[1]})`);
  const rows = await fetchRows(connection, ORDERS, query.compile());
  return pageOf(request, rows, (row) => cursorAt<OrderId>(row.createdAtMs, row.orderId));
}

/** What operators did, on one account or on all, newest first. */
export async function pageOperatorActions(
  connection: Connection,
  request: WholePageRequest & { readonly accountId?: AccountId | undefined },
): Promise<Page<OperatorActionRow>> {
  const after = cursorParts(request.cursor);
  let query = builder
    .selectFrom('operator_actions as a')
    .select(wholeRow(OPERATOR_ACTIONS, 'a').as('row'))
    .orderBy('a.at', 'desc')
    .orderBy('a.action_id', 'desc')
    .limit(limitOf(request));
  if (request.accountId !== undefined) query = query.where('a.account_id', '=', request.accountId);
  if (after !== undefined) query = query.where(sql<boolean>`(a.at, a.action_id) < (moment(${after[0]}), ${after[1]})`);
  const rows = await fetchRows(connection, OPERATOR_ACTIONS, query.compile());
  return pageOf(request, rows, (row) => cursorAt<ActionId>(row.atMs, row.actionId));
}

/** One more than is shown, to know whether there is a next page. */
function limitOf({ limit }: WholePageRequest): number {
  assert(Number.isInteger(limit) && limit >= 1 && limit <= PAGE_LIMIT_MAX, `a page has from 1 to ${PAGE_LIMIT_MAX} rows`);
  return limit + 1;
}

function pageOf<Row>({ limit }: WholePageRequest, rows: readonly Row[], cursorOf: (row: Row) => PageCursor): Page<Row> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { rows: shown, next: rows.length > limit && last !== undefined ? cursorOf(last) : null };
}

const cursorAt = <Id extends string>(rank: bigint | number, id: Id): PageCursor => `${rank}-${id}` as PageCursor;

function cursorParts(cursor: PageCursor | undefined): readonly [rank: string, id: string] | undefined {
  if (cursor === undefined) return undefined;
  const [, rank = '', id = ''] = CURSOR.exec(cursor) ?? [];
  return [rank, id];
}
