import assert from 'node:assert/strict';
import type { AccountId, OrderId, PositionId } from '@margrave/vocabulary';
import type { Connection } from '../connection/connection.ts';
import type { AccountAggregateRows, OrderRow, PositionRow } from '../rows.ts';
import { decodeRows } from '../rows/table.ts';
import { ACCOUNTS, ORDERS, POSITIONS } from '../rows/tables.ts';
import { idArray, jsonOf, jsonOfEach } from './sql.ts';

/** Orders that are not over; the condition is that of the index `orders_live`. */
export const LIVE_ORDER = "status in ('queued', 'working', 'partially_filled', 'unknown')";
/** The condition of the index `positions_open`. */
export const OPEN_POSITION = 'open_volume_e8 > 0';

const LOAD_ACCOUNTS = `
select json_build_array(
    ${ACCOUNTS.selected('a')},
    (select json_agg(${ORDERS.selected('o')} order by o.order_id) from orders o where o.account_id = a.account_id and o.${LIVE_ORDER}),
    (select json_agg(${POSITIONS.selected('p')} order by p.position_id) from positions p
      where p.account_id = a.account_id and p.${OPEN_POSITION})
  ) as aggregate
  from accounts a where a.account_id = any($1::bigint[])`;

/** The accounts there are, with their live orders and open positions, as of one moment. */
export async function loadAccounts(connection: Connection, accountIds: readonly AccountId[]): Promise<AccountAggregateRows[]> {
  const rows = await connection.query(LOAD_ACCOUNTS, [idArray(accountIds)]);
  return jsonOfEach(rows, 'aggregate').map(decodeAggregate);
}

function decodeAggregate(json: unknown): AccountAggregateRows {
  assert(Array.isArray(json), 'an aggregate should be an array');
  const [account, orders, positions] = json as unknown[];
  return { account: ACCOUNTS.decode(account), orders: decodeRows(ORDERS, orders), positions: decodeRows(POSITIONS, positions) };
}

/** Which orders and positions are wanted, though they may be over and closed. */
export interface PastIds {
  readonly orderIds: readonly OrderId[];
  readonly positionIds: readonly PositionId[];
}

const LOAD_PAST = `
select (select json_agg(${ORDERS.selected('o')} order by o.order_id) from orders o where o.order_id = any($1::bigint[])) as orders,
    (select json_agg(${POSITIONS.selected('p')} order by p.position_id) from positions p
      where p.position_id = any($2::bigint[])) as positions`;

/** Orders and positions by id, in whatever state they are. */
export async function loadPast(
  connection: Connection,
  { orderIds, positionIds }: PastIds,
): Promise<{ readonly orders: readonly OrderRow[]; readonly positions: readonly PositionRow[] }> {
  const [row] = await connection.query(LOAD_PAST, [idArray(orderIds), idArray(positionIds)]);
  return { orders: decodeRows(ORDERS, jsonOf(row, 'orders')), positions: decodeRows(POSITIONS, jsonOf(row, 'positions')) };
}
