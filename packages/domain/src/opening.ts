import assert from 'node:assert/strict';
import {
  fitsDecimals,
  larger,
  ok,
  oppositeSide,
  refuse,
  type HouseReason,
  type PriceE8,
  type RequestId,
  type Result,
  type SymbolName,
} from '@margrave/vocabulary';
import type { Account, Order } from './account.ts';
import type { ChangeBuilder, DecisionContext, DraftOrder, OrderEventType } from './change.ts';
import { checkMargin, type CheckOutcome } from './check.ts';
import { markupE8 } from './client-price.ts';
import { profitRates } from './conversion.ts';
import { dealingPrices, priceOf, rawPriceE8 } from './dealing-price.ts';
import { count, lots, time, word, type Denial } from './denial.ts';
import { fillAtOnce, type FillTerms } from './fill.ts';
import type { Instrument } from './instrument.ts';
import { unitBasis } from './margin/basis.ts';
import { pointE8 } from './market.ts';
import { offTick, refusedProtection, tooNear } from './protection.ts';
import type { ClientQuote } from './quotes/index.ts';
import { hasExpired, isImmediate, isWithinLimit, levelOf, waitsForLimit } from './resting.ts';

/** How long a provider has to receive a new order after it was accepted. */
export const SEND_BEFORE_MS = 2_000;

/** What becomes of an order that opens: it is executed now, waits for its price, or is given up because it may not wait. */
export type Course = 'execute' | 'rest' | 'give_up';

/** What an order is dealt on, once nothing but margin can refuse it. */
export interface TradeTerms extends FillTerms {
  /** The client's prices. */
  readonly prices: ClientQuote;
  readonly course: Course;
  /** The worst price that the order may fill at; the margin is reckoned on it. */
  readonly reservedPriceE8: PriceE8;
  readonly deviationE8: PriceE8;
  /** The symbols whose prices made the basis. */
  readonly path: readonly SymbolName[];
}

/** By the client's price of this moment. */
export function courseOf(order: DraftOrder, priceE8: PriceE8): Course {
  if (order.type === 'market') return 'execute';
  if (!waitsForLimit(order)) return order.triggeredAtMs === null ? 'rest' : 'execute';
  if (isWithinLimit(order, priceE8)) return 'execute';
  return isImmediate(order.timeInForce) ? 'give_up' : 'rest';
}

/** What an order that opens is dealt on or waits with, or why it may do neither now. */
export function openingTerms(account: Account, order: DraftOrder, context: DecisionContext): Result<TradeTerms, Denial> {
  if (account.status === 'suspended') return refuse({ code: 'ACCOUNT_NOT_ACTIVE', numbers: { status: word(account.status) } });
  if (account.status === 'close_only') return refuse({ code: 'ACCOUNT_CLOSE_ONLY', numbers: { status: word(account.status) } });
  const instrument = context.market.instrument(order.symbol);
  if (instrument === undefined) return refuse({ code: 'SYMBOL_UNKNOWN', numbers: { symbol: word(order.symbol) } });
  if (!context.group.symbols.has(order.symbol)) {
    return refuse({ code: 'SYMBOL_NOT_PERMITTED', numbers: { symbol: word(order.symbol) } });
  }
  if (instrument.tradeMode !== 'full') {
    return refuse({
      code: 'TRADE_MODE_FORBIDS',
      numbers: { symbol: word(order.symbol), tradeMode: word(instrument.tradeMode) },
    });
  }
  const size = refusedSize(order, instrument);
  if (size !== undefined) return refuse(size);
  if (order.provider !== null && !context.market.isListedAt(order.provider, order.symbol)) {
    return refuse({ code: 'PROVIDER_UNAVAILABLE', numbers: { symbol: word(order.symbol) } });
  }
  const prices = dealingPrices(instrument, context);
  if (!prices.ok) return prices;
  return pricedTerms(account, order, context, { instrument, prices: prices.value });
}

interface Priced {
  readonly instrument: Instrument;
  readonly prices: ClientQuote;
}

