import {
  LIMIT_E8,
  parseE8,
  SCALE_E8,
  unitOfDecimals,
  type AccountId,
  type ClientOrderId,
  type Currency,
  type DecisionId,
  type ExecutionType,
  type Fraction,
  type GroupId,
  type LotsE8,
  type MoneyE8,
  type OrderId,
  type PositionId,
  type PriceE8,
  type ProviderName,
  type RequestId,
  type Side,
  type SymbolName,
} from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import type { Account, Order, Position } from '../account.ts';
import type { DecisionContext, IdSource } from '../change.ts';
import type { ApplyReport, ClosePosition, PlaceOrder, SettleOrder } from '../command.ts';
import { AT_MARKET } from '../draft-order.ts';
import type { Group, MarginPolicies } from '../group.ts';
import type { Instrument } from '../instrument.ts';
import type { Market, Quote } from '../market.ts';
import type { Sessions } from '../sessions.ts';

/** Values of the domain written the way people write them: amounts as decimal strings, everything else by default. */

export function e8(text: string): bigint {
  const amount = parseE8(text);
  assert(amount !== undefined, `not a decimal: ${text}`);
  return amount;
}
export const priceE8 = (text: string): PriceE8 => e8(text) as PriceE8;
export const lotsE8 = (text: string): LotsE8 => e8(text) as LotsE8;
export const moneyE8 = (text: string): MoneyE8 => e8(text) as MoneyE8;
export const symbolName = (text: string): SymbolName => text as SymbolName;

/** An exact number written as a decimal. */
export const decimal = (text: string): Fraction => ({ numerator: e8(text), denominator: SCALE_E8 });

export const ALWAYS_OPEN: Sessions = { timeZone: 'UTC', weekly: [{ fromMinute: 0, toMinute: 10_080 }], holidays: [] };
/** FX: Sunday 17:00 to Friday 17:00 in New York. */
export const FX_WEEK: Sessions = { timeZone: 'America/New_York', weekly: [{ fromMinute: 1_020, toMinute: 8_220 }], holidays: [] };

/** A Wednesday at noon, UTC. */
export const NOW_MS = Date.UTC(2026, 0, 7, 12);

/** An FX pair by its six letters, unless told otherwise: five decimals (three against the yen), contract of 100 000. */
export function instrument(symbol: string, told: Partial<Instrument> = {}): Instrument {
  const quoteCurrency = told.quoteCurrency ?? (symbol.slice(3, 6) as Currency);
  const digits = told.digits ?? (quoteCurrency === 'JPY' ? 3 : 5);
  return {
    symbol: symbolName(symbol),
    class: 'fx',
    baseCurrency: symbol.slice(0, 3) as Currency,
    quoteCurrency,
    contractSize: 100_000n,
    digits,
    tickE8: unitOfDecimals(digits) as PriceE8,
    volumeMinE8: lotsE8('0.01'),
    volumeMaxE8: lotsE8('100'),
    volumeStepE8: lotsE8('0.01'),
    leverageCap: null,
    tradeMode: 'full',
    sessions: ALWAYS_OPEN,
    staleLimitMs: 10_000,
    spikeLimit: { numerator: 1n, denominator: 100n },
    defaultDeviationPoints: 20n,
    stopDistanceMinPoints: 0n,
    freezeDistancePoints: 0n,
    ...told,
  };
}

/** Bid, ask, and the age in milliseconds where it matters. */
export type QuoteText = readonly [bid: string, ask: string, ageMs?: number];

const quote = ([bid, ask, ageMs = 5]: QuoteText, sequence: bigint): Quote => ({
  bidE8: priceE8(bid),
  askE8: priceE8(ask),
  ageMs,
  sequence,
});

/** A market of the instruments given (an FX pair where only its name is) with the quotes given. */
export function market(
  quotes: Readonly<Record<string, QuoteText>>,
  told: { readonly instruments?: readonly Instrument[]; readonly nowMs?: number; readonly listed?: boolean } = {},
): Market {
  const instruments = new Map((told.instruments ?? []).map((each) => [each.symbol, each]));
  for (const name of Object.keys(quotes)) {
    if (!instruments.has(symbolName(name))) instruments.set(symbolName(name), instrument(name));
  }
  const held = new Map(Object.entries(quotes).map(([name, text], index) => [symbolName(name), quote(text, BigInt(index + 1))]));
  const pairs = new Map([...instruments.values()].map((each) => [`${each.baseCurrency}/${each.quoteCurrency}`, each]));
  return {
    nowMs: told.nowMs ?? NOW_MS,
    configurationVersion: 7n,
    instrument: (symbol) => instruments.get(symbol),
    quote: (symbol) => held.get(symbol),
    pair: (base, quoted) => pairs.get(`${base}/${quoted}`),
    isListedAt: () => told.listed ?? true,
  };
}

