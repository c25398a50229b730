import { createBroadcaster, startBus } from '@margrave/bus-nats';
import { connectCache } from '@margrave/cache-redis';
import { readFeedFields, type FeedSettings } from '@margrave/feed-firebase';
import { openService, sleep } from '@margrave/runtime';
import { connectStore } from '@margrave/store-postgres';
import assert from 'node:assert/strict';
import { QuoteAnnouncer } from './app/announce-quotes.ts';
import { RegistryReader } from './app/keep-registry.ts';
import { QuoteKeeper } from './app/keep-quotes.ts';
import { lead } from './app/lead.ts';
import { QuoteDesk } from './app/quote-desk.ts';
import { FeedWatch } from './app/watch-feed.ts';
import { configurationDeclaration, configurationRules, type MarketDataConfiguration } from './config.ts';
import { listenForConfigurationChanges } from './inbound/configuration-changes.ts';
import { listenForTicks } from './inbound/feed.ts';
import { countMarketData, metricDeclarations } from './metrics.ts';
import { announceOn } from './outbound/announcement.ts';
import { marketRegistryOf } from './outbound/registry.ts';

/** One instance in the world speaks. */
const LOCK = 'market-data';
const POOL_SIZE = 2;
const CACHE_BATCH_MAX = 500;
const HOUSEKEEPING_EVERY_MS = 250;
const TIME_ASKED_EVERY_MS = 10_000;
const LEAD_AGAIN_AFTER_MS = 1_000;
const HEALTH_DEADLINE_MS = 2_000;

const service = await openService({
  name: 'market-data',
  configuration: configurationDeclaration,
  rules: configurationRules,
  metrics: metricDeclarations,
});
const { configuration, log, component, health, lifecycle, stopping } = service;
const metrics = countMarketData(service.metrics);
const monotonicMs = (): number => performance.now();

const store = await lifecycle.part(
  'store',
  () =>
    connectStore({
      databaseUrl: configuration.databaseUrl,
      applicationName: service.name,
      log: component('store'),
      poolSize: POOL_SIZE,
      onCall: ({ statement, seconds }) => metrics.countQuery(statement, seconds),
    }),
  (connected) => connected.close(),
);
const bus = await startBus(service);
const cache = await lifecycle.part(
  'cache',
  () => connectCache({ url: configuration.redisUrl, deadlineMs: configuration.cacheDeadlineMs, log: component('cache') }),
  (connected) => connected.close(),
);

const keeper = new QuoteKeeper({
  monotonicMs,
  write: cache.quotes.write,
  onWritten: (outcome) => metrics.countCacheWrite(outcome.ok ? 'done' : outcome.refusal.reason),
  batchMax: CACHE_BATCH_MAX,
  pause: sleep,
});
const announce = announceOn(createBroadcaster(bus, { log: component('bus') }));
const announcer = new QuoteAnnouncer({
  monotonicMs,
  announce: (numbered, nowMs) => {
    const wasTold = announce(numbered, nowMs);
    metrics.countQuote(wasTold);
    return wasTold;
  },
  keep: (line, numbered) => keeper.keep(line, numbered),
  defer: setImmediate,
  repeatAfterMs: configuration.quoteRepeatAfterMs,
});
const desk = new QuoteDesk({ monotonicMs, onNewQuote: (line) => announcer.onNewQuote(line) });

const registryLog = component('registry');
const reader = new RegistryReader({
  load: async () => {
    await store.askDatabaseTime();
    return marketRegistryOf(await store.loadRegistry());
  },
  onLoaded: (loaded) => {
    desk.configure(loaded, store.databaseNowMs());
    registryLog.debug({ instruments: loaded.instruments.length, groups: loaded.groups.length }, 'Configuration read');
  },
  onFailed: (error) => registryLog.warn({ err: error }, 'The configuration could not be read; it is tried again'),
  pause: sleep,
});
await lifecycle.part('registry', async () => {
  await reader.readFirst(stopping);
  const reading = reader.keepReading(stopping);
  reading.catch((error: unknown) => lifecycle.fail(error, 'Reading the configuration met a bug'));
  return { reading };
});
await lifecycle.part(
  'configuration changes',
  () =>
    listenForConfigurationChanges({
      bus,
      onChange: () => reader.changed(),
      onBug: (error) => lifecycle.fail(error, 'A hint of changed configuration met a bug'),
      log: registryLog,
    }),
  (end) => end(),
);

