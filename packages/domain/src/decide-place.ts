import assert from 'node:assert/strict';
import {
  fitsDecimals,
  ok,
  refuse,
  type DecisionId,
  type Flow,
  type LotsE8,
  type OrderId,
  type PriceE8,
  type RequestId,
  type Result,
  type SymbolName,
} from '@margrave/vocabulary';
import type { Account, Order } from './account.ts';
import { ChangeBuilder, type Change, type DecisionContext, type DraftOrder } from './change.ts';
import { checkMargin } from './check.ts';
import { clientPrices, markupE8, type Dealing } from './client-price.ts';
import type { PlaceOrder } from './command.ts';
import { profitRates } from './conversion.ts';
import { count, lots, priceStale, priceUnavailable, word, type Denial } from './denial.ts';
import { fillAtOnce, type TradeTerms } from './fill.ts';
import type { Instrument } from './instrument.ts';
import { brokenLimit, reckonLimits } from './limits.ts';
import { unitBasis } from './margin/basis.ts';
import { pointE8, quoteState, type Market } from './market.ts';
import { recordDecision, type Grounds } from './record-decision.ts';

/** How long a provider has to receive a new order after it was accepted. */
export const SEND_BEFORE_MS = 2_000;

/**
 * Decides a market order that opens. Local: filled at once at the client's price. Provider: reserved at the quote plus the
 * deviation and sent. A refusal is kept as a denied order; it changes the account's version like an acceptance.
 */
export function decidePlace(account: Account, command: PlaceOrder, given: DecisionContext): Change {
  const change = new ChangeBuilder(account, given, 'client');
  const order = newOrder(account, command, change);
  const { context } = change;
  const terms = tradeTerms(account, command, context);
  if (!terms.ok) return denied(change, order, { denial: terms.refusal, terms: null });
  const limits = reckonLimits(account, context.group, order);
  const broken = brokenLimit(limits, order);
  if (broken !== undefined) return denied(change, order, { denial: broken, terms: terms.value, limits });
  const { instrument, reservedPriceE8, unitBasis: basis, path } = terms.value;
  const reservation = { priceE8: reservedPriceE8, unitBasis: basis };
  const candidate = { ...order, reservation, status: 'queued' as const, conversionPath: path };
  const checked = checkMargin({ account, margins: change.marginsBefore, dealing: context }, instrument, candidate);
  const grounds = { terms: terms.value, limits, check: checked.record };
  if (!checked.passed) return denied(change, order, { denial: checked.denial, ...grounds });
  const accepted = { ...order, markupE8: markupE8(context.group, instrument) };
  if (order.flow === 'local') fillAtOnce(change, accepted, terms.value);
  else sendToProvider(change, accepted, terms.value);
  return change.finish(recordDecision(change, order, 'place', { denial: null, ...grounds }));
}

/** Demo accounts are always dealt in house, whatever their group. */
export const flowOf = (account: Account, context: Dealing): Flow => (account.type === 'demo' ? 'local' : context.group.flow);

function newOrder(account: Account, command: PlaceOrder, change: ChangeBuilder): DraftOrder {
  const flow = flowOf(account, change.context);
  const provider = flow === 'local' ? null : change.context.group.provider;
  assert(flow === 'local' || provider !== null, `group ${change.context.group.groupId} routes to a provider and names none`);
  return {
    orderId: change.nextId<OrderId>(),
    clientOrderId: command.clientOrderId,
    symbol: command.symbol,
    side: command.side,
    volumeE8: command.volumeE8,
    filledVolumeE8: 0n as LotsE8,
    filledNotionalE16: 0n,
    status: 'denied',
    flow,
    provider,
    closesPositionId: null,
    maxDeviationE8: command.maxDeviationE8,
    markupE8: 0n as PriceE8,
    reservation: null,
    requestId: null,
    reason: null,
    flags: [],
    decisionId: change.nextId<DecisionId>(),
    createdAtMs: change.nowMs,
  };
}

