import { larger, type LotsE8, type Side, type SymbolName } from '@margrave/vocabulary';
import type { Account, Order } from './account.ts';
import type { LimitRecord } from './decision-record.ts';
import { count, lots, word, type Denial } from './denial.ts';
import type { Group } from './group.ts';
import { remainingLots } from './margin/account-margin.ts';

type Asked = Pick<
  Order,
  'orderId' | 'requestId' | 'symbol' | 'side' | 'volumeE8' | 'filledVolumeE8' | 'closesPositionId' | 'reduceOnly'
>;
type Holdings = Pick<Account, 'mode' | 'positions'> & { readonly orders: readonly Asked[] };

/** What the group lets the account hold, and what it would hold with an order that opens. */
export function reckonLimits(held: Account, group: Group, asked: Asked): LimitRecord {
  // Of an order that is to be another only that one counts.
  const account = { ...held, orders: held.orders.filter(({ orderId }) => orderId !== asked.orderId) };
  const orders = countOrders(account);
  return {
    orders,
    // On a hedging account it makes a position of its own.
    ordersAfter: account.mode === 'hedging' ? orders + 1 : countOrders({ ...account, orders: [...account.orders, asked] }),
    ordersMax: group.ordersMax,
    exposureE8: exposureE8(account, asked.symbol, asked.side),
    exposureMaxE8: group.symbols.get(asked.symbol)?.exposureMaxE8 ?? null,
  };
}

/** The limit that an order would break. What adds nothing to the count is not refused for it. */
export function brokenLimit(limits: LimitRecord, asked: Asked): Denial | undefined {
  const { orders, ordersAfter, ordersMax, exposureE8, exposureMaxE8 } = limits;
  if (ordersAfter > ordersMax && ordersAfter > orders) {
    return {
      code: 'LIMIT_ORDERS_EXCEEDED',
      numbers: {
        orders: count(BigInt(orders)),
        requested: count(BigInt(ordersAfter - orders)),
        ordersMax: count(BigInt(ordersMax)),
      },
    };
  }
  if (exposureMaxE8 !== null && !asked.reduceOnly && exposureE8 + asked.volumeE8 > exposureMaxE8) {
    return {
      code: 'LIMIT_EXPOSURE_EXCEEDED',
      numbers: {
        symbol: word(asked.symbol),
        side: word(asked.side),
        exposure: lots(exposureE8),
        volume: lots(asked.volumeE8),
        exposureMax: lots(exposureMaxE8),
      },
    };
  }
  return undefined;
}

/**
 * Open positions and orders in flight that open. An order and the position that it makes count once between them, so that a fill
 * does not raise the count; a close counts for nothing, for its position does. Only a provider that goes on filling an order
 * whose first part has been closed meanwhile can raise it: a fill is a fact and is booked, whatever the limit.
 */
export function countOrders({ mode, positions, orders }: Holdings): number {
  if (orders.length === 0) return positions.length;
  const open = new Set<string>(positions.map(({ positionId }) => positionId));
  const made = new Set<string>(
    positions.map(({ symbol, openingRequestId, positionId }) => (mode === 'netting' ? symbol : (openingRequestId ?? positionId))),
  );
  let counted = positions.length;
  for (const { symbol, closesPositionId, requestId, orderId } of orders) {
    // A close whose position is gone would open.
    if (closesPositionId !== null && open.has(closesPositionId)) continue;
    if (!made.delete(mode === 'netting' ? symbol : (requestId ?? orderId))) counted += 1;
  }
  return counted;
}

/**
 * The most lots that the account can come to hold on one side of a symbol, whichever of its orders fill. An opposite position of a
 * netting account does not count against it: it may be closed before the order fills.
 */
export function exposureE8({ positions, orders }: Holdings, symbol: SymbolName, side: Side): LotsE8 {
  let exposedE8 = 0n;
  for (const position of positions) {
    if (position.symbol === symbol && position.side === side) exposedE8 += position.openVolumeE8;
  }
  for (const order of orders) {
    if (order.symbol === symbol && order.side === side) exposedE8 += lotsToOpen(order, positions);
  }
  return exposedE8 as LotsE8;
}

/** What of an order can still open. Of a close: what is more than its position still has, for another order can have netted it. */
function lotsToOpen(order: Asked, positions: Holdings['positions']): bigint {
  const remainingE8 = remainingLots(order);
  if (order.closesPositionId === null) return order.reduceOnly ? 0n : remainingE8;
  const closed = positions.find(({ positionId }) => positionId === order.closesPositionId);
  return larger(0n, remainingE8 - (closed?.openVolumeE8 ?? 0n));
}