const feedLog = component('feed');
const watch = new FeedWatch({
  monotonicMs,
  hasOpenSession: () => desk.hasOpenSession,
  silenceMaxMs: configuration.feedSilenceMaxMs,
});
const feed = await lifecycle.part(
  'feed',
  () => listenForTicks({ settings: feedSettings(configuration), desk, watch, metrics, log: feedLog }),
  (listened) => listened.close(),
);
metrics.watch({ desk, isConnected: feed.isConnected, isActive: () => announcer.isActive });

await lifecycle.part(
  'housekeeping',
  () => [
    setInterval(() => {
      desk.openSessions(store.databaseNowMs());
      announcer.repeat();
      if (watch.check(feed)) {
        metrics.countReconnect();
        feedLog.warn('The feed was silent for too long; it is connected anew');
      }
    }, HOUSEKEEPING_EVERY_MS),
    setInterval(() => {
      store.askDatabaseTime().catch((error: unknown) => log.debug({ err: error }, 'The database did not tell the time'));
    }, TIME_ASKED_EVERY_MS),
  ],
  (timers) => timers.forEach((timer) => clearInterval(timer)),
);
await lifecycle.part(
  'leading',
  () => {
    const led = lead(
      {
        hold: (signal, onHeldElsewhere) => store.holdAdvisoryLock(LOCK, { signal, onHeldElsewhere }),
        nextGeneration: store.nextQuoteGeneration,
        onActive: (generation) => {
          announcer.activate(desk, generation);
          log.info({ generation: String(generation) }, 'This instance tells the quotes');
        },
        onStandby: () => {
          if (announcer.isActive) log.info('This instance stands by');
          announcer.deactivate();
        },
        onLost: (reason) => log.warn({ reason }, 'The right to tell quotes may be lost'),
        onFailed: (error) => log.warn({ err: error }, 'No generation of quotes could be had'),
        pause: (signal) => sleep(LEAD_AGAIN_AFTER_MS, signal),
      },
      stopping,
    );
    led.catch((error: unknown) => lifecycle.fail(error, 'Leading met a bug'));
    // Not the promise itself: the part has started although the leading goes on.
    return { led };
  },
  async ({ led }) => {
    await led;
    await keeper.settled();
  },
);

health.addReadiness({
  name: 'feed',
  deadlineMs: 1_000,
  check: () => (feed.isConnected() ? { ok: true } : { ok: false, reason: 'there is no connection to the feed' }),
});
health.addReadiness({ name: 'nats', deadlineMs: HEALTH_DEADLINE_MS, check: bus.check });
// Quotes are told without Redis, and by the registry that was read last without PostgreSQL.
health.addWatched({ name: 'redis', deadlineMs: HEALTH_DEADLINE_MS, check: cache.check });
health.addWatched({
  name: 'postgres',
  deadlineMs: HEALTH_DEADLINE_MS,
  check: async () => {
    await store.askDatabaseTime();
    return { ok: true };
  },
});
health.setPhase('serving');
log.info({ metricsPort: service.metricsPort }, 'Serving');

function feedSettings(settings: MarketDataConfiguration): FeedSettings {
  const fields = readFeedFields(settings.feedFields);
  assert(fields.ok, 'the configuration was checked');
  return {
    // Only its name matters to a database that stands for the real one.
    databaseUrl: settings.firebaseDatabaseUrl ?? 'https://margrave.firebaseio.com',
    path: settings.feedPath,
    fields: fields.value,
    ...(settings.firebaseEmulatorHost === undefined ? {} : { emulatorHost: settings.firebaseEmulatorHost }),
    ...(settings.googleCredentials === undefined ? {} : { credentialsFile: settings.googleCredentials }),
    ...(settings.feedTimeField === undefined ? {} : { timeField: settings.feedTimeField }),
  };
}
