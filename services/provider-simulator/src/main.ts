import { createPublisher, openPullSource, startBus, subscribe, type DeadLetters } from '@margrave/bus-nats';
import { providerOrdersConsumer, QuoteV1 } from '@margrave/contracts';
import { openService, setAtScrape, sleep } from '@margrave/runtime';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createBook } from './app/book.ts';
import { createProvider } from './app/provider.ts';
import { configurationDeclaration, configurationRules, profileOf } from './config.ts';
import { consumeRequests } from './inbound/consume-requests.ts';
import { createPriceBoard } from './inbound/price-board.ts';
import { metricDeclarations } from './metrics.ts';
import { lockJournal } from './outbound/journal-lock.ts';
import { openJournal } from './outbound/journal.ts';
import { createReportSender } from './outbound/send-report.ts';

const PUBLISH_DEADLINE_MS = 2_000;
const HEALTH_DEADLINE_MS = 2_000;
const SECRET_BYTES = 16;

const service = await openService({
  name: 'provider-simulator',
  instance: ({ providerName }) => providerName,
  configuration: configurationDeclaration,
  rules: configurationRules,
  metrics: metricDeclarations,
});
const { configuration, log, component, metrics, health, lifecycle } = service;
const profile = profileOf(configuration);
const { name } = profile;
const random = Math.random;

const journalPath = join(configuration.stateFolder, `${name}.journal.jsonl`);
await lifecycle.part(
  'journal lock',
  () => lockJournal(`${journalPath}.lock`),
  (lock) => lock.release(),
);
const book = createBook();
const journal = await lifecycle.part(
  'journal',
  () =>
    openJournal({
      path: journalPath,
      provider: name,
      onEntry: book.apply,
      onTornLine: (bytes) => log.warn({ bytes }, 'The last line of the journal was cut short by a crash and is dropped'),
      onWritten: (elapsedMs, entries) => {
        metrics.journalSeconds.observe(elapsedMs / 1_000);
        metrics.journalBatch.observe(entries);
      },
    }),
  (opened) => opened.close(),
);
setAtScrape(metrics.ordersOpen, () => book.openOrders().length);
setAtScrape(metrics.sendingsOpen, () => book.openSendings().length);

const bus = await startBus(service, name);
health.addReadiness({ name: 'nats', check: bus.check, deadlineMs: HEALTH_DEADLINE_MS });

const prices = createPriceBoard({ ageMsMax: configuration.quoteAgeMsMax, now: () => performance.now() });
const provider = createProvider(book, profile, {
  keep: journal.keep,
  send: createReportSender({
    publisher: createPublisher(bus, { deadlineMs: PUBLISH_DEADLINE_MS }),
    provider: name,
    symbols: [...profile.listings.keys()],
    secret: randomBytes(SECRET_BYTES).toString('base64url'),
    log: component('reports'),
    random,
    sleep,
  }),
  priceOf: prices.priceOf,
  now: () => {
    const now = new Date();
    return { ms: now.getTime(), text: now.toISOString() };
  },
  sleep,
  onDecided: (entry) => {
    if (!('reports' in entry)) return;
    for (const { executionType } of entry.reports) metrics.reports.inc({ type: executionType });
  },
  onRepeated: () => metrics.repeatedRequests.inc(),
  onFailure: (error) => lifecycle.fail(error, 'The provider can neither keep nor resume what it decided'),
});

await lifecycle.part(
  'quotes',
  () =>
    [...new Set([...profile.listings.values()].map(({ symbol }) => symbol))].map((symbol) =>
      subscribe(bus, {
        contract: QuoteV1,
        only: { symbol },
        onMessage: ({ body }) => {
          prices.take(body);
          provider.quoted(body.symbol);
        },
        onUndecodable: (reason, subject) => log.warn({ reason, subject }, 'A quote could not be read'),
        onBug: (error) => lifecycle.fail(error, 'A bug in the reading of quotes'),
        log: component('quotes'),
      }),
    ),
  (subscriptions) => subscriptions.forEach((unsubscribe) => unsubscribe()),
);

/** Nothing gets there: what cannot be read is answered or logged. */
const noDeadLetters: DeadLetters = {
  park: () => Promise.reject(new Error('a provider has no dead letters')),
};
await lifecycle.part(
  'requests',
  () => {
    log.info({ orders: book.orderCount(), open: book.openOrders().length, unsent: book.openSendings().length }, 'Resuming');
    provider.resume();
    const source = openPullSource(bus, {
      consumer: providerOrdersConsumer(name),
      madeBy: 'others',
      deadLetters: noDeadLetters,
      log: component('requests'),
      random,
      bufferMax: configuration.ordersInHandMax,
    });
    health.addReadiness({
      name: 'requests',
      check: () => (source.isAttached() ? { ok: true } : { ok: false, reason: 'not attached to the consumer' }),
      deadlineMs: HEALTH_DEADLINE_MS,
    });
    const loops = consumeRequests({
      source,
      provider,
      inHandMax: configuration.ordersInHandMax,
      ackWaitMs: configuration.ackWaitMs,
      log: component('requests'),
      random,
      onRequest: (kind) => metrics.requests.inc({ kind }),
      onOutcome: (outcome) => metrics.deliveries.inc({ outcome }),
      onBug: (error) => lifecycle.fail(error, 'A bug in the handling of a request'),
    });
    health.addLiveness({
      name: 'loops',
      check: () =>
        loops.every((loop) => loop.isRunning()) ? { ok: true } : { ok: false, reason: 'a loop of requests has ended' },
      deadlineMs: HEALTH_DEADLINE_MS,
    });
    return loops;
  },
  // Together: a loop ends when the request in its hand does, and the provider ends those.
  async (loops) => {
    await Promise.all([...loops.map((loop) => loop.stop()), provider.stop()]);
  },
);
health.setPhase('serving');
log.info({ symbols: profile.listings.size, seed: profile.manners.seed }, `${name} trades`);
