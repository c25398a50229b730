import { startBus, type BusConnection, type BusSettings } from '@margrave/bus-nats';
import { connectCache, type Cache } from '@margrave/cache-redis';
import { COUNT_BUCKETS, metric, SECONDS_BUCKETS, setAtScrape, type Metrics, type Service } from '@margrave/runtime';
import { connectStore, type Store } from '@margrave/store-postgres';
import { ACCOUNT_FOUND } from './accounts-at-hand.ts';
import { openEngine, type EngineWorld, type OpenEngine } from './open-engine.ts';

/** What a service measures of its engine. */
export const engineMetricDeclarations = {
  commitBatchSize: metric.histogram({
    name: 'margrave_commit_batch_size',
    sentence: 'How many commands one commit held.',
    buckets: COUNT_BUCKETS,
  }),
  commitConflicts: metric.counter({
    name: 'margrave_commit_conflicts_total',
    sentence: 'Accounts on which a batch lost against another writer and decided again.',
  }),
  commitRetries: metric.counter({
    name: 'margrave_commit_retries_total',
    sentence: 'Commits that were tried again because other transactions were in their way.',
  }),
  querySeconds: metric.histogram({
    name: 'margrave_query_seconds',
    sentence: 'How long calls of the store took, by statement.',
    labels: ['statement'],
    buckets: SECONDS_BUCKETS,
  }),
  cacheRequests: metric.counter({
    name: 'margrave_cache_requests_total',
    sentence: 'Where accounts were found.',
    labels: ['cache', 'result'],
    series: ACCOUNT_FOUND.map((result) => ({ cache: 'account', result })),
  }),
  cacheBehind: metric.gauge({
    name: 'margrave_cache_behind_accounts',
    sentence: 'Accounts that wait to be written to Redis after their commits.',
  }),
};

type EngineSettings = BusSettings & { readonly databaseUrl: string; readonly redisUrl: string };

/** A service that has an engine, as far as the engine needs to know it. */
export type EngineService = Pick<
  Service<EngineSettings, Metrics<typeof engineMetricDeclarations>>,
  'name' | 'configuration' | 'component' | 'metrics' | 'health' | 'lifecycle'
>;

export interface StartedEngine {
  readonly store: Store;
  readonly cache: Cache;
  readonly bus: BusConnection;
  readonly engine: OpenEngine;
}

const HEALTH_DEADLINE_MS = 2_000;

/**
 * The engine as parts of a service that has no clients: store, cache, bus and the engine over them, measured, and watched by its
 * readiness. It does without Redis.
 */
export async function startEngine(
  { name, configuration, component, metrics, health, lifecycle }: EngineService,
  world: Pick<EngineWorld, 'crash' | 'batchSizeMax' | 'onBug' | 'onConfigured'> & {
    readonly onUnreadable: (what: 'quote' | 'event') => void;
  },
): Promise<StartedEngine> {
  const { onUnreadable, ...given } = world;
  const store = await lifecycle.part(
    'store',
    async () => {
      const connected = connectStore({
        databaseUrl: configuration.databaseUrl,
        applicationName: name,
        log: component('store'),
        onCall: ({ statement, seconds }) => metrics.querySeconds.observe({ statement }, seconds),
        onRetry: () => metrics.commitRetries.inc(),
      });
      await connected.checkSafety();
      return connected;
    },
    (connected) => connected.close(),
  );
  const cache = await lifecycle.part(
    'cache',
    () => connectCache({ url: configuration.redisUrl, log: component('cache') }),
    (connected) => connected.close(),
  );
  const bus = await startBus({ name, configuration, component, lifecycle });
  health.addReadiness({
    name: 'postgres',
    check: async () => {
      await store.checkSafety();
      await store.checkWritable();
      return { ok: true };
    },
    deadlineMs: HEALTH_DEADLINE_MS,
  });
  health.addWatched({ name: 'redis', check: cache.check, deadlineMs: HEALTH_DEADLINE_MS });
  health.addReadiness({ name: 'nats', check: bus.check, deadlineMs: HEALTH_DEADLINE_MS });
  const engine = await lifecycle.part(
    'engine',
    () =>
      openEngine({
        store,
        cache,
        bus,
        log: component('engine'),
        observer: {
          batch: (size) => metrics.commitBatchSize.observe(size),
          conflicts: (count) => metrics.commitConflicts.inc(count),
          cacheRequest: (of, result) => metrics.cacheRequests.inc({ cache: of, result }),
          unreadable: onUnreadable,
        },
        ...given,
      }),
    (opened) => opened.stop(),
  );
  setAtScrape(metrics.cacheBehind, engine.cacheBehind);
  return { store, cache, bus, engine };
}
