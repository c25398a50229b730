import type { AccountRow, RegistryRows } from '@margrave/store-postgres';
import { parseE8, type AccountId, type Currency, type GroupId, type ProviderName, type SymbolName } from '@margrave/vocabulary';

/** The small broker that is simulated: accounts of every mode and flow, two providers, four symbols. */

const e8 = <Amount extends bigint>(text: string): Amount => {
  const amount = parseE8(text);
  if (amount === undefined) throw new TypeError(`${text} is no decimal`);
  return amount as Amount;
};

/** A Wednesday at noon, UTC: the sessions are always open. */
export const START_MS = Date.UTC(2026, 0, 7, 12);
export const PROVIDERS = ['lp-a' as ProviderName, 'lp-b' as ProviderName];
export const SILENCE_LIMIT_MS = 5_000;

const symbol = (name: string, base: string, quote: string, size: bigint, digits: number, isFx = true) => ({
  symbol: name as SymbolName,
  class: isFx ? ('fx' as const) : ('metal' as const),
  baseCurrency: base as Currency,
  quoteCurrency: quote as Currency,
  contractSize: size,
  digits,
  tickE8: (10n ** BigInt(8 - digits)) as never,
  volumeMinE8: e8<never>('0.01'),
  volumeMaxE8: e8<never>('50'),
  volumeStepE8: e8<never>('0.01'),
  leverageCap: isFx ? null : 20n,
  tradeMode: 'full' as const,
  sessions: { timeZone: 'UTC', weekly: [{ fromMinute: 0, toMinute: 10_080 }], holidays: [] },
  staleLimitMs: 10_000,
  spikeLimit: { numerator: 1n, denominator: 100n },
  defaultDeviationPoints: 20n,
  stopDistanceMinPoints: 0n,
  freezeDistancePoints: 0n,
});

const INSTRUMENTS = [
  symbol('EURUSD', 'EUR', 'USD', 100_000n, 5),
  symbol('GBPUSD', 'GBP', 'USD', 100_000n, 5),
  symbol('USDJPY', 'USD', 'JPY', 100_000n, 3),
  symbol('XAUUSD', 'XAU', 'USD', 100n, 2, false),
];
export const SYMBOLS = INSTRUMENTS.map(({ symbol: name }) => name);
/** Where the prices begin, in points. */
export const FIRST_POINTS: Readonly<Record<string, bigint>> = {
  EURUSD: 108_450n,
  GBPUSD: 127_100n,
  USDJPY: 151_200n,
  XAUUSD: 234_050n,
};

const group = (name: string, provider: string | null, commissionJson: string, hedgingMargin: object) => ({
  groupId: name as GroupId,
  flow: provider === null ? ('local' as const) : ('provider' as const),
  provider: provider as ProviderName | null,
  commissionJson,
  policiesJson: JSON.stringify({
    hedgingMargin,
    leverageTiers:
      name === 'tiers'
        ? [
            { upToLotsE8: '200000000', leverage: '100' },
            { upToLotsE8: null, leverage: '50' },
          ]
        : [],
    floating: 'use_all',
    conversion: 'conservative',
    moneyRounding: 'half_away',
  }),
  marginCallLevel: { numerator: 1n, denominator: 1n },
  stopOutLevel: { numerator: 1n, denominator: 2n },
  ordersMax: 40,
});

const PER_LOT = JSON.stringify({ kind: 'per_lot', on: 'both', perLotE8: '350000000', minimumE8: '10000000' });
const LARGER_LEG = { kind: 'larger_leg' };
const GROUPS = [
  group('local', null, JSON.stringify({ kind: 'none' }), LARGER_LEG),
  group('standard', 'lp-a', PER_LOT, LARGER_LEG),
  group('tiers', 'lp-b', PER_LOT, { kind: 'hedged_rate', hedgedRate: { numerator: '1', denominator: '4' } }),
];

export const REGISTRY: RegistryRows = {
  configurationVersion: 1n,
  instruments: INSTRUMENTS,
  groups: GROUPS,
  groupInstruments: GROUPS.flatMap(({ groupId }) =>
    INSTRUMENTS.map(({ symbol: name }) => ({ groupId, symbol: name, markupPoints: 4n, exposureMaxE8: null, permitted: true })),
  ),
  providers: PROVIDERS.map((provider) => ({ provider, silenceLimitMs: SILENCE_LIMIT_MS })),
  providerInstruments: PROVIDERS.flatMap((provider) =>
    INSTRUMENTS.map(({ symbol: name, contractSize }) => ({
      provider,
      symbol: name,
      providerSymbol: `${name.slice(0, 3)}/${name.slice(3)}`,
      contractSize,
    })),
  ),
};

const account = (id: number, groupId: string, mode: AccountRow['mode'], currency: string, balance: string): AccountRow => ({
  accountId: `${1_000_000_000 + id}` as AccountId,
  ownerId: `user-${id}`,
  type: 'live',
  groupId: groupId as GroupId,
  currency: currency as Currency,
  leverage: 100n,
  mode,
  status: 'active',
  balanceE8: e8<never>(balance),
  creditE8: 0n as never,
  marginExecutedE8: 0n as never,
  marginTotalE8: 0n as never,
  version: 1n,
  lastSequence: 1n,
});

export const ACCOUNTS: readonly AccountRow[] = [
  account(1, 'standard', 'hedging', 'USD', '20000'),
  account(2, 'standard', 'netting', 'USD', '8000'),
  account(3, 'standard', 'hedging', 'EUR', '5000'),
  account(4, 'tiers', 'hedging', 'USD', '30000'),
  account(5, 'tiers', 'netting', 'EUR', '15000'),
  account(6, 'local', 'hedging', 'USD', '4000'),
];