export const POLICIES: MarginPolicies = {
  hedgingMargin: { kind: 'larger_leg' },
  leverageTiers: [],
  floating: 'use_all',
  conversion: 'conservative',
  pendingMargin: 'none',
  moneyRounding: 'half_away',
};

export const LP_A = 'lp-a' as ProviderName;

interface GroupTold extends Partial<Omit<Group, 'symbols' | 'policies'>> {
  /** Markup points by symbol; a symbol that is not named is permitted without any. */
  readonly markups?: Readonly<Record<string, bigint>>;
  /** Lots on one side by symbol; a symbol that is not named is bounded by margin alone. */
  readonly exposureMax?: Readonly<Record<string, string>>;
  /** The only symbols that are permitted, where that matters. */
  readonly permitted?: readonly string[];
  readonly policies?: Partial<MarginPolicies>;
}

const SYMBOLS = ['EURUSD', 'GBPUSD', 'USDJPY', 'USDCHF', 'EURGBP', 'EURJPY', 'GBPJPY', 'AUDUSD', 'AUDJPY', 'XAUUSD', 'GER40'];

export function group({ markups = {}, exposureMax = {}, permitted, policies, ...told }: GroupTold = {}): Group {
  const symbols = permitted ?? [...new Set([...SYMBOLS, ...Object.keys(markups)])];
  return {
    groupId: 'standard' as GroupId,
    flow: 'local',
    provider: told.flow === 'provider' ? LP_A : null,
    symbols: new Map(
      symbols.map((name) => {
        const lots = exposureMax[name];
        return [symbolName(name), { markupPoints: markups[name] ?? 0n, exposureMaxE8: lots === undefined ? null : lotsE8(lots) }];
      }),
    ),
    commission: { kind: 'none' },
    marginCallLevel: { numerator: 1n, denominator: 1n },
    stopOutLevel: { numerator: 1n, denominator: 2n },
    ordersMax: 200,
    ...told,
    policies: { ...POLICIES, ...policies },
  };
}

export function account(
  told: Partial<Omit<Account, 'balanceE8' | 'currency'>> & { balance?: string; currency?: string } = {},
): Account {
  const { balance = '10000', currency = 'USD', ...rest } = told;
  return {
    accountId: '1000000001' as AccountId,
    ownerId: 'user-1',
    type: 'live',
    groupId: 'standard' as GroupId,
    currency: currency as Currency,
    leverage: 100n,
    mode: 'hedging',
    status: 'active',
    balanceE8: moneyE8(balance),
    creditE8: 0n as MoneyE8,
    marginExecutedE8: 0n as MoneyE8,
    marginTotalE8: 0n as MoneyE8,
    version: 11n,
    lastSequence: 40n,
    orders: [],
    positions: [],
    ...rest,
  };
}

export function position(
  id: string,
  text: {
    readonly symbol: string;
    readonly side: Side;
    readonly lots: string;
    readonly price: string;
    readonly unitBasis?: Fraction;
  },
  told: Partial<Position> = {},
): Position {
  const openVolumeE8 = lotsE8(text.lots);
  const unit = text.unitBasis ?? decimal(text.price);
  return {
    positionId: id as PositionId,
    symbol: symbolName(text.symbol),
    side: text.side,
    openVolumeE8,
    openNotionalE16: openVolumeE8 * e8(text.price),
    marginBasis: { numerator: unit.numerator * openVolumeE8, denominator: unit.denominator },
    realisedProfitE8: 0n as MoneyE8,
    profitRemainderE16: 0n,
    stopLossE8: null,
    takeProfitE8: null,
    trailingDistanceE8: null,
    trailingBestE8: null,
    commission: { kind: 'none' },
    flow: 'local',
    provider: null,
    openingRequestId: null,
    closingOrderId: null,
    openedAtMs: NOW_MS - 60_000,
    closedAtMs: null,
    version: 5n,
    ...told,
  };
}

