import { ok, oppositeSide, refuse, smaller, type Result } from '@margrave/vocabulary';
import type { Position } from './account.ts';
import type { ChangeBuilder, DraftOrder } from './change.ts';
import { markupE8 } from './client-price.ts';
import { dealingPrices, priceOf } from './dealing-price.ts';
import { carryOutClose, closeTerms, mayClose } from './decide-close.ts';
import { word, type Denial } from './denial.ts';
import type { FillTerms } from './fill.ts';
import type { Instrument } from './instrument.ts';
import { brokenLimit, reckonLimits } from './limits.ts';
import { oldestFirst } from './oldest-first.ts';
import { courseOf, refusedSize, refusedWishes, waitOrGiveUp, type Course, type FirstEvent } from './opening.ts';
import type { ClientQuote } from './quotes/index.ts';

/** What becomes of an order that only reduces: it waits, is given up, or closes a position. */
export interface Reduction {
  readonly instrument: Instrument;
  /** The client's prices. */
  readonly prices: ClientQuote;
  readonly course: Course;
  /** Where it is executed: the order as the close that it is now. */
  readonly closing: { readonly position: Position; readonly order: DraftOrder; readonly terms: FillTerms } | null;
}

/**
 * Of an order that is asked for, or is to be another: no margin is needed and nothing is reserved, also where the account or the
 * symbol may only be closed. More than is open is refused while that is known.
 */
export function reductionAsked(change: ChangeBuilder, order: DraftOrder): Result<Reduction, Denial> {
  const found = reduction(change, order, 'all of it');
  if (!found.ok) return found;
  const { instrument, course } = found.value;
  const denial =
    refusedSize(order, instrument) ??
    refusedWishes(order, found.value, change.nowMs) ??
    // One that is executed waits for nothing, and is not counted.
    (course === 'rest' ? brokenLimit(reckonLimits(change.before, change.context.group, order), order) : undefined);
  return denial === undefined ? found : refuse(denial);
}

/** Of an order whose price is reached: it closes what is left to be closed, and no more than it was to. */
export const reductionReached = (change: ChangeBuilder, order: DraftOrder): Result<Reduction, Denial> =>
  reduction(change, order, 'what is open');

/** Lets it take its course, and tells of it after `first`; returns the order as it was executed or waits. */
export function carryOutReduction(change: ChangeBuilder, order: DraftOrder, found: Reduction, first: FirstEvent): DraftOrder {
  const { course, closing, instrument } = found;
  if (closing !== null) {
    carryOutClose(change, closing.order, closing.position, closing.terms, first);
    return closing.order;
  }
  const waiting = { ...order, markupE8: markupE8(change.context.group, instrument), reservation: null };
  waitOrGiveUp(change, waiting, course === 'rest' ? 'rest' : 'give_up', first);
  return waiting;
}

function reduction(change: ChangeBuilder, order: DraftOrder, volume: 'all of it' | 'what is open'): Result<Reduction, Denial> {
  const { before: account, context } = change;
  const barred = mayClose(account);
  if (barred !== undefined) return barred;
  const instrument = context.market.instrument(order.symbol);
  if (instrument === undefined) return refuse({ code: 'SYMBOL_UNKNOWN', numbers: { symbol: word(order.symbol) } });
  const prices = dealingPrices(instrument, context);
  if (!prices.ok) return prices;
  const course = courseOf(order, priceOf(order.side, prices.value));
  const found = { instrument, prices: prices.value, course };
  if (course !== 'execute') return ok({ ...found, closing: null });
  const position = positionToReduce(change, order);
  if (position === undefined) {
    return refuse({ code: 'NOTHING_TO_REDUCE', numbers: { symbol: word(order.symbol), side: word(order.side) } });
  }
  const closing = {
    ...order,
    closesPositionId: position.positionId,
    volumeE8: volume === 'all of it' ? order.volumeE8 : smaller(order.volumeE8, position.openVolumeE8),
    reservation: null,
  };
  const terms = closeTerms(account, position, closing, change);
  return terms.ok ? ok({ ...found, closing: { position, order: closing, terms: terms.value } }) : terms;
}

/** The oldest on the other side that is dealt in the order's own way; one that another order is closing only where there is none else. */
function positionToReduce({ before }: ChangeBuilder, order: DraftOrder): Position | undefined {
  const opposite = oldestFirst(before.positions).filter(
    ({ symbol, side, provider }) => symbol === order.symbol && side === oppositeSide(order.side) && provider === order.provider,
  );
  return opposite.find(({ closingOrderId }) => closingOrderId === null) ?? opposite[0];
}
