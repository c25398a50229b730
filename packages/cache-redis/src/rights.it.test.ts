import { loginUrl, testServers } from '@margrave/testkit';
import type { AccountId, GroupId, PriceE8, SymbolName } from '@margrave/vocabulary';
import { Redis } from 'ioredis';
import { connect } from 'node:net';
import { CACHE_OPERATOR, CACHE_RIGHTS } from './cache-rights.ts';
import { connectCache, type Cache } from './cache.ts';
import { aggregateKey, groupQuoteKey, quoteKey } from './keys.ts';
import { quietLog, until } from './testing/harness.ts';

const ACCOUNT = '1000000001' as AccountId;
const [EURUSD, STANDARD] = ['EURUSD' as SymbolName, 'standard' as GroupId];
const KEYS = [quoteKey(EURUSD), groupQuoteKey(STANDARD, EURUSD), aggregateKey(ACCOUNT), 'rl:1000000001', 'anything'];
const QUOTE = {
  symbol: EURUSD,
  sequence: 5n,
  bidE8: 108_446_000n as PriceE8,
  askE8: 108_454_000n as PriceE8,
  lowE8: 108_446_000n as PriceE8,
  highE8: 108_454_000n as PriceE8,
  ageMs: 1,
  groups: [{ groupId: STANDARD, bidE8: 108_440_000n as PriceE8, askE8: 108_460_000n as PriceE8 }],
};
const USERS = CACHE_RIGHTS.map(({ user }) => user);

let url: string;
let operator: Redis;
const clients = new Map<string, Redis>();
const caches = new Map<string, Cache>();

beforeAll(async () => {
  url = (await testServers()).redisUrl;
  operator = new Redis(url);
  for (const user of USERS) {
    clients.set(user, new Redis(loginUrl(url, user), { disableClientInfo: true }));
    const cache = connectCache({ url: loginUrl(url, user), log: quietLog, deadlineMs: 2_000 });
    caches.set(user, cache);
    await until(cache.isReady);
  }
});
beforeEach(async () => {
  await operator.flushdb();
  for (const key of KEYS) await operator.hset(key, 'bid', '1', 'sequence', '1');
});
afterAll(async () => {
  for (const client of [operator, ...clients.values()]) client.disconnect();
  await Promise.all([...caches.values()].map((cache) => cache.close()));
});

/** Everything in this test's database, as text. */
const contents = async (): Promise<string> => {
  const keys = (await operator.keys('*')).toSorted();
  return JSON.stringify(await Promise.all(keys.map(async (key) => [key, await operator.hgetall(key)])));
};

async function attempt(user: string, command: string, ...values: readonly string[]): Promise<'done' | 'refused'> {
  const client = clients.get(user);
  if (client === undefined) throw new Error(`${user} is not logged in`);
  return client.call(command, ...values).then(
    () => 'done',
    (error: unknown) => {
      expect(String(error)).toMatch(/NOPERM|DEBUG command not allowed/);
      return 'refused';
    },
  );
}

/** Written by hand, and not from the declaration: what must be refused whatever is declared. */
const HARM: readonly (readonly [command: string, ...values: string[]])[] = [
  ['FLUSHALL'],
  ['FLUSHDB'],
  ['SWAPDB', '0', '1'],
  ['CONFIG', 'GET', '*'],
  ['CONFIG', 'SET', 'maxmemory', '1'],
  ['CONFIG', 'REWRITE'],
  ['KEYS', '*'],
  ['SCAN', '0'],
  ['RANDOMKEY'],
  ['DBSIZE'],
  ['ACL', 'LIST'],
  ['ACL', 'SETUSER', 'mine', 'on', 'nopass', '~*', '+@all'],
  ['ACL', 'WHOAMI'],
  ['DEBUG', 'SLEEP', '0'],
  ['SHUTDOWN', 'NOSAVE'],
  ['SAVE'],
  ['BGSAVE'],
  ['REPLICAOF', '127.0.0.1', '1'],
  ['MIGRATE', '127.0.0.1', '1', 'acct:1000000001', '0', '1'],
  ['MODULE', 'LIST'],
  ['MONITOR'],
  ['CLIENT', 'LIST'],
  ['CLIENT', 'KILL', 'TYPE', 'normal'],
  ['SLOWLOG', 'GET'],
  ['SCRIPT', 'FLUSH'],
  ['SCRIPT', 'KILL'],
  ['FUNCTION', 'LOAD', 'REPLACE', '#!lua name=x\nredis.register_function("x", function() return 1 end)'],
  ['FUNCTION', 'FLUSH'],
  ['EVAL', 'return 1', '0'],
  ['PUBLISH', 'x', 'y'],
  ['SUBSCRIBE', 'x'],
  ['DEL', 'acct:1000000001'],
  ['UNLINK', 'md:quote:EURUSD'],
  ['SET', 'acct:1000000001', 'x'],
  ['HDEL', 'acct:1000000001', 'json'],
  ['RENAME', 'acct:1000000001', 'acct:1000000002'],
  ['RESTORE', 'acct:1000000009', '0', 'x'],
];

