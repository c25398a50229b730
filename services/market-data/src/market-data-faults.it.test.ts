import { connectCache, type Cache } from '@margrave/cache-redis';
import {
  FaultProxy,
  loginUrl,
  SEED_SYMBOLS,
  startRealtimeDatabase,
  testServers,
  type RealtimeDatabase,
  type RealtimeDatabaseOptions,
  type TestServers,
} from '@margrave/testkit';
import type { SymbolName } from '@margrave/vocabulary';
import { Redis } from 'ioredis';
import {
  environmentOf,
  quietLog,
  startListener,
  startService,
  until,
  type Listener,
  type RunningService,
} from './testing/running-service.ts';

const GENERATION = 1_000_000_000_000n;
const EURUSD = 'EURUSD' as SymbolName;

let servers: TestServers;
let feed: RealtimeDatabase;
let listener: Listener;
let environment: Readonly<Record<string, string>>;
let services: RunningService[];

async function prepare(options: Partial<RealtimeDatabaseOptions>): Promise<void> {
  servers = await testServers();
  services = [];
  feed = await startRealtimeDatabase({ seed: 11, mode: 'live', ...options });
  listener = await startListener(servers.natsUrl);
  environment = { ...(await environmentOf(servers, feed)), QUOTE_REPEAT_AFTER: '500ms' };
}
afterEach(async () => {
  await Promise.all(services.map((service) => service.stop('SIGKILL')));
  await listener.close();
  await feed.close();
});

async function start(changes: Readonly<Record<string, string>> = {}): Promise<RunningService> {
  const service = await startService({ ...environment, ...changes });
  services.push(service);
  return service;
}
const isTelling = (symbols: number): Promise<void> =>
  until(() => listener.symbols().length === symbols && listener.newOf(EURUSD).length > 3, 'quotes are told');
const lastSequence = (): bigint => BigInt(listener.of(EURUSD).at(-1)?.sequence ?? '0');

describe('a live feed in every shape', () => {
  it('becomes one unbroken row of sound quotes for each symbol', async () => {
    await prepare({ ticksPerSecond: 20 });
    const service = await start();
    await isTelling(SEED_SYMBOLS.length);
    await until(() => listener.newOf(EURUSD).length > 100, 'a hundred quotes of one symbol', 30_000);
    for (const { symbol } of SEED_SYMBOLS) {
      const quotes = listener.newOf(symbol);
      const sequences = quotes.map(({ sequence }) => BigInt(sequence));
      expect(sequences).toEqual(sequences.map((_, index) => (sequences[0] ?? 0n) + BigInt(index)));
      const unsound = quotes.filter(
        ({ bid, ask, low, high }) => !(Number(low) <= Number(bid) && Number(bid) <= Number(ask) && Number(ask) <= Number(high)),
      );
      expect(unsound).toEqual([]);
    }
    expect(listener.of('undecodable')).toEqual([]);
    expect(await service.metric('margrave_symbols', 'state="fresh"')).toBe(SEED_SYMBOLS.length);
    expect(await service.metric('margrave_quotes_total', 'result="not_told"')).toBe(0);
    expect(await service.metric('margrave_cache_requests_total', 'result="done"')).toBeGreaterThan(0);
    expect(await service.stop()).toBe(0);
  }, 120_000);
});

describe('prices that stand still in a feed with times', () => {
  it('are fresh while their time goes on, and an older tree is refused by its times', async () => {
    await prepare({ mode: 'still', ticksPerSecond: 10 });
    const service = await start();
    await isTelling(SEED_SYMBOLS.length);
    expect(listener.of(EURUSD).at(-1)).toMatchObject({ bid: '1.08446', ask: '1.08454' });
    expect(await service.metric('margrave_symbols', 'state="fresh"')).toBe(SEED_SYMBOLS.length);
    const older = feed.faults.capture();
    await new Promise((resolve) => setTimeout(resolve, 500));
    feed.faults.silence(EURUSD);
    feed.faults.replay(older);
    await until(async () => (await service.metric('margrave_ticks_total', 'result="older"')) > 0, 'an older time is refused');
    feed.faults.resume(EURUSD);
    await until(async () => (await service.metric('margrave_symbols', 'state="fresh"')) === SEED_SYMBOLS.length, 'it goes on');
  }, 120_000);
});

