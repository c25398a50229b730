import { oppositeSide, smaller, type LotsE8, type Side, type SymbolName } from '@margrave/vocabulary';
import type { Account } from './account.ts';
import type { ClosePosition, PlaceOrder } from './command.ts';
import { AT_MARKET } from './draft-order.ts';
import { remainingLots } from './margin/account-margin.ts';
import { oldestFirst } from './oldest-first.ts';
import { isResting } from './resting.ts';

const signed = (side: Side, volumeE8: LotsE8): bigint => (side === 'buy' ? volumeE8 : -volumeE8);

/**
 * What brings an account's lots of a symbol, bought less sold, to a target: first what is open on the other side is closed, the
 * oldest first, then the rest is opened at the market. Orders in flight count as filled, so that asking again while they are
 * under way asks for nothing more; what rests does not count.
 */
export function legsToTarget(
  { positions, orders }: Pick<Account, 'positions' | 'orders'>,
  symbol: SymbolName,
  targetE8: bigint,
): readonly (ClosePosition | PlaceOrder)[] {
  const open = oldestFirst(positions).filter((position) => position.symbol === symbol);
  const inFlight = orders.filter((order) => order.symbol === symbol && !isResting(order));
  const differenceE8 = [
    ...open.map(({ side, openVolumeE8 }) => signed(side, openVolumeE8)),
    ...inFlight.map((order) => signed(order.side, remainingLots(order))),
  ].reduce((leftE8, coveredE8) => leftE8 - coveredE8, targetE8);

  const side: Side = differenceE8 > 0n ? 'buy' : 'sell';
  let leftE8 = (differenceE8 > 0n ? differenceE8 : -differenceE8) as LotsE8;
  const legs: (ClosePosition | PlaceOrder)[] = [];
  for (const { positionId, openVolumeE8, closingOrderId, side: held } of open) {
    if (leftE8 === 0n) break;
    if (held !== oppositeSide(side) || closingOrderId !== null) continue;
    const volumeE8 = smaller(leftE8, openVolumeE8);
    legs.push({ kind: 'close', clientOrderId: null, positionId, volumeE8 });
    leftE8 = (leftE8 - volumeE8) as LotsE8;
  }
  if (leftE8 > 0n) {
    legs.push({ ...AT_MARKET, kind: 'place', clientOrderId: null, symbol, side, volumeE8: leftE8, maxDeviationE8: null });
  }
  return legs;
}
