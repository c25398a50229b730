import type { Account, Group, Instrument, Market } from '@margrave/domain';
import type { AccountId, Currency, GroupId, LotsE8, MoneyE8, PriceE8, ProviderName, SymbolName } from '@margrave/vocabulary';

export const EURUSD = 'EURUSD' as SymbolName;
export const USDJPY = 'USDJPY' as SymbolName;
export const GBPUSD = 'GBPUSD' as SymbolName;

export const LOCAL = '1000000001' as AccountId;
export const PROVIDED = '1000000002' as AccountId;
export const NETTING = '1000000003' as AccountId;
/** An account that exists, and that no token of the tests names. */
export const STRANGERS = '1000000009' as AccountId;
export const MISSING = '1999999999' as AccountId;

const ALWAYS = { timeZone: 'UTC', weekly: [{ fromMinute: 0, toMinute: 10_080 }], holidays: [] };

const pair = (symbol: SymbolName, base: string, quote: string, digits: number, tickE8: bigint): Instrument => ({
  symbol,
  class: 'fx',
  baseCurrency: base as Currency,
  quoteCurrency: quote as Currency,
  contractSize: 100_000n,
  digits,
  tickE8: tickE8 as PriceE8,
  volumeMinE8: 1_000_000n as LotsE8,
  volumeMaxE8: 10_000_000_000n as LotsE8,
  volumeStepE8: 1_000_000n as LotsE8,
  leverageCap: null,
  tradeMode: 'full',
  sessions: ALWAYS,
  staleLimitMs: 10_000,
  spikeLimit: { numerator: 1n, denominator: 100n },
  defaultDeviationPoints: 80n,
  stopDistanceMinPoints: 0n,
  freezeDistancePoints: 0n,
});

const INSTRUMENTS = new Map<SymbolName, Instrument>([
  [EURUSD, pair(EURUSD, 'EUR', 'USD', 5, 1_000n)],
  [USDJPY, pair(USDJPY, 'USD', 'JPY', 3, 100_000n)],
  [GBPUSD, pair(GBPUSD, 'GBP', 'USD', 5, 1_000n)],
]);

export const SYMBOLS = [...INSTRUMENTS.keys()];

/** What a test may change of the market between two requests. */
export interface Prices {
  readonly quotes: Map<SymbolName, { bidE8: bigint; askE8: bigint; ageMs: number; sequence: bigint }>;
  nowMs: number;
}

/** EURUSD 1.08446/1.08454 as in WIRE.md, USDJPY 151.415/151.425; GBPUSD has no price. */
export const prices = (): Prices => ({
  quotes: new Map([
    [EURUSD, { bidE8: 108_446_000n, askE8: 108_454_000n, ageMs: 84, sequence: 3_000_000_000_017n }],
    [USDJPY, { bidE8: 15_141_500_000n, askE8: 15_142_500_000n, ageMs: 12, sequence: 3_000_000_000_018n }],
  ]),
  nowMs: Date.parse('2026-01-05T10:00:00.123Z'),
});

export const marketOf = ({ quotes, nowMs }: Prices): Market => ({
  nowMs,
  configurationVersion: 7n,
  instrument: (symbol) => INSTRUMENTS.get(symbol),
  quote: (symbol) => {
    const quote = quotes.get(symbol);
    return quote && { ...quote, bidE8: quote.bidE8 as PriceE8, askE8: quote.askE8 as PriceE8 };
  },
  pair: (base, quote) => [...INSTRUMENTS.values()].find((each) => each.baseCurrency === base && each.quoteCurrency === quote),
  isListedAt: () => true,
});

const group = (groupId: string, flow: Group['flow'], markupPoints: bigint): Group => ({
  groupId: groupId as GroupId,
  flow,
  provider: flow === 'local' ? null : ('lp-a' as ProviderName),
  symbols: new Map([
    [EURUSD, { markupPoints, exposureMaxE8: null }],
    [USDJPY, { markupPoints: 0n, exposureMaxE8: null }],
  ]),
  commission:
    flow === 'local'
      ? { kind: 'none' }
      : { kind: 'per_lot', perLotE8: 350_000_000n as MoneyE8, on: 'both', minimumE8: 0n as MoneyE8 },
  policies: {
    hedgingMargin: { kind: 'larger_leg' },
    leverageTiers: [],
    floating: 'use_all',
    conversion: 'conservative',
    pendingMargin: 'none',
    moneyRounding: 'half_away',
  },
  marginCallLevel: { numerator: 1n, denominator: 1n },
  stopOutLevel: { numerator: 1n, denominator: 2n },
  ordersMax: 200,
});

/** `standard` deals in house with 6 points of markup on EURUSD: 1.08443/1.08457. `raw` goes through a provider. */
export const GROUPS = new Map<string, Group>([
  ['standard', group('standard', 'local', 6n)],
  ['raw', group('raw', 'provider', 0n)],
]);

export const account = (accountId: AccountId, change: Partial<Account> = {}): Account => ({
  accountId,
  ownerId: 'user-17',
  type: 'live',
  groupId: 'standard' as GroupId,
  currency: 'USD' as Currency,
  leverage: 100n,
  mode: 'hedging',
  status: 'active',
  balanceE8: 1_000_000_000_000n as MoneyE8,
  creditE8: 0n as MoneyE8,
  marginExecutedE8: 0n as MoneyE8,
  marginTotalE8: 0n as MoneyE8,
  version: 1n,
  lastSequence: 1n,
  orders: [],
  positions: [],
  ...change,
});
