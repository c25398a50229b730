import { FaultProxy, startServers, type Servers } from '@margrave/testkit';
import type { AccountId } from '@margrave/vocabulary';
import { Redis } from 'ioredis';
import type { AggregateRecord } from './aggregate-cache.ts';
import { connectCache, type Cache } from './cache.ts';
import { answered, quietLog, readyCache, until } from './testing/harness.ts';

const ACCOUNT = '1000000001' as AccountId;
const RECORD: AggregateRecord = { accountId: ACCOUNT, version: 1n, epoch: 'e1', json: '{}' };
const DEADLINE_MS = 500;
/** What a loaded machine may add to a deadline. */
const PATIENCE_MS = 350;

let servers: Servers;
let proxy: FaultProxy;
let redis: Redis;
let cache: Cache;
beforeAll(async () => {
  servers = await startServers({ purpose: 'test', log: () => undefined });
}, 60_000);
afterAll(() => servers.stop());
beforeEach(async () => {
  proxy = await FaultProxy.start({ host: '127.0.0.1', port: servers.redis.port });
  redis = new Redis(servers.redis.url, { disconnectTimeout: 100 });
  await redis.flushall();
  const url = new URL(servers.redis.url);
  url.port = String(proxy.port);
  cache = await readyCache(url.href, DEADLINE_MS);
});
afterEach(async () => {
  redis.disconnect();
  await cache.close();
  await proxy.close();
});

const write = (version: bigint) => cache.aggregates.writeAggregates([{ ...RECORD, version }]);
const read = () => cache.aggregates.readAggregates([ACCOUNT]);

async function timed<Value>(call: () => Promise<Value>): Promise<{ readonly value: Value; readonly elapsedMs: number }> {
  const startedAt = performance.now();
  const value = await call();
  return { value, elapsedMs: performance.now() - startedAt };
}

describe('a cache that loses', () => {
  it('everything is empty and takes what it is given', async () => {
    answered(await write(5n));
    await redis.flushall();
    expect(answered(await read()).size).toBe(0);
    expect(answered(await write(3n))).toBe(1);
  });

  it('its scripts gets them again at the next call', async () => {
    answered(await write(5n));
    await redis.script('FLUSH');
    expect(answered(await write(6n))).toBe(1);
    await redis.script('FLUSH');
    expect(answered(await cache.quotes.read([])).size).toBe(0);
    expect(answered(await read()).get(ACCOUNT)?.version).toBe(6n);
  });

  it('its server says at once that it is not there, and works again when the server does', async () => {
    answered(await write(5n));
    await servers.redis.kill9();
    await until(() => !cache.isReady());
    const away = await timed(() => write(6n));
    expect(away.value).toMatchObject({ ok: false, refusal: { reason: 'unavailable' } });
    expect(away.elapsedMs).toBeLessThan(PATIENCE_MS);
    expect(await cache.check()).toMatchObject({ ok: false });
    await servers.redis.restart();
    await until(cache.isReady);
    await until(async () => (await write(7n)).ok);
    expect(answered(await read()).get(ACCOUNT)?.version).toBe(7n);
    expect(await cache.check()).toEqual({ ok: true });
  }, 30_000);
});

describe('a Redis that accepts and never answers', () => {
  it('costs a call its deadline and no more; soon the calls fail at once; then it is back', async () => {
    answered(await write(5n));
    await proxy.setMode({ kind: 'black_hole' });
    for (const call of [() => write(6n), read, () => cache.check()]) {
      const { value, elapsedMs } = await timed<unknown>(call);
      expect(value).toMatchObject({ ok: false });
      expect(elapsedMs).toBeLessThan(DEADLINE_MS + PATIENCE_MS);
    }
    await until(() => !cache.isReady());
    const cut = await timed(read);
    expect(cut.value).toMatchObject({ ok: false, refusal: { reason: 'unavailable' } });
    expect(cut.elapsedMs).toBeLessThan(DEADLINE_MS);
    await proxy.setMode({ kind: 'pass' });
    await until(async () => (await write(9n)).ok, 15_000);
    expect(answered(await read()).get(ACCOUNT)?.version).toBe(9n);
  }, 30_000);

  it('does not keep many calls at once longer than one', async () => {
    await proxy.setMode({ kind: 'half_open' });
    const { value, elapsedMs } = await timed(() => Promise.all(Array.from({ length: 500 }, () => read())));
    expect(value.every((result) => !result.ok)).toBe(true);
    expect(elapsedMs).toBeLessThan(DEADLINE_MS + 2 * PATIENCE_MS);
  });

  it('is never there to a service that starts, which starts all the same', async () => {
    const late = connectCache({ url: `redis://127.0.0.1:${proxy.port}`, log: quietLog, deadlineMs: DEADLINE_MS });
    const { value, elapsedMs } = await timed(() => late.aggregates.readAggregates([ACCOUNT]));
    expect(value).toMatchObject({ ok: false, refusal: { reason: 'unavailable' } });
    expect(elapsedMs).toBeLessThan(PATIENCE_MS);
    await late.close();
  });
});