describe('two instances', () => {
  it('tell one row of quotes; when the one that speaks is killed the other goes on under a larger generation', async () => {
    await prepare({ ticksPerSecond: 10 });
    const first = await start();
    await isTelling(SEED_SYMBOLS.length);
    const second = await start();
    expect(await second.metric('margrave_market_data_active')).toBe(0);
    expect((await second.readiness()).status).toBe(200);
    const generation = lastSequence() / GENERATION;
    await first.stop('SIGKILL');
    await until(() => lastSequence() / GENERATION > generation, 'the other one speaks');
    expect(await second.metric('margrave_market_data_active')).toBe(1);
    const sequences = listener.newOf(EURUSD).map(({ sequence }) => BigInt(sequence));
    expect(sequences).toEqual(sequences.toSorted((a, b) => (a < b ? -1 : 1)));
  }, 120_000);
});

describe('servers that go away', () => {
  let cache: Cache;
  afterEach(() => cache?.close());

  it('leave Redis empty: every quote is there again soon, also of symbols that are silent', async () => {
    await prepare({ ticksPerSecond: 10 });
    cache = connectCache({ url: servers.redisUrl, log: quietLog, deadlineMs: 5_000 });
    await start();
    await isTelling(SEED_SYMBOLS.length);
    feed.faults.silence('BTCUSD');
    await new Promise((resolve) => setTimeout(resolve, 300));
    const redis = new Redis(servers.redisUrl);
    await redis.flushdb();
    redis.disconnect();
    const symbols = SEED_SYMBOLS.map(({ symbol }) => symbol as SymbolName);
    await until(async () => {
      const read = await cache.quotes.read(symbols);
      return read.ok && read.value.size === symbols.length;
    }, 'all quotes are in Redis again');
  }, 120_000);

  it('stop no quotes when it is PostgreSQL, and cost a new generation when it is back', async () => {
    await prepare({ ticksPerSecond: 10 });
    const database = new URL(environment['DATABASE_URL'] ?? '');
    const proxy = await FaultProxy.start({ host: database.hostname, port: Number(database.port) });
    database.port = String(proxy.port);
    const service = await start({ DATABASE_URL: database.href });
    await isTelling(SEED_SYMBOLS.length);
    const generation = lastSequence() / GENERATION;
    await proxy.setMode({ kind: 'refuse' });
    await until(() => service.log.some((line) => line.includes('may be lost')), 'the loss is noticed');
    const atLoss = listener.newOf(EURUSD).length;
    await until(() => listener.newOf(EURUSD).length > atLoss + 5, 'quotes go on');
    expect(lastSequence() / GENERATION).toBe(generation);
    await proxy.setMode({ kind: 'pass' });
    await until(() => lastSequence() / GENERATION > generation, 'a new generation');
    await service.stop('SIGKILL');
    await proxy.close();
  }, 120_000);

  it('hide no price that was touched when it is NATS: the first quote after it has seen them all', async () => {
    await prepare({ mode: 'none' });
    feed.write('datafeeds/EURUSD', { o: '1.08446', b: '1.08454' });
    const nats = new URL(loginUrl(servers.natsUrl, 'market-data'));
    const proxy = await FaultProxy.start({ host: nats.hostname, port: Number(nats.port) });
    nats.port = String(proxy.port);
    const service = await start({ NATS_URL: nats.href });
    await until(() => listener.of(EURUSD).length > 0, 'the first value was told');
    feed.write('datafeeds/EURUSD/o', '1.08447');
    await until(() => listener.of(EURUSD).at(-1)?.bid === '1.08447', 'a quote was told');
    await proxy.setMode({ kind: 'refuse' });
    await until(async () => (await service.readiness()).status === 503, 'the service is not ready');
    for (const [o, b] of [
      ['1.08400', '1.08408'],
      ['1.08500', '1.08508'],
      ['1.08450', '1.08458'],
    ] as const) {
      feed.write('datafeeds/EURUSD', { o, b });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(listener.of(EURUSD).at(-1)?.bid).toBe('1.08447');
    await proxy.setMode({ kind: 'pass' });
    await until(() => listener.of(EURUSD).at(-1)?.bid === '1.0845', 'quotes go on');
    expect(listener.of(EURUSD).find(({ bid }) => bid === '1.0845')).toMatchObject({ low: '1.084', high: '1.08508' });
    await service.stop('SIGKILL');
    await proxy.close();
  }, 120_000);
});