/** An order that a provider has been sent; it reserves at `price` where one is given. */
export function order(
  id: string,
  text: {
    readonly symbol: string;
    readonly side: Side;
    readonly lots: string;
    readonly price?: string;
    readonly unitBasis?: Fraction;
  },
  told: Partial<Order> = {},
): Order {
  return {
    orderId: id as OrderId,
    clientOrderId: `client-${id}` as ClientOrderId,
    symbol: symbolName(text.symbol),
    side: text.side,
    ...AT_MARKET,
    triggeredAtMs: null,
    origin: 'client',
    volumeE8: lotsE8(text.lots),
    filledVolumeE8: 0n as LotsE8,
    filledNotionalE16: 0n,
    status: 'queued',
    flow: 'provider',
    provider: LP_A,
    closesPositionId: null,
    maxDeviationE8: 0n as PriceE8,
    markupE8: 0n as PriceE8,
    reservation:
      text.price === undefined ? null : { priceE8: priceE8(text.price), unitBasis: text.unitBasis ?? decimal(text.price) },
    requestId: `9${id.slice(1)}` as RequestId,
    reason: null,
    flags: [],
    decisionId: `8${id.slice(1)}` as DecisionId,
    version: 5n,
    createdAtMs: NOW_MS - 1_000,
    updatedAtMs: NOW_MS - 1_000,
    ...told,
  };
}

/** A provider's word on an order, on the request that carries it; each is an execution of its own. */
export function report(of: Order, executionType: ExecutionType, told: ReportTold = {}): ApplyReport {
  const { lots, price, cumulative, ...rest } = told;
  assert(of.provider !== null && of.requestId !== null, 'a report is about an order that was sent');
  return {
    kind: 'report',
    orderId: of.orderId,
    provider: of.provider,
    executionId: `${executionType}-${lots ?? ''}-${price ?? ''}`,
    requestId: of.requestId,
    executionType,
    symbol: of.symbol,
    side: of.side,
    lastVolumeE8: lots === undefined ? null : lotsE8(lots),
    lastPriceE8: price === undefined ? null : priceE8(price),
    orderStatus: null,
    cumulativeVolumeE8: cumulative === undefined ? null : lotsE8(cumulative),
    reason: null,
    ...rest,
  };
}

interface ReportTold extends Partial<ApplyReport> {
  readonly lots?: string;
  readonly price?: string;
  readonly cumulative?: string;
}

/** An operator's word on an order as it stands: lots and price of each execution. */
export const settle = (
  of: Order,
  executions: readonly (readonly [executionId: string, lots: string, price: string])[] = [],
  told: Partial<SettleOrder> = {},
): SettleOrder => ({
  kind: 'settle',
  orderId: of.orderId,
  orderVersion: of.version,
  operator: { name: 'dealer-3', role: 'dealer' },
  reason: 'By telephone with the desk of lp-a',
  executions: executions.map(([executionId, lots, price]) => ({
    executionId,
    volumeE8: lotsE8(lots),
    priceE8: priceE8(price),
    executedAt: '2026-01-07T11:59:30Z',
  })),
  confirmed: [],
  ...told,
});

/** Ids that count up from 2000000001. */
export function countingIds(): IdSource {
  let last = 2_000_000_000n;
  return { next: () => `${(last += 1n)}` };
}

export const contextOf = (ofMarket: Market, ofGroup: Group = group()): DecisionContext => ({
  market: ofMarket,
  group: ofGroup,
  ids: countingIds(),
});

export const place = (symbol: string, side: Side, lots: string, maxDeviation: string | null = null): PlaceOrder => ({
  kind: 'place',
  ...AT_MARKET,
  clientOrderId: 'mine-1' as ClientOrderId,
  symbol: symbolName(symbol),
  side,
  volumeE8: lotsE8(lots),
  maxDeviationE8: maxDeviation === null ? null : priceE8(maxDeviation),
});

/** Without a number of lots, of the whole position. */
export const close = (positionId: string, lots: string | null = null): ClosePosition => ({
  kind: 'close',
  clientOrderId: 'mine-2' as ClientOrderId,
  positionId: positionId as PositionId,
  volumeE8: lots === null ? null : lotsE8(lots),
});

/** The largest amount that there is. */
export const LIMIT = LIMIT_E8;
