import { clientPrices, floatingProfit, type Account, type Dealing, type Position } from '@margrave/domain';
import type { MoneyE8, PositionId, PriceE8 } from '@margrave/vocabulary';
import { shownIn, withAllFloating } from './account-figures.ts';

/** An open position with what it is worth now, at the prices that were seen last. */
export interface ValuedPosition {
  readonly position: Position;
  /** The client's price at which it would close; null while there is none. */
  readonly currentPriceE8: PriceE8 | null;
  /** In account currency at its minor unit; null while a price or a rate is missing. */
  readonly floatingProfitE8: MoneyE8 | null;
}

/** A place in the list of positions. */
export type PositionKey = Pick<Position, 'openedAtMs' | 'positionId'>;

export interface PositionPage {
  readonly positions: readonly ValuedPosition[];
  /** Where the next page begins; null on the last. */
  readonly next: PositionKey | null;
}

/** A page of an account's open positions, newest first, each valued. */
export function valuedPositions(account: Account, dealing: Dealing, after: PositionKey | null, limit: number): PositionPage {
  const sorted = account.positions.toSorted(newestFirst);
  const rest = after === null ? sorted : sorted.filter((position) => newestFirst(after, position) < 0);
  const shown = rest.slice(0, limit);
  return {
    positions: shown.map((position) => valued(account, position, dealing)),
    next: rest.length > limit ? (shown.at(-1) ?? null) : null,
  };
}

/** Those opened in the same millisecond stand by id: any order will do that stays the same. */
function newestFirst(a: PositionKey, b: PositionKey): number {
  return b.openedAtMs - a.openedAtMs || compareIds(b.positionId, a.positionId);
}

function compareIds(a: PositionId, b: PositionId): number {
  if (a === b) return 0;
  return BigInt(a) < BigInt(b) ? -1 : 1;
}

function valued(account: Account, position: Position, dealing: Dealing): ValuedPosition {
  const instrument = dealing.market.instrument(position.symbol);
  const quote = dealing.market.quote(position.symbol);
  const prices = instrument && quote && clientPrices(dealing, instrument, quote);
  const profit = instrument && floatingProfit({ ...account, positions: [position] }, withAllFloating(dealing), 'last_seen');
  return {
    position,
    currentPriceE8: prices === undefined ? null : position.side === 'buy' ? prices.bidE8 : prices.askE8,
    floatingProfitE8: profit?.ok === true ? shownIn(account, dealing)(profit.value) : null,
  };
}
