import { openEngine } from '@margrave/account-engine';
import { connectBus, consumerLag, createDeadLetters, createPublisher, keepStreams, openPullSource } from '@margrave/bus-nats';
import { connectCache } from '@margrave/cache-redis';
import { EXECUTIONS_CONSUMER, STREAMS } from '@margrave/contracts';
import {
  createCrashPoints,
  createHealth,
  createIdLease,
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
import { connectStore, ID_BLOCK_SIZE } from '@margrave/store-postgres';
import type { RequestId } from '@margrave/vocabulary';
import { applyReports } from './app/apply-reports.ts';
import { sweepSilence } from './app/note-silence.ts';
import { relayOnce } from './app/relay.ts';
import { configurationDeclaration } from './config.ts';
import { consumeExecutions } from './inbound/consume-executions.ts';
import { repeat } from './inbound/repeat.ts';
import { metricDeclarations } from './metrics.ts';
import { relayNeeds } from './outbound/relay-needs.ts';
import { reportNeeds } from './outbound/report-needs.ts';

const SERVICE = 'provider-worker';
const PUBLISH_DEADLINE_MS = 2_000;
const HEALTH_DEADLINE_MS = 2_000;
const SILENCE_PATIENCE_MS = 3_000;
const STATE_EVERY_MS = 1_000;

const read = readConfiguration(configurationDeclaration, process.env);
if (!read.ok) {
  process.stderr.write(`${describeFaults(read.refusal)}\n`);
  process.exit(1);
}
const configuration = read.value;

const logging = createLogging({
  service: SERVICE,
  level: configuration.logLevel,
  levels: configuration.logLevels,
  secrets: secretValues(configurationDeclaration, configuration),
});
const log = logging.component('worker');
const health = createHealth({ redact: logging.redact });
const lifecycle = createLifecycle({
  log: logging.component('lifecycle'),
  flushLog: logging.flush,
  onStopping: () => health.setPhase('stopping'),
});
const registry = createMetricRegistry();
const metrics = createMetrics(metricDeclarations, registry);
const crashAt = createCrashPoints(configuration);
const random = Math.random;
const onBug = (error: Error): void => lifecycle.fail(error, 'A bug stops the service');

await lifecycle.part(
  'process measuring',
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
      log: logging.component('store'),
      onCall: ({ statement, seconds }) => metrics.querySeconds.observe({ statement }, seconds),
    });
    await connected.checkSafety();
    return connected;
  },
  (connected) => connected.close(),
);
health.addReadiness({
  name: 'postgres',
  check: async () => {
    await store.checkSafety();
    return { ok: true };
  },
  deadlineMs: HEALTH_DEADLINE_MS,
});

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
      onLost: (error) => lifecycle.fail(error, 'The connection to NATS is lost for good'),
    }),
  (connection) => connection.close(),
);
health.addReadiness({ name: 'nats', check: bus.check, deadlineMs: HEALTH_DEADLINE_MS });

const streams = await lifecycle.part(
  'streams',
  () => keepStreams(bus, { contracts: Object.values(STREAMS), log: logging.component('streams'), random }),
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
      observer: {
        batch: (size) => metrics.commitBatchSize.observe(size),
        conflicts: (count) => metrics.commitConflicts.inc(count),
        cacheRequest: (of, result) => metrics.cacheRequests.inc({ cache: of, result }),
        unreadable: (what) => log.warn({ what }, 'A message of ours could not be read'),
      },
      crash: {
        beforeCommit: () => crashAt('worker.before-commit'),
        afterCommit: () => crashAt('worker.after-commit'),
        afterPublish: () => undefined,
      },
      onBug,
    }),
  (opened) => opened.stop(),
);

const publisher = createPublisher(bus, { deadlineMs: PUBLISH_DEADLINE_MS });
const needs = reportNeeds(engine, store);
await lifecycle.part(
  'reports',
  () => {
    const source = openPullSource(bus, {
      consumer: EXECUTIONS_CONSUMER,
      deadLetters: createDeadLetters({
        publisher,
        service: SERVICE,
        now: () => Date.now(),
        onParked: () => metrics.deadLetters.inc(),
      }),
      log: logging.component('reports'),
      random,
      onStreamMissing: streams.missing,
    });
    health.addReadiness({
      name: 'reports',
      check: () => (source.isAttached() ? { ok: true } : { ok: false, reason: 'not attached to the consumer' }),
      deadlineMs: HEALTH_DEADLINE_MS,
    });
    return consumeExecutions({
      source,
      batchMax: configuration.reportBatchMax,
      ackWaitMs: EXECUTIONS_CONSUMER.ackWaitMs,
      apply: async (reports) => {
        const stopTimer = metrics.batchSeconds.startTimer();
        const outcomes = await applyReports(reports, needs);
        stopTimer();
        return outcomes;
      },
      crashBeforeAck: () => crashAt('worker.before-ack'),
      log: logging.component('reports'),
      random,
      onOutcome: (outcome) => metrics.reports.inc({ outcome }),
      onBug,
    });
  },
  (loop) => loop.stop(),
);

await lifecycle.part(
  'silence',
  () =>
    repeat(
      'silence',
      configuration.silenceSweepEveryMs,
      async () => {
        const noted = await sweepSilence({
          silentRequests: (requestsMax) => store.silentRequests(requestsMax),
          noteSilence: async ({ accountId, orderId }) => {
            const outcome = await engine.submit({
              accountId,
              command: { kind: 'silence', orderId },
              client: null,
              execution: null,
              patienceMs: SILENCE_PATIENCE_MS,
            });
            return outcome.kind === 'committed';
          },
        });
        if (noted > 0)
          log.warn({ requests: noted }, 'Providers left requests unanswered; the orders are unknown and were asked about');
        metrics.silent.inc(noted);
        return 'done';
      },
      logging.component('silence'),
      onBug,
    ),
  (sweep) => sweep.stop(),
);

await lifecycle.part(
  'relay',
  () => {
    const lease = createIdLease({
      fetchBlock: async () => (await store.leaseIds(1))[0] ?? 0n,
      blockSize: ID_BLOCK_SIZE,
      onFetchFailed: (error) => log.warn({ err: error }, 'No ids could be leased'),
    });
    const relay = relayNeeds({
      store,
      publisher,
      engine,
      takeRequestId: async () => `${(await lease.take(1))[0]}` as RequestId,
      nowText: () => new Date(engine.market().nowMs).toISOString(),
      olderThanMs: configuration.relayOlderThanMs,
      crashAfterPublish: () => crashAt('relay.after-publish'),
    });
    return repeat(
      'relay',
      configuration.relayEveryMs,
      async () => {
        if (!bus.isConnected()) return 'done';
        const rows = await relayOnce(relay);
        metrics.relayed.inc(rows);
        return 'done';
      },
      logging.component('relay'),
      onBug,
    );
  },
  (relay) => relay.stop(),
);

await lifecycle.part(
  'state',
  () =>
    repeat(
      'state',
      STATE_EVERY_MS,
      async () => {
        const { rows, ageMs } = await store.outboxState();
        metrics.outboxDepth.set(rows);
        metrics.outboxAgeSeconds.set(ageMs / 1_000);
        const client = bus.client();
        if (client !== undefined && bus.isConnected()) {
          const { waiting, unacknowledged } = await consumerLag(client, EXECUTIONS_CONSUMER);
          metrics.workerLag.set(waiting + unacknowledged);
        }
        return 'done';
      },
      logging.component('state'),
      onBug,
    ),
  (state) => state.stop(),
);

health.setPhase('serving');
log.info('Reports of providers are booked');
