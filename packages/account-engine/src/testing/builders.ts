import { AT_MARKET, decide, type Group, type IdSource, type Instrument, type Market } from '@margrave/domain';
import type { AccountAggregateRows } from '@margrave/store-postgres';
import type {
  AccountId,
  ClientOrderId,
  Currency,
  GroupId,
  LotsE8,
  MoneyE8,
  PriceE8,
  ProviderName,
  SymbolName,
} from '@margrave/vocabulary';
import { Executor } from '../executor.ts';
import type { Committed, ExecutorParts } from '../executor-parts.ts';
import type { Settlement, Task } from '../task.ts';
import type { Submission } from '../api.ts';
import { providerMessages } from '../provider-messages.ts';
import { RecentAccounts } from '../recent-accounts.ts';
import { MemoryStore } from './memory-store.ts';

export const EURUSD = 'EURUSD' as SymbolName;
export const ACCOUNT = '1000000001' as AccountId;
export const LP_A = 'lp-a' as ProviderName;

const instrument: Instrument = {
  symbol: EURUSD,
  class: 'fx',
  baseCurrency: 'EUR' as Currency,
  quoteCurrency: 'USD' as Currency,
  contractSize: 100_000n,
  digits: 5,
  tickE8: 1_000n as PriceE8,
  volumeMinE8: 1_000_000n as LotsE8,
  volumeMaxE8: 10_000_000_000n as LotsE8,
  volumeStepE8: 1_000_000n as LotsE8,
  leverageCap: null,
  tradeMode: 'full',
  sessions: { timeZone: 'UTC', weekly: [{ fromMinute: 0, toMinute: 10_080 }], holidays: [] },
  staleLimitMs: 10_000,
  spikeLimit: { numerator: 1n, denominator: 100n },
  defaultDeviationPoints: 80n,
  stopDistanceMinPoints: 0n,
  freezeDistancePoints: 0n,
};

/** EURUSD 1.08450/1.08458, always open, always fresh. */
export const market: Market = {
  nowMs: 1_770_000_000_000,
  configurationVersion: 1n,
  instrument: (symbol) => (symbol === EURUSD ? instrument : undefined),
  quote: (symbol) =>
    symbol === EURUSD ? { bidE8: 108_450_000n as PriceE8, askE8: 108_458_000n as PriceE8, ageMs: 5, sequence: 1n } : undefined,
  pair: (base, quote) => (base === 'EUR' && quote === 'USD' ? instrument : undefined),
  isListedAt: () => true,
};

export const group = (flow: 'local' | 'provider'): Group => ({
  groupId: 'standard' as GroupId,
  flow,
  provider: flow === 'local' ? null : LP_A,
  symbols: new Map([[EURUSD, { markupPoints: 0n, exposureMaxE8: null }]]),
  commission: { kind: 'none' },
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

/** A live USD account at 1:100 with its deposit, at version 1. */
export const aggregate = (accountId: AccountId, balanceE8 = 1_000_000_000_000n): AccountAggregateRows => ({
  account: {
    accountId,
    ownerId: 'user-1',
    type: 'live',
    groupId: 'standard' as GroupId,
    currency: 'USD' as Currency,
    leverage: 100n,
    mode: 'hedging',
    status: 'active',
    balanceE8: balanceE8 as MoneyE8,
    creditE8: 0n as MoneyE8,
    marginExecutedE8: 0n as MoneyE8,
    marginTotalE8: 0n as MoneyE8,
    version: 1n,
    lastSequence: 1n,
  },
  orders: [],
  positions: [],
});

export const buy = (key: string, lots = 0.1, accountId = ACCOUNT): Submission => ({
  accountId,
  command: {
    kind: 'place',
    ...AT_MARKET,
    clientOrderId: key as ClientOrderId,
    symbol: EURUSD,
    side: 'buy',
    volumeE8: BigInt(Math.round(lots * 1e8)) as LotsE8,
    maxDeviationE8: null,
  },
  client: {
    key,
    requestHash: `hash of ${key}`,
    answer: (change) => ({
      status: change.orders[0]?.status === 'denied' ? 422 : 201,
      body: `{"version":"${change.account.version}"}`,
    }),
  },
  executions: [],
  patienceMs: 3_000,
});

export const task = (submission: Submission, deadlineMs = Infinity): Task => ({
  named: submission,
  work: submission,
  known: new Map(),
  deadlineMs,
  conflicts: 0,
  lookUp: false,
  uncertain: false,
  doubted: false,
});

/** Those of whole batches are never the same, of whichever engine. */
let nextId = 2_000_000_000n;

/** An executor over a store in memory, that of another engine too where it is given, with everything that it told. */
export function bench(flow: 'local' | 'provider' = 'local', store = new MemoryStore()) {
  if (!store.accounts.has(ACCOUNT)) store.accounts.set(ACCOUNT, aggregate(ACCOUNT));
  const told: Committed[] = [];
  const ids: IdSource = { next: () => `${(nextId += 1n)}` };
  const parts: ExecutorParts = {
    decide,
    store,
    cache: { read: () => Promise.resolve([]), write: () => undefined },
    recent: new RecentAccounts(100, () => 0),
    market: () => market,
    group: () => group(flow),
    takeIds: () => Promise.resolve(ids),
    providerMessages: (change) => providerMessages(change, () => ({ providerSymbol: 'EUR/USD', contractSize: 100_000n })),
    monotonicMs: () => 0,
    crash: { beforeCommit: () => undefined, afterCommit: () => undefined },
    onCommitted: (committed) => void told.push(...committed),
    onConflicts: () => undefined,
    onAccountFound: () => undefined,
  };
  const executor = new Executor(parts);
  /** Runs until every task is settled, as the engine does. */
  const runAll = async (tasks: readonly Task[]): Promise<readonly Settlement[]> => {
    const settled = new Map<Task, Settlement>();
    for (let round = 0; settled.size < tasks.length; round += 1) {
      if (round > 50) throw new Error('the tasks do not settle');
      const open = tasks.filter((each) => !settled.has(each));
      for (const [index, settlement] of (await executor.run(open)).entries()) {
        const each = open[index];
        if (settlement !== 'again' && each !== undefined) settled.set(each, settlement);
      }
    }
    return tasks.map((each) => settled.get(each) as Settlement);
  };
  return { store, told, executor, runAll, parts };
}
