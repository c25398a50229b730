import { openEngine } from '@margrave/account-engine';
import { startBus } from '@margrave/bus-nats';
import { connectCache } from '@margrave/cache-redis';
import { openService, setAtScrape } from '@margrave/runtime';
import { connectStore } from '@margrave/store-postgres';
import { FirstPrices } from './app/first-prices.ts';
import { configurationDeclaration, configurationRules } from './config.ts';
import { createAdminGateway } from './inbound/admin/admin-gateway.ts';
import { createGateway } from './inbound/gateway.ts';
import { engineObserver, metricDeclarations, observeQueries } from './metrics.ts';
import { engineNeeds } from './outbound/engine-needs.ts';
import { findOrder } from './outbound/find-order.ts';
import { storeStaffRecords } from './outbound/staff-records.ts';
import { storeRecords } from './outbound/store-records.ts';

const HEALTH_DEADLINE_MS = 2_000;

const service = await openService({
  name: 'order-gateway',
  configuration: configurationDeclaration,
  rules: configurationRules,
  metrics: metricDeclarations,
});
const { configuration, log, component, metrics, health, crashAt, lifecycle } = service;

const store = await lifecycle.part(
  'store',
  async () => {
    const connected = connectStore({
      databaseUrl: configuration.databaseUrl,
      applicationName: service.name,
      poolSize: configuration.databaseConnections,
      onCall: observeQueries(metrics),
      onRetry: () => metrics.commitRetries.inc(),
      log: component('store'),
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
const bus = await startBus(service);
const engine = await lifecycle.part(
  'engine',
  () =>
    openEngine({
      store,
      cache,
      bus,
      log: component('engine'),
      observer: engineObserver(metrics),
      crash: {
        beforeCommit: () => crashAt('gateway.before-commit'),
        afterCommit: () => crashAt('gateway.after-commit'),
        afterPublish: () => crashAt('gateway.after-publish'),
      },
      onBug: (error) => lifecycle.fail(error, 'A bug in the engine'),
    }),
  (opened) => opened.stop(),
);
setAtScrape(metrics.cacheBehind, engine.cacheBehind);
const records = storeRecords(store);
const isUnavailable = (error: unknown): boolean => store.failureOf(error) !== 'bug';
const needs = {
  ...engineNeeds(engine),
  records,
  staffRecords: storeStaffRecords(store),
  findOrder: findOrder(records, isUnavailable),
  isUnavailable,
};
const gateway = await lifecycle.part(
  'http',
  async () => {
    const face = await createGateway({ configuration, needs, metrics, health, component });
    await face.listen({ host: configuration.httpHost, port: configuration.httpPort });
    return face;
  },
  (face) => face.close(),
);

const adminGateway = await lifecycle.part(
  'admin',
  async () => {
    const face = await createAdminGateway({ configuration, needs, metrics, health, component });
    await face.listen({ host: configuration.adminHost, port: configuration.adminPort });
    return face;
  },
  (face) => face.close(),
);

// NATS and Redis may be away: orders are taken all the same, and what is to be told waits in the outbox.
health.addWatched({ name: 'nats', deadlineMs: HEALTH_DEADLINE_MS, check: bus.check });
health.addWatched({ name: 'redis', deadlineMs: HEALTH_DEADLINE_MS, check: cache.check });
health.addReadiness({
  name: 'postgres',
  deadlineMs: HEALTH_DEADLINE_MS,
  check: async () => {
    await store.checkSafety();
    await store.checkWritable();
    return { ok: true };
  },
});
const firstPrices = new FirstPrices({ market: engine.market, symbols: needs.symbols, monotonicMs: () => performance.now() });
health.addReadiness({ name: 'prices', deadlineMs: HEALTH_DEADLINE_MS, check: () => firstPrices.check() });
health.setPhase('serving');
log.info({ address: gateway.listeningOrigin, adminAddress: adminGateway.listeningOrigin }, 'Taking orders');
