import { e8 } from '../decimal.ts';
import type { AccountFold, OrderState, PositionState } from './account-fold.ts';
import type { Breaks } from './breaks.ts';
import type { StoredAccount, StoredOrder, StoredPosition } from './stored-rows.ts';

const integer = (text: string | null): bigint | null => (text === null ? null : BigInt(text));
const amount = (text: string | null): bigint | null => (text === null ? null : e8(text));

export function compareAccount(breaks: Breaks, replayed: AccountFold, stored: StoredAccount | undefined): void {
  if (stored === undefined) return breaks.add('accounts', `account ${replayed.accountId} has events and no row`);
  if (BigInt(stored.version) < replayed.version) {
    breaks.add('sequences', `account ${stored.id} is at version ${stored.version}, its events at ${replayed.version}`);
  }
  if (BigInt(stored.lastSequence) !== replayed.lastSequence) {
    breaks.add('sequences', `account ${stored.id} counts ${stored.lastSequence} events, its last is ${replayed.lastSequence}`);
  }
  breaks.compare('accounts', `account ${stored.id}`, [
    ['balance', BigInt(stored.balanceE8), replayed.balanceE8],
    ['margin executed', BigInt(stored.marginExecutedE8), replayed.marginExecutedE8],
    ['margin total', BigInt(stored.marginTotalE8), replayed.marginTotalE8],
  ]);
}

export function compareOrder(breaks: Breaks, replayed: OrderState, stored: StoredOrder | undefined): void {
  if (stored === undefined) return breaks.add('orders', `order ${replayed.id} has events and no row`);
  const { said } = replayed;
  breaks.compare('orders', `order ${stored.id}`, [
    ['the account', stored.accountId, replayed.accountId],
    ['the version', BigInt(stored.version), replayed.version],
    ['the status', stored.status, replayed.status],
    ['the filled volume', BigInt(stored.filledVolumeE8), replayed.filledE8],
    ['the filled notional', BigInt(stored.filledNotionalE16), replayed.notionalE16],
    ['the volume', BigInt(stored.volumeE8), e8(said.volume)],
    ['the side', stored.side, said.side],
    ['the symbol', stored.symbol, said.symbol],
    ['the flow', stored.flow, said.flow],
    ['the key', stored.clientOrderId, said.clientOrderId],
    ['the position it closes', stored.closesPositionId, said.closesPositionId],
    ['the limit', integer(stored.limitPriceE8), amount(said.price)],
    ['the stop', integer(stored.stopPriceE8), amount(said.stopPrice)],
    ['the reason', stored.reason, said.reason],
    ['the decision', stored.decisionId, said.decisionId],
  ]);
}

export function comparePosition(breaks: Breaks, replayed: PositionState, stored: StoredPosition | undefined): void {
  if (stored === undefined) return breaks.add('positions', `position ${replayed.id} has events and no row`);
  const [stopLoss, takeProfit, trailingDistance, trailingStop] = replayed.levels;
  breaks.compare('positions', `position ${stored.id}`, [
    ['the account', stored.accountId, replayed.accountId],
    ['the version', BigInt(stored.version), replayed.version],
    ['the side', stored.side, replayed.side],
    ['the symbol', stored.symbol, replayed.symbol],
    ['the open volume', BigInt(stored.openVolumeE8), replayed.openE8],
    ['the open notional', BigInt(stored.openNotionalE16), replayed.notionalE16],
    ['closed', stored.isClosed, replayed.openE8 === 0n],
    ['the order that closes it', stored.closingOrderId, replayed.closingOrderId],
    ['the stop loss', integer(stored.stopLossE8), amount(stopLoss)],
    ['the take profit', integer(stored.takeProfitE8), amount(takeProfit)],
    ['the distance of the trailing stop', integer(stored.trailingDistanceE8), amount(trailingDistance)],
    ['the trailing stop', trailingStopOf(stored), amount(trailingStop)],
  ]);
}

/** A distance behind the best price: below the bid of a buy, above the ask of a sell. */
function trailingStopOf({ side, trailingDistanceE8, trailingBestE8 }: StoredPosition): bigint | null {
  if (trailingDistanceE8 === null || trailingBestE8 === null) return null;
  const [distanceE8, bestE8] = [BigInt(trailingDistanceE8), BigInt(trailingBestE8)];
  return side === 'buy' ? bestE8 - distanceE8 : bestE8 + distanceE8;
}
