import { startEngine } from '@margrave/account-engine';
import { asError, isBug, openService, readAtScrape, setAtScrape, sleep } from '@margrave/runtime';
import { Arrivals } from './app/arrivals.ts';
import { Firing } from './app/firing.ts';
import { QuoteBoard } from './app/quote-board.ts';
import { Shards } from './app/shards.ts';
import { Sweep } from './app/sweep.ts';
import { TriggerDesk } from './app/trigger-desk.ts';
import { configurationDeclaration } from './config.ts';
import { listenForAccountEvents } from './inbound/account-events.ts';
import { listenForMovedAccounts } from './inbound/moved-accounts.ts';
import { listenForQuotes } from './inbound/quotes.ts';
import { metricDeclarations, triggerKind } from './metrics.ts';
import { fireThrough } from './outbound/fire.ts';
import { readStored } from './outbound/stored.ts';

const HEALTH_DEADLINE_MS = 2_000;
const CLOCK_LOOKED_AT_EVERY_MS = 100;
const GROUPS_ASKED_AGAIN_AFTER_MS = 500;
const LEASE_TRIED_EVERY_MS = 500;
/** One batch on its way, and the next one gathering. */
const BATCHES_IN_FLIGHT = 2;

const service = await openService({
  name: 'pending-orders',
  configuration: configurationDeclaration,
  metrics: metricDeclarations,
});
const { configuration, log, component, metrics, health, crashAt, lifecycle, stopping } = service;
const monotonicMs = (): number => performance.now();
const onBug = (error: unknown): void => lifecycle.fail(error, 'A bug stops the service');
/** Of what is tried again; a bug is not. */
const onFailed =
  (sentence: string) =>
  (error: unknown): void => {
    if (isBug(error)) onBug(error);
    else log.warn({ err: asError(error) }, sentence);
  };

const { store, bus, engine } = await startEngine(service, {
  crash: { beforeCommit: () => undefined, afterCommit: () => crashAt('triggers.after-commit'), afterPublish: () => undefined },
  batchSizeMax: configuration.triggerBatchMax,
  // Quotes and events are heard, and counted, here too.
  onUnreadable: () => undefined,
  onBug,
  // A symbol that is new has to be loaded before all that is ours is armed.
  onConfigured: () => {
    if (!sweep.isLoaded) sweep.soon();
  },
});

const shards = new Shards({
  count: configuration.shards,
  hold: (shard, signal, onHeldElsewhere) =>
    store.holdAdvisoryLock(`pending-orders ${shard}/${configuration.shards}`, {
      signal,
      onHeldElsewhere,
      intervalMs: LEASE_TRIED_EVERY_MS,
    }),
  onTaken: (shard) => {
    log.info({ shard }, 'This instance watches the prices of a part of the symbols');
    sweep.soon();
  },
  onGone: (shard) => {
    log.info({ shard }, 'Another instance may watch the prices of a part of the symbols');
    for (const symbol of desk.symbols()) if (!shards.isOurs(symbol)) desk.forget(symbol);
    sweep.forgetOthers();
  },
  onLost: (shard, reason) => log.warn({ shard, reason }, 'The right to a part of the symbols may be lost'),
});
const board = new QuoteBoard({
  monotonicMs,
  market: engine.market,
  group: (groupId) => engine.configuration().groups.get(groupId),
  onLost: (symbol, quotes) => {
    if (shards.isOurs(symbol)) metrics.lostQuotes.inc(Number(quotes));
  },
});
const desk = new TriggerDesk({
  monotonicMs,
  nowMs: store.databaseNowMs,
  sight: (symbol, groupId) => board.sight(symbol, groupId),
  onDue: (armed) => firing.put(armed),
});
const firing = await lifecycle.part(
  'firing',
  () =>
    new Firing({
      monotonicMs,
      submit: fireThrough(engine),
      isArmed: (armed) => desk.isArmed(armed),
      isTradable: (symbol) => board.isTradable(symbol),
      take: (waiting, { groupId }) => {
        if (shards.isOurs(waiting.symbol)) desk.take(waiting, groupId);
      },
      settle: (armed) => desk.settle(armed),
      armAgain: (armed) => desk.armAgain(armed),
      onFired: ({ aim }, outcome, afterMs) => {
        metrics.triggers.inc({ kind: triggerKind(aim), outcome });
        if (outcome === 'committed') metrics.triggerSeconds.observe(afterMs / 1_000);
      },
      onBug,
      inFlightMax: BATCHES_IN_FLIGHT * configuration.triggerBatchMax,
    }),
  (opened) => opened.stop(),
);
const arrivals = new Arrivals({
  isOurs: shards.isOurs,
  groupsOf: store.groupsOf,
  take: (waiting, groupId) => desk.take(waiting, groupId),
  onFailed: onFailed('The groups of accounts could not be read; they are asked for again'),
  pause: () => sleep(GROUPS_ASKED_AGAIN_AFTER_MS, stopping),
});
const sweep = new Sweep({
  monotonicMs,
  symbols: () => [...engine.configuration().instruments.keys()].filter(shards.isOurs),
  read: readStored(store),
  compare: (waiting, groupId) => desk.compare(waiting, groupId),
  restore: (waiting, groupId) => {
    if (shards.isOurs(waiting.symbol)) desk.restore(waiting, groupId);
  },
  waitingOf: (symbol) => desk.waitingOf(symbol),
  known: (symbol, key) => desk.known(symbol, key),
  drop: (known) => desk.drop(known),
  learnGroup: (accountId, groupId) => arrivals.learn(accountId, groupId),
  forgetOld: () => {
    desk.forgetOld();
    arrivals.forgetGroups();
  },
  onSwept: ({ orders, positions, dropped }) => {
    metrics.notArmed.set({ what: 'order' }, orders);
    metrics.notArmed.set({ what: 'position' }, positions);
    metrics.sweepFindings.inc({ finding: 'armed' }, orders + positions);
    metrics.sweepFindings.inc({ finding: 'dropped' }, dropped);
    if (orders + positions + dropped > 0)
      log.warn({ orders, positions, dropped }, 'What was armed was not what is stored; it is now');
  },
  onFailed: onFailed('What is stored could not be compared with what is armed; it is tried again'),
  pause: sleep,
  everyMs: configuration.sweepEveryMs,
});

