import { startEngine } from '@margrave/account-engine';
import { createDeadLetters, createPublisher, ensureConsumer, keepStreams, openPullSource } from '@margrave/bus-nats';
import { EXECUTIONS_CONSUMER, providerOrdersConsumer, STREAMS } from '@margrave/contracts';
import { applyReports, RELAY_ROWS_MAX, relayNeeds, relayOnce, reportNeeds, sweepSilence } from '@margrave/provider-desk';
import { createIdLease, openService, repeat } from '@margrave/runtime';
import { ID_BLOCK_SIZE } from '@margrave/store-postgres';
import type { RequestId } from '@margrave/vocabulary';
import { BooksWatch } from './app/watch-books.ts';
import { configurationDeclaration } from './config.ts';
import { consumeExecutions } from './inbound/consume-executions.ts';
import { metricDeclarations } from './metrics.ts';
import { measureBooks, measureBus, measureMargin, measureWaiting } from './outbound/measure.ts';

const PUBLISH_DEADLINE_MS = 2_000;
const HEALTH_DEADLINE_MS = 2_000;
const SILENCE_PATIENCE_MS = 3_000;
const MEASURED_EVERY_MS = 1_000;
/** It goes through all accounts. */
const MARGIN_MEASURED_EVERY_MS = 30_000;
const BOOKS_LOOKED_AT_EVERY_MS = 2_000;
const CONSUMERS_SEEN_TO_EVERY_MS = 1_000;

const service = await openService({
  name: 'provider-worker',
  configuration: configurationDeclaration,
  metrics: metricDeclarations,
});
const { configuration, log, component, metrics, health, crashAt, lifecycle } = service;
const random = Math.random;
const onBug = (error: Error): void => lifecycle.fail(error, 'A bug stops the service');

const { store, bus, engine } = await startEngine(service, {
  crash: {
    beforeCommit: () => crashAt('worker.before-commit'),
    afterCommit: () => crashAt('worker.after-commit'),
    afterPublish: () => undefined,
  },
  onUnreadable: (what) => log.warn({ what }, 'A message of ours could not be read'),
  onBug,
});

const streams = await lifecycle.part(
  'streams',
  () => keepStreams(bus, { contracts: Object.values(STREAMS), log: component('streams'), random }),
  (keeper) => keeper.stop(),
);

// A provider reads its requests by a consumer that we make: who makes one says where its messages go.
await lifecycle.part(
  'consumers',
  () =>
    repeat(
      'consumers',
      CONSUMERS_SEEN_TO_EVERY_MS,
      async () => {
        const client = bus.client();
        if (client === undefined || !bus.isConnected()) return 'done';
        const { providers } = engine.configuration();
        await Promise.all(providers.map((provider) => ensureConsumer(client, providerOrdersConsumer(provider))));
        return 'done';
      },
      component('consumers'),
      onBug,
    ),
  (consumers) => consumers.stop(),
);

health.addReadiness({ name: 'streams', check: streams.check, deadlineMs: HEALTH_DEADLINE_MS });
const publisher = createPublisher(bus, {
  deadlineMs: PUBLISH_DEADLINE_MS,
  onFailure: ({ reason }) => {
    if (reason === 'no_stream') streams.missing();
  },
});
const needs = reportNeeds(engine, store);
await lifecycle.part(
  'reports',
  () => {
    const source = openPullSource(bus, {
      consumer: { ...EXECUTIONS_CONSUMER, ackWaitMs: configuration.ackWaitMs },
      deadLetters: createDeadLetters({
        publisher,
        service: service.name,
        now: () => Date.now(),
        log: component('reports'),
        onParked: () => metrics.deadLetters.inc(),
      }),
      log: component('reports'),
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
      ackWaitMs: configuration.ackWaitMs,
      apply: async (reports) => {
        const stopTimer = metrics.batchSeconds.startTimer();
        const outcomes = await applyReports(reports, needs);
        stopTimer();
        return outcomes;
      },
      crashBeforeAck: () => crashAt('worker.before-ack'),
      log: component('reports'),
      random,
      onOutcome: (provider, outcome) => metrics.reports.inc({ provider, outcome }),
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
              executions: [],
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
      component('silence'),
      onBug,
    ),
  (sweep) => sweep.stop(),
);

await lifecycle.part(
  'relay',
  () => {
    const lease = createIdLease({
      fetchBlocks: (blocks) => store.leaseIds(blocks),
      blockSize: ID_BLOCK_SIZE,
      onFetchFailed: (error) => log.warn({ err: error }, 'No ids could be leased'),
    });
    const relay = relayNeeds({
      store,
      publisher,
      engine,
      log: component('relay'),
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
        // What was tried in vain is left alone for a while, so a bus that takes nothing is not asked without a pause.
        return rows === RELAY_ROWS_MAX ? 'more' : 'done';
      },
      component('relay'),
      onBug,
    );
  },
  (relay) => relay.stop(),
);

const books = new BooksWatch({
  readBooks: store.accountBooks,
  onBroken: (found) => log.error(found, 'The books of an account are broken: npm run verify:books names the row'),
});
for (const [name, everyMs, measure] of [
  ['what waits', MEASURED_EVERY_MS, () => measureWaiting(store, metrics)],
  ['the bus', MEASURED_EVERY_MS, () => measureBus(bus, metrics)],
  ['margin', MARGIN_MEASURED_EVERY_MS, () => measureMargin(store, metrics)],
  ['the books', BOOKS_LOOKED_AT_EVERY_MS, () => measureBooks(books, metrics)],
] as const) {
  await lifecycle.part(
    `measuring ${name}`,
    () => repeat(`measuring ${name}`, everyMs, async () => (await measure(), 'done'), component('state'), onBug),
    (measuring) => measuring.stop(),
  );
}

health.setPhase('serving');
log.info('Reports of providers are booked');