function pricedTerms(
  account: Account,
  order: DraftOrder,
  { market, group: { policies } }: DecisionContext,
  { instrument, prices }: Priced,
): Result<TradeTerms, Denial> {
  const priceE8 = priceOf(order.side, prices);
  const deviationE8 = order.maxDeviationE8 ?? ((instrument.defaultDeviationPoints * pointE8(instrument)) as PriceE8);
  const course = courseOf(order, priceE8);
  const reservedPriceE8 = worstPrice(order, course, priceE8, deviationE8);
  const basis = unitBasis(market, policies, instrument, account.currency, reservedPriceE8, 'trusted');
  if (!basis.ok) return basis;
  // A deal's profit must be convertible before the deal is made.
  const rates = profitRates(market, policies.conversion, instrument.quoteCurrency, account.currency, 'trusted');
  if (!rates.ok) return rates;
  return ok({
    instrument,
    prices,
    priceE8,
    course,
    reservedPriceE8,
    deviationE8,
    unitBasis: basis.value.basis,
    path: basis.value.path,
    profitRates: rates.value,
  });
}

/** The price that the margin of an order is reckoned on: the worst that it may be executed at. */
function worstPrice(order: DraftOrder, course: Course, priceE8: PriceE8, deviationE8: PriceE8): PriceE8 {
  if (course !== 'execute') return levelOf(order) ?? priceE8;
  if (order.flow === 'local') return priceE8;
  return order.side === 'buy' && waitsForLimit(order) ? (levelOf(order) ?? priceE8) : ((priceE8 + deviationE8) as PriceE8);
}

export function refusedSize(order: DraftOrder, instrument: Instrument): Denial | undefined {
  const { volumeE8 } = order;
  const numbers = {
    volume: lots(volumeE8),
    volumeMin: lots(instrument.volumeMinE8),
    volumeMax: lots(instrument.volumeMaxE8),
    volumeStep: lots(instrument.volumeStepE8),
  };
  if (volumeE8 < instrument.volumeMinE8) return { code: 'VOLUME_TOO_SMALL', numbers };
  if (volumeE8 > instrument.volumeMaxE8) return { code: 'VOLUME_TOO_LARGE', numbers };
  if (volumeE8 % instrument.volumeStepE8 !== 0n) return { code: 'VOLUME_OFF_STEP', numbers };
  if (order.maxDeviationE8 !== null && !fitsDecimals(order.maxDeviationE8, instrument.digits)) {
    return { code: 'PRECISION_EXCEEDED', numbers: { field: word('maxDeviation'), digits: count(BigInt(instrument.digits)) } };
  }
  return undefined;
}

/** What speaks against an order whose time is over. */
export const expiryPassed = (order: Pick<Order, 'expiresAtMs'>, nowMs: number): Denial | undefined =>
  order.expiresAtMs !== null && hasExpired(order, nowMs)
    ? { code: 'EXPIRY_PASSED', numbers: { expiresAt: time(order.expiresAtMs), now: time(nowMs) } }
    : undefined;

/**
 * What speaks against the prices and the time that an order names, as it is placed or replaced: what it waits for is held to no
 * distance any more once the market has come there.
 */
export function refusedWishes(
  order: DraftOrder,
  { instrument, prices, course }: Pick<TradeTerms, 'instrument' | 'prices' | 'course'>,
  nowMs: number,
): Denial | undefined {
  const { side, limitPriceE8, stopPriceE8 } = order;
  const marketPriceE8 = priceOf(side, prices);
  const waitsForStop = stopPriceE8 !== null && order.triggeredAtMs === null;
  const restsAtE8 = course === 'execute' ? null : levelOf(order);
  const measuredBy = {
    openE8: restsAtE8 ?? marketPriceE8,
    marketE8: restsAtE8 ?? priceOf(oppositeSide(side), prices),
  };
  return (
    expiryPassed(order, nowMs) ??
    offTick(limitPriceE8, instrument) ??
    offTick(stopPriceE8, instrument) ??
    (waitsForStop ? tooNear(stopPriceE8, side === 'buy' ? 'above' : 'below', marketPriceE8, instrument) : undefined) ??
    refusedProtection(order.protection, side, measuredBy, instrument)
  );
}