function tradeTerms(account: Account, command: PlaceOrder, context: DecisionContext): Result<TradeTerms, Denial> {
  if (account.status === 'suspended') return refuse({ code: 'ACCOUNT_NOT_ACTIVE', numbers: { status: word(account.status) } });
  if (account.status === 'close_only') return refuse({ code: 'ACCOUNT_CLOSE_ONLY', numbers: { status: word(account.status) } });
  const instrument = context.market.instrument(command.symbol);
  if (instrument === undefined) return refuse({ code: 'SYMBOL_UNKNOWN', numbers: { symbol: word(command.symbol) } });
  if (!context.group.symbols.has(command.symbol)) {
    return refuse({ code: 'SYMBOL_NOT_PERMITTED', numbers: { symbol: word(command.symbol) } });
  }
  if (instrument.tradeMode !== 'full') {
    return refuse({
      code: 'TRADE_MODE_FORBIDS',
      numbers: { symbol: word(command.symbol), tradeMode: word(instrument.tradeMode) },
    });
  }
  const size = refusedSize(command, instrument);
  if (size !== undefined) return refuse(size);
  const { provider } = context.group;
  const isSent = flowOf(account, context) === 'provider';
  if (isSent && provider !== null && !context.market.isListedAt(provider, command.symbol)) {
    return refuse({ code: 'PROVIDER_UNAVAILABLE', numbers: { symbol: word(command.symbol) } });
  }
  const price = dealingPrice(command, instrument, context);
  if (!price.ok) return price;
  const deviationE8 = command.maxDeviationE8 ?? ((instrument.defaultDeviationPoints * pointE8(instrument)) as PriceE8);
  const reservedPriceE8 = (isSent ? price.value + deviationE8 : price.value) as PriceE8;
  const basis = unitBasis(context.market, context.group.policies, instrument, account.currency, reservedPriceE8, 'trusted');
  if (!basis.ok) return basis;
  // A deal's profit must be convertible before the deal is made.
  const rates = profitRates(
    context.market,
    context.group.policies.conversion,
    instrument.quoteCurrency,
    account.currency,
    'trusted',
  );
  if (!rates.ok) return rates;
  return ok({
    instrument,
    priceE8: price.value,
    reservedPriceE8,
    deviationE8,
    unitBasis: basis.value.basis,
    path: basis.value.path,
    profitRates: rates.value,
  });
}

function refusedSize(command: PlaceOrder, instrument: Instrument): Denial | undefined {
  const { volumeE8 } = command;
  const numbers = {
    volume: lots(volumeE8),
    volumeMin: lots(instrument.volumeMinE8),
    volumeMax: lots(instrument.volumeMaxE8),
    volumeStep: lots(instrument.volumeStepE8),
  };
  if (volumeE8 < instrument.volumeMinE8) return { code: 'VOLUME_TOO_SMALL', numbers };
  if (volumeE8 > instrument.volumeMaxE8) return { code: 'VOLUME_TOO_LARGE', numbers };
  if (volumeE8 % instrument.volumeStepE8 !== 0n) return { code: 'VOLUME_OFF_STEP', numbers };
  if (command.maxDeviationE8 !== null && !fitsDecimals(command.maxDeviationE8, instrument.digits)) {
    return { code: 'PRECISION_EXCEEDED', numbers: { field: word('maxDeviation'), digits: count(BigInt(instrument.digits)) } };
  }
  return undefined;
}

/** The raw price that an order takes; there is one, for the order was just priced on it. */
export function rawPriceE8(market: Market, order: Pick<Order, 'symbol' | 'side'>): PriceE8 {
  const quote = market.quote(order.symbol);
  assert(quote, `no quote of ${order.symbol}, on which an order was priced`);
  return order.side === 'buy' ? quote.askE8 : quote.bidE8;
}

/** The client's price of the side that the order takes, if it may be dealt on now. */
export function dealingPrice(
  order: { readonly symbol: SymbolName; readonly side: Order['side'] },
  instrument: Instrument,
  context: Dealing,
): Result<PriceE8, Denial> {
  const quote = context.market.quote(order.symbol);
  const state = quoteState(context.market, instrument);
  if (state === 'closed') return refuse({ code: 'SESSION_CLOSED', numbers: { symbol: word(order.symbol) } });
  if (quote === undefined) return refuse(priceUnavailable(order.symbol));
  if (state === 'stale') return refuse(priceStale(order.symbol, quote.ageMs, instrument.staleLimitMs));
  const prices = clientPrices(context, instrument, quote);
  if (prices === undefined) return refuse(priceUnavailable(order.symbol));
  return ok(order.side === 'buy' ? prices.askE8 : prices.bidE8);
}

function denied(change: ChangeBuilder, order: DraftOrder, grounds: Grounds & { readonly denial: Denial }): Change {
  const kept = change.putOrder({ ...order, reason: grounds.denial.code });
  change.addEvent({ type: 'order.denied', order: kept });
  return change.finish(recordDecision(change, order, 'place', grounds));
}

function sendToProvider(change: ChangeBuilder, order: DraftOrder, terms: TradeTerms): void {
  const requestId = change.nextId<RequestId>();
  const queued = change.putOrder({
    ...order,
    status: 'queued',
    maxDeviationE8: terms.deviationE8,
    reservation: { priceE8: terms.reservedPriceE8, unitBasis: terms.unitBasis },
    requestId,
  });
  change.addEvent({ type: 'order.accepted', order: queued });
  change.addEvent({ type: 'order.queued', order: queued });
  change.instruct({
    kind: 'new',
    requestId,
    order: queued,
    originalRequestId: null,
    referencePriceE8: rawPriceE8(change.context.market, order),
    sendBeforeMs: change.nowMs + SEND_BEFORE_MS,
  });
}
