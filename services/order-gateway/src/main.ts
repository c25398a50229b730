import { openEngine } from '@margrave/account-engine';
import { connectBus, keepStreams } from '@margrave/bus-nats';
import { connectCache } from '@margrave/cache-redis';
import { STREAMS } from '@margrave/contracts';
import {
  createCrashPoints,
  createHealth,
  createLifecycle,
  createLogging,
  createMetricRegistry,
  createMetrics,
  describeFaults,
  listenForObservation,
  measureProcess,
  readConfiguration,
  secretValues,
} from '@margrave/runtime';
import { connectStore } from '@margrave/store-postgres';
import { configurationDeclaration, configurationRules } from './config.ts';
import { createGateway } from './inbound/gateway.ts';
import { engineObserver, metricDeclarations, observeQueries } from './metrics.ts';
import { engineNeeds } from './outbound/engine-needs.ts';
import { storeRecords } from './outbound/store-records.ts';

const SERVICE = 'order-gateway';

const read = readConfiguration(configurationDeclaration, process.env, configurationRules);
if (!read.ok) {
  process.stderr.write(`${describeFaults(read.refusal)}\n`);
  process.exit(2);
}
const configuration = read.value;
const logging = createLogging({
  service: SERVICE,
  level: configuration.logLevel,
  levels: configuration.logLevels,
  secrets: secretValues(configurationDeclaration, configuration),
});
const log = logging.component(SERVICE);
const registry = createMetricRegistry();
const metrics = createMetrics(metricDeclarations, registry);
const health = createHealth({ redact: logging.redact });
const crashAt = createCrashPoints(configuration);
const lifecycle = createLifecycle({ log, flushLog: logging.flush, onStopping: () => health.setPhase('stopping') });

await lifecycle.part(
  'process metrics',
  () => measureProcess(registry),
  (stop) => stop(),
);
await lifecycle.part(
  'observation',
  () => listenForObservation({ port: configuration.metricsPort, registry, health, log: logging.component('observation') }),
  (observation) => observation.stop(),
);
const store = await lifecycle.part(
  'store',
  async () => {
    const connected = connectStore({
      databaseUrl: configuration.databaseUrl,
      applicationName: SERVICE,
      poolSize: configuration.databaseConnections,
      onCall: observeQueries(metrics),
      log: logging.component('store'),
    });
    await connected.checkSafety();
    return connected;
  },
  (connected) => connected.close(),
);
const cache = await lifecycle.part(
  'cache',
  () => connectCache({ url: configuration.redisUrl, log: logging.component('cache') }),
  (connected) => connected.close(),
);
const bus = await lifecycle.part(
  'bus',
  () =>
    connectBus({
      servers: configuration.natsUrl,
      credentialsFile: configuration.natsCredentials,
      name: SERVICE,
      log: logging.component('bus'),
      onLost: (error) => lifecycle.fail(error, 'The connection to NATS is gone for good'),
    }),
  (connected) => connected.close(),
);
await lifecycle.part(
  'streams',
  () =>
    keepStreams(bus, {
      contracts: [STREAMS.PROVIDER_ORDERS, STREAMS.EVENTS],
      log: logging.component('bus'),
      random: Math.random,
    }),
  (keeper) => keeper.stop(),
);
const engine = await lifecycle.part(
  'engine',
  () =>
    openEngine({
      store,
      cache,
      bus,
      log: logging.component('engine'),
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
      component: (name) => logging.component(name),
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
    return { ok: true };
  },
});
health.setPhase('serving');
log.info({ address: gateway.listeningOrigin }, 'Taking orders');