// Whoever loads has listened first: what changes while it is read is told, and the later version counts.
await lifecycle.part(
  'listening',
  () => [
    listenForQuotes({
      bus,
      onQuote: (quote) => {
        if (!board.take(quote)) return;
        desk.look(quote.symbol);
        firing.onQuote(quote.symbol);
      },
      onUnreadable: () => metrics.unreadableMessages.inc({ what: 'quote' }),
      onBug,
      log: component('quotes'),
    }),
    listenForAccountEvents({
      bus,
      onWaiting: (waiting) => arrivals.take(waiting),
      onUnreadable: () => metrics.unreadableMessages.inc({ what: 'event' }),
      onBug,
      log: component('events'),
    }),
    listenForMovedAccounts({
      bus,
      onMoved: () => {
        arrivals.forgetGroups();
        sweep.soon();
      },
      onBug,
      log: component('events'),
    }),
    // Nobody knows what was told before, or while there was no connection.
    bus.onConnected(() => {
      void bus.ready
        .then((client) => client.flush())
        .then(
          () => sweep.loadAgain(),
          (error: unknown) => log.warn({ err: asError(error) }, 'The connection was lost again at once'),
        );
    }),
  ],
  (ends) => ends.forEach((end) => end()),
);
await lifecycle.part(
  'the clock',
  () =>
    setInterval(() => {
      desk.lookAtClock();
      firing.lookAtClock();
    }, CLOCK_LOOKED_AT_EVERY_MS),
  (timer) => clearInterval(timer),
);
for (const [name, run] of [
  ['sweeping', () => sweep.run(stopping)],
  ['leases', () => shards.keep(stopping)],
] as const) {
  await lifecycle.part(
    name,
    () => {
      const running = run();
      running.catch(onBug);
      // Not the promise itself: the part has started although it goes on.
      return { running };
    },
    ({ running }) => running,
  );
}
health.addReadiness({
  name: 'armed',
  check: () => (sweep.isLoaded ? { ok: true } : { ok: false, reason: 'what waits for prices is not loaded yet' }),
  deadlineMs: HEALTH_DEADLINE_MS,
});

setAtScrape(metrics.armedLevels, () => desk.size);
setAtScrape(metrics.shardsHeld, () => shards.held);
setAtScrape(metrics.shards, () => configuration.shards);
readAtScrape(metrics.due, () => {
  const { inHand, untradable, oldestMs } = firing.state();
  metrics.due.set({ state: 'in_hand' }, inHand);
  metrics.due.set({ state: 'not_tradable' }, untradable);
  metrics.dueAgeSeconds.set(oldestMs / 1_000);
});

health.setPhase('serving');
log.info({ metricsPort: service.metricsPort }, 'What waits for prices is watched');