/** By hand, too: whose keys are whose. */
const FOREIGN: readonly (readonly [user: string, command: 'HGET' | 'HSET', key: string])[] = [
  ['market-data', 'HGET', 'acct:1000000001'],
  ['market-data', 'HSET', 'acct:1000000001'],
  ...['order-gateway', 'provider-worker', 'pending-orders'].flatMap((user) => [
    [user, 'HSET', 'md:quote:EURUSD'] as const,
    [user, 'HSET', 'md:group:standard:EURUSD'] as const,
  ]),
  ...['order-gateway', 'provider-worker', 'pending-orders', 'market-data'].map((user) => [user, 'HGET', 'anything'] as const),
];
it.each(FOREIGN)('%s may not %s %s', async (user, command, key) => {
  const before = await contents();
  expect(await attempt(user, command, key, 'bid', ...(command === 'HSET' ? ['9'] : []))).toBe('refused');
  expect(await contents()).toBe(before);
});

describe.each(USERS)('the login of %s', (user) => {
  const { reads, writes } = CACHE_RIGHTS.find((rights) => rights.user === user)!;
  const isOneOf = (patterns: readonly string[], key: string): boolean =>
    patterns.some((pattern) => new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(key));

  it.each(HARM)('may not %s %s', async (command, ...values) => {
    const before = await contents();
    expect(await attempt(user, command, ...values)).toBe('refused');
    expect(await contents()).toBe(before);
  });

  it.each(KEYS)('reads and writes %s if that was declared', async (key) => {
    const mayWrite = isOneOf(writes, key);
    const mayRead = mayWrite || isOneOf(reads, key);
    expect(await attempt(user, 'HGET', key, 'bid')).toBe(mayRead ? 'done' : 'refused');
    expect(await attempt(user, 'HSET', key, 'bid', '2')).toBe(mayWrite ? 'done' : 'refused');
    expect(await operator.hget(key, 'bid')).toBe(mayWrite ? '2' : '1');
  });

  it('gets no further with a script than without', async () => {
    const client = clients.get(user)!;
    const forbidden = KEYS.find((key) => !isOneOf(writes, key))!;
    const hash = (await client.script('LOAD', "redis.call('HSET', KEYS[1], 'bid', '9') return 1")) as string;
    await expect(client.evalsha(hash, 1, forbidden)).rejects.toThrow('NOPERM');
    const flush = (await client.script('LOAD', "return redis.call('FLUSHALL')")) as string;
    await expect(client.evalsha(flush, 0)).rejects.toThrow(/permission|NOPERM|can't run/);
    expect(await operator.hget(forbidden, 'bid')).toBe('1');
  });
});

describe('what each service needs', () => {
  it('market-data writes quotes and sees no account', async () => {
    await operator.flushdb();
    const cache = caches.get('market-data')!;
    expect(await cache.quotes.write([QUOTE])).toEqual({ ok: true, value: 2 });
    expect(await cache.check()).toEqual({ ok: true });
    expect(await cache.aggregates.readAggregates([ACCOUNT])).toMatchObject({ ok: false, refusal: { reason: 'refused' } });
  });

  it.each(['order-gateway', 'provider-worker', 'pending-orders'])(
    '%s keeps accounts, reads quotes, and writes none',
    async (user) => {
      await operator.flushdb();
      await caches.get('market-data')!.quotes.write([QUOTE]);
      const cache = caches.get(user)!;
      expect(await cache.aggregates.writeAggregates([{ accountId: ACCOUNT, version: 1n, epoch: 'e', json: '{}' }])).toMatchObject(
        {
          value: 1,
        },
      );
      const held = await cache.aggregates.readAggregates([ACCOUNT]);
      expect(held.ok && held.value.get(ACCOUNT)?.version).toBe(1n);
      const quotes = await cache.quotes.read([EURUSD]);
      expect(quotes.ok && quotes.value.get(EURUSD)?.sequence).toBe(5n);
      expect(await cache.quotes.write([{ ...QUOTE, sequence: 6n }])).toMatchObject({ ok: false, refusal: { reason: 'refused' } });
    },
  );

  it('and loads its scripts again when Redis lost them', async () => {
    await operator.script('FLUSH');
    expect(await caches.get('market-data')!.quotes.write([{ ...QUOTE, sequence: 7n }])).toMatchObject({ ok: true });
  });
});

/** What Redis says first, to one who is not known yet. */
const greeted = (line: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port) });
    socket.once('error', reject);
    socket.once('data', (bytes) => {
      resolve(bytes.toString());
      socket.destroy();
    });
    socket.write(`${line}\r\n`);
  });
const passwordOf = (user: string): string => new URL(loginUrl(url, user)).password;

it('nobody gets in without a password, or with that of another', async () => {
  expect(await greeted('HGET acct:1000000001 json')).toMatch(/^-NOAUTH/);
  expect(await greeted('AUTH default anything')).toMatch(/^-WRONGPASS/);
  expect(await greeted(`AUTH ${passwordOf(CACHE_OPERATOR)}`)).toMatch(/^-WRONGPASS/);
  expect(await greeted(`AUTH market-data ${passwordOf('order-gateway')}`)).toMatch(/^-WRONGPASS/);
  expect(await greeted(`AUTH market-data ${passwordOf('market-data')}`)).toBe('+OK\r\n');
});
