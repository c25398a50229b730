import { openEngine } from '@margrave/account-engine';
import { startBus } from '@margrave/bus-nats';
import { connectCache } from '@margrave/cache-redis';
import { openService } from '@margrave/runtime';
import { connectStore } from '@margrave/store-postgres';
import { configurationDeclaration, configurationRules } from './config.ts';
import { createGateway } from './inbound/gateway.ts';
import { engineObserver, metricDeclarations, observeQueries } from './metrics.ts';
import { engineNeeds } from './outbound/engine-needs.ts';
import { storeRecords } from './outbound/store-records.ts';

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
const gateway = await lifecycle.part(
  'http',
  async () => {
    const face = await createGateway({
      configuration,
      needs: { ...engineNeeds(engine), records: storeRecords(store), isUnavailable: (error) => store.failureOf(error) !== 'bug' },
      metrics,
      health,
      component,
    });
    await face.listen({ host: configuration.httpHost, port: configuration.httpPort });
    return face;
  },
  (face) => face.close(),
);

// NATS and Redis may be away: orders are taken all the same, and what is to be told waits in the outbox.
health.addReadiness({
  name: 'database',
  deadlineMs: 2_000,
  check: async () => {
    await store.checkSafety();
    await store.checkWritable();
    return { ok: true };
  },
});
health.setPhase('serving');
log.info({ address: gateway.listeningOrigin }, 'Taking orders');
