import type { AccountId, GroupId, OrderId, OrderType, PositionId, PriceE8, Side, SymbolName } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import type { Connection } from '../connection/connection.ts';
import { idColumn, integerColumn, textColumn, timeColumn } from '../rows/column.ts';
import { defineReadTable, type ReadTable } from '../rows/table.ts';
import { idArray, jsonOfEach } from './sql.ts';

/** An order that waits with us for its price, as far as who watches prices needs to know it. */
export interface RestingOrderRow {
  readonly orderId: OrderId;
  readonly accountId: AccountId;
  readonly symbol: SymbolName;
  readonly side: Side;
  readonly type: OrderType;
  readonly limitPriceE8: PriceE8 | null;
  readonly stopPriceE8: PriceE8 | null;
  readonly expiresAtMs: number | null;
  readonly triggeredAtMs: number | null;
  readonly version: bigint;
}

/** An open position with a price at which it is to be closed, and which nothing closes yet. */
export interface ProtectedPositionRow {
  readonly positionId: PositionId;
  readonly accountId: AccountId;
  readonly symbol: SymbolName;
  readonly side: Side;
  readonly stopLossE8: PriceE8 | null;
  readonly takeProfitE8: PriceE8 | null;
  readonly trailingDistanceE8: PriceE8 | null;
  readonly trailingBestE8: PriceE8 | null;
  readonly version: bigint;
}

/** With the group of its account, whose prices it waits for. */
export type OfGroup<Row> = Row & { readonly groupId: GroupId };

const RESTING = defineReadTable<RestingOrderRow>('orders', {
  orderId: idColumn('order_id'),
  accountId: idColumn('account_id'),
  symbol: textColumn('symbol'),
  side: textColumn('side'),
  type: textColumn('type'),
  limitPriceE8: integerColumn('limit_price_e8'),
  stopPriceE8: integerColumn('stop_price_e8'),
  expiresAtMs: timeColumn('expires_at'),
  triggeredAtMs: timeColumn('triggered_at'),
  version: integerColumn('version'),
});

const PROTECTED = defineReadTable<ProtectedPositionRow>('positions', {
  positionId: idColumn('position_id'),
  accountId: idColumn('account_id'),
  symbol: textColumn('symbol'),
  side: textColumn('side'),
  stopLossE8: integerColumn('stop_loss_e8'),
  takeProfitE8: integerColumn('take_profit_e8'),
  trailingDistanceE8: integerColumn('trailing_distance_e8'),
  trailingBestE8: integerColumn('trailing_best_e8'),
  version: integerColumn('version'),
});

// The conditions are those of the indexes `orders_resting` and `positions_protected`, word by word.
const RESTING_ORDERS = pageOf(RESTING, 'order_id', "w.status = 'working' and w.request_id is null");
const PROTECTED_POSITIONS = pageOf(
  PROTECTED,
  'position_id',
  `w.open_volume_e8 > 0 and w.closing_order_id is null
    and (w.stop_loss_e8 is not null or w.take_profit_e8 is not null or w.trailing_distance_e8 is not null)`,
);

function pageOf<Row>(table: ReadTable<Row>, id: string, condition: string): string {
  return `
select w.row, a.group_id from (select w.account_id, w.${id}, ${table.selected('w')} as row from ${table.name} w
    where w.symbol = $1 and ${condition} and w.${id} > $2 order by w.${id} limit $3) w
  join accounts a on a.account_id = w.account_id order by w.${id}`;
}

/** Of a symbol, in the order of their ids; `after` is the last one of the page before, null for the first page. */
export interface WaitingPageRequest<Id> {
  readonly symbol: SymbolName;
  readonly after: Id | null;
  readonly limit: number;
}

/** No page is longer: it would hold up what the session is waited for. */
const ROWS_MAX = 5_000;

/** The orders of a symbol that wait with us for their price. */
export const restingOrders = (
  connection: Connection,
  request: WaitingPageRequest<OrderId>,
): Promise<readonly OfGroup<RestingOrderRow>[]> => page(connection, RESTING_ORDERS, RESTING, request);

/** The positions of a symbol that are protected by a price. */
export const protectedPositions = (
  connection: Connection,
  request: WaitingPageRequest<PositionId>,
): Promise<readonly OfGroup<ProtectedPositionRow>[]> => page(connection, PROTECTED_POSITIONS, PROTECTED, request);

async function page<Row>(
  connection: Connection,
  text: string,
  table: ReadTable<Row>,
  { symbol, after, limit }: WaitingPageRequest<string>,
): Promise<readonly OfGroup<Row>[]> {
  assert(Number.isInteger(limit) && limit >= 1 && limit <= ROWS_MAX, `from 1 to ${ROWS_MAX} of them are read at once`);
  const rows = await connection.query(text, [symbol, after ?? '0', limit]);
  const decoded = jsonOfEach(rows, 'row').map(table.decode);
  return decoded.map((row, index) => ({ ...row, groupId: rows[index]?.['group_id'] as GroupId }));
}

/** The groups of the accounts that there are. */
export async function groupsOf(
  connection: Connection,
  accountIds: readonly AccountId[],
): Promise<ReadonlyMap<AccountId, GroupId>> {
  const rows = await connection.query('select account_id::text, group_id from accounts where account_id = any($1::bigint[])', [
    idArray(accountIds),
  ]);
  return new Map(rows.map((row) => [row['account_id'] as AccountId, row['group_id'] as GroupId]));
}