/** Whether the account can carry the order, as it would be executed or as it would wait. */
export function checkOpening(change: ChangeBuilder, order: DraftOrder, terms: TradeTerms): CheckOutcome {
  const { instrument, reservedPriceE8, unitBasis: basis, path } = terms;
  const reservation = { priceE8: reservedPriceE8, unitBasis: basis };
  const candidate = { ...order, reservation, status: 'queued' as const, conversionPath: path };
  return checkMargin({ account: change.before, margins: change.marginsBefore, dealing: change.context }, instrument, candidate);
}

/** What has just happened to an order that takes its course. */
export type FirstEvent = Extract<OrderEventType, 'order.accepted' | 'order.triggered' | 'order.replaced'>;

/** Lets an order that was checked take its course, and tells of it after `first`, what has just happened to it. */
export function takeCourse(change: ChangeBuilder, checked: DraftOrder, terms: TradeTerms, first: FirstEvent): void {
  const order = { ...checked, markupE8: markupE8(change.context.group, terms.instrument) };
  if (terms.course === 'execute') {
    if (order.flow === 'local') fillAtOnce(change, order, terms, first);
    else sendToProvider(change, order, terms, first);
    return;
  }
  const { pendingMargin } = change.context.group.policies;
  const reservation = pendingMargin === 'full' ? { priceE8: terms.reservedPriceE8, unitBasis: terms.unitBasis } : null;
  waitOrGiveUp(change, { ...order, reservation }, terms.course, first);
}

/** Lets an order wait that is not executed now, or gives it up, and tells of it after `first`. */
export function waitOrGiveUp(change: ChangeBuilder, order: DraftOrder, course: 'rest' | 'give_up', first: FirstEvent): void {
  if (course === 'rest') tell(change, { ...order, status: 'working' }, first);
  else {
    const reason: HouseReason = 'price_not_reached';
    tell(change, { ...order, status: 'cancelled', reason, reservation: null }, first);
  }
}

function tell(change: ChangeBuilder, order: DraftOrder, first: OrderEventType): Order {
  const put = change.putOrder(order);
  change.addEvent({ type: first, order: put });
  change.addEvent({ type: `order.${put.status}`, order: put });
  return put;
}

function sendToProvider(change: ChangeBuilder, order: DraftOrder, terms: TradeTerms, first: OrderEventType): void {
  const requestId = change.nextId<RequestId>();
  const queued = tell(
    change,
    {
      ...order,
      status: 'queued',
      // A stop is executed at the first price that there is, and a limit is its own bound.
      maxDeviationE8: order.type === 'market' ? terms.deviationE8 : null,
      reservation: { priceE8: terms.reservedPriceE8, unitBasis: terms.unitBasis },
      requestId,
    },
    first,
  );
  change.instruct({
    kind: 'new',
    requestId,
    order: queued,
    originalRequestId: null,
    ...rawLimit(queued),
    referencePriceE8: rawPriceE8(change.context.market, order),
    sendBeforeMs: change.nowMs + SEND_BEFORE_MS,
  });
}

/** The limit of an order as its provider is to keep it, without our markup; nothing where any price is taken. */
export function rawLimit({ orderId, side, markupE8: markup, ...order }: Order): { readonly limitPriceE8?: PriceE8 } {
  if (!waitsForLimit(order)) return {};
  const { limitPriceE8 } = order;
  assert(limitPriceE8 !== null, `order ${orderId} waits for a limit and has none`);
  const rawE8 = side === 'buy' ? limitPriceE8 - markup : limitPriceE8 + markup;
  // A markup that leaves nothing of the limit leaves nothing to trade either: the smallest price is never had.
  return { limitPriceE8: larger(1n, rawE8) as PriceE8 };
}
