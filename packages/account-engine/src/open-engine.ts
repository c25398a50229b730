import { AccountEventV1, QuoteV1 } from '@margrave/contracts';
import { createPublisher, notice, subscribe, type BusConnection } from '@margrave/bus-nats';
import type { Cache } from '@margrave/cache-redis';
import { decide, type Account, type Group, type Market } from '@margrave/domain';
import { createIdLease, sleep, type Logger } from '@margrave/runtime';
import { ID_BLOCK_SIZE, type Store } from '@margrave/store-postgres';
import { formatE8 } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import type { AccountEngine } from './api.ts';
import { configurationFromRows, type Configuration } from './configuration.ts';
import { createEngine } from './engine.ts';
import type { AccountFound } from './accounts-at-hand.ts';
import { createIdPool } from './ids.ts';
import { marketView } from './market-view.ts';
import { providerMessages } from './provider-messages.ts';
import { Publisher, type PublishOutcome } from './publisher.ts';
import { QuoteBook } from './quote-book.ts';
import { RecentAccounts } from './recent-accounts.ts';
import { redisAggregates } from './redis-aggregates.ts';

/** What happened inside the engine, for a service's metrics. */
export interface EngineObserver {
  readonly batch: (size: number) => void;
  readonly conflicts: (count: number) => void;
  /** Where an account that was needed was found: in this process, in Redis, or only in PostgreSQL. */
  readonly cacheRequest: (cache: 'account', result: AccountFound) => void;
  readonly unreadable: (what: 'quote' | 'event') => void;
}

export interface EngineWorld {
  readonly store: Store;
  readonly cache: Cache;
  readonly bus: BusConnection;
  readonly log: Logger;
  readonly observer: EngineObserver;
  readonly crash: { readonly beforeCommit: () => void; readonly afterCommit: () => void; readonly afterPublish: () => void };
  /** How many commands one commit holds at most. */
  readonly batchSizeMax?: number;
  /** A bug in a place from which nothing can be thrown: the service is to stop. */
  readonly onBug: (error: Error) => void;
  /** The configuration is another one. */
  readonly onConfigured?: () => void;
}

export interface OpenEngine extends AccountEngine {
  readonly configuration: () => Configuration;
  /** How many accounts wait to be written to the cache. */
  readonly cacheBehind: () => number;
  /** Takes nothing more, settles what it took, publishes what was committed. */
  readonly stop: () => Promise<void>;
}

const BATCH_SIZE_MAX = 256;
const QUEUE_DEPTH_MAX = 10_000;
const ACCOUNTS_MAX = 50_000;
const PUBLISH_DEADLINE_MS = 2_000;
/** A service begins to connect to Redis just before it looks for quotes there. */
const CACHE_WAIT_MS_MAX = 500;
/** How late a change of configuration may be noticed where its hint was lost. */
const REFRESH_EVERY_MS = 5_000;

const monotonicMs = (): number => performance.now();

/** The account engine on the real servers. Resolves when it knows the configuration; quotes and the bus may come later. */
export async function openEngine(world: EngineWorld): Promise<OpenEngine> {
  const { store, bus, log, observer, crash, batchSizeMax = BATCH_SIZE_MAX } = world;
  let configuration = configurationFromRows(await store.loadRegistry());
  await store.askDatabaseTime();
  const quotes = new QuoteBook(monotonicMs);
  const recent = new RecentAccounts(ACCOUNTS_MAX, monotonicMs);
  const publisher = openPublisher(world);
  const aggregates = redisAggregates(world);
  const lease = createIdLease({
    fetchBlocks: (blocks) => store.leaseIds(blocks),
    blockSize: ID_BLOCK_SIZE,
    onFetchFailed: (error) => log.warn({ err: error }, 'No ids could be leased'),
  });

  const stopListening = [
    subscribe(bus, {
      contract: QuoteV1,
      onMessage: ({ body }) => void quotes.take(body),
      onUndecodable: () => observer.unreadable('quote'),
      onBug: world.onBug,
      log,
    }),
    notice(bus, {
      contract: AccountEventV1,
      onMessage: ({ accountId, sequence }) => recent.forgetWithout(accountId, sequence),
      onUndecodable: () => observer.unreadable('event'),
      onBug: world.onBug,
      log,
    }),
  ];
  await warmQuotes(world, configuration, quotes);
  const group = (account: Account): Group => {
    const found = configuration.groups.get(account.groupId);
    assert(found, `account ${account.accountId} is of group ${account.groupId}, which is not configured`);
    return found;
  };
  const market = (): Market => marketView(configuration, quotes, store.databaseNowMs());
  const engine = createEngine({
    decide,
    sleep,
    store,
    cache: aggregates,
    recent,
    market,
    group,
    takeIds: createIdPool(lease),
    providerMessages: (change) => providerMessages(change, configuration.providerInstrument),
    monotonicMs,
    crash,
    onCommitted: (committed) => {
      publisher.publish(committed);
      for (const { change } of committed) aggregates.put(change.account);
    },
    onConflicts: observer.conflicts,
    onAccountFound: (found) => observer.cacheRequest('account', found),
    batchSizeMax,
    queueDepthMax: QUEUE_DEPTH_MAX,
    onBatch: observer.batch,
    log,
  });
  await engine.enterEpoch();
  const refreshing = setInterval(() => {
    Promise.all([store.loadRegistry(), store.askDatabaseTime(), engine.enterEpoch()]).then(
      ([rows]) => {
        if (rows.configurationVersion === configuration.version) return;
        configuration = configurationFromRows(rows);
        world.onConfigured?.();
      },
      (error: unknown) => log.warn({ err: error }, 'The configuration could not be looked at'),
    );
  }, REFRESH_EVERY_MS);

  return {
    ...engine,
    configuration: () => configuration,
    cacheBehind: aggregates.depth,
    stop: async () => {
      clearInterval(refreshing);
      for (const stop of stopListening) stop();
      await engine.stop();
      await publisher.stop();
    },
  };
}

/** The quotes that Redis still has, with their ages, so that a service that starts does not wait for the next tick. */
async function warmQuotes({ cache, log }: EngineWorld, configuration: Configuration, quotes: QuoteBook): Promise<void> {
  await cache.isReadyWithin(CACHE_WAIT_MS_MAX);
  const cached = await cache.quotes.read([...configuration.instruments.keys()]);
  if (!cached.ok) log.warn({ reason: cached.refusal.reason }, 'No quotes from Redis; they come with the next ticks');
  else {
    for (const [symbol, { sequence, bidE8, askE8, ageMs }] of cached.value) {
      quotes.take({ symbol, sequence: `${sequence}`, bid: formatE8(bidE8), ask: formatE8(askE8), ageMs });
    }
  }
}

function openPublisher({ store, bus, log, crash }: EngineWorld): Publisher {
  const { publishMany } = createPublisher(bus, { deadlineMs: PUBLISH_DEADLINE_MS });
  return new Publisher({
    publish: async (messages) =>
      (await publishMany(messages)).map((outcome): PublishOutcome => (outcome.ok ? 'stored' : outcome.refusal.outcome)),
    markPublished: (outboxIds) => store.markPublished(outboxIds),
    schedule: (run, afterMs) => {
      const timer = setTimeout(run, afterMs);
      return () => clearTimeout(timer);
    },
    later: (run) => void setImmediate(run),
    crashAfterPublish: crash.afterPublish,
    onFailure: (error) => log.warn({ err: error }, 'Published messages could not be marked; the relay sends them again'),
  });
}
