import { testServers } from '@margrave/testkit';
import type { AccountId } from '@margrave/vocabulary';
import { Redis } from 'ioredis';
import type { AggregateRecord } from './aggregate-cache.ts';
import type { Cache } from './cache.ts';
import { aggregateKey, KEY_FAMILIES } from './keys.ts';
import { answered, readyCache } from './testing/harness.ts';

const ACCOUNT = '1000000001' as AccountId;
const OTHER = '1000000002' as AccountId;
const record = (version: bigint, epoch = 'e1', accountId = ACCOUNT): AggregateRecord => ({
  accountId,
  version,
  epoch,
  json: JSON.stringify({ version: String(version), text: 'Zürich "1"' }),
});

let cache: Cache;
let redis: Redis;
beforeEach(async () => {
  const { redisUrl } = await testServers();
  cache = await readyCache(redisUrl);
  redis = new Redis(redisUrl);
});
afterEach(async () => {
  redis.disconnect();
  await cache.close();
});

const write = async (...records: AggregateRecord[]): Promise<number> => answered(await cache.aggregates.writeAggregates(records));
const read = async (...accountIds: AccountId[]): Promise<unknown[]> => [
  ...answered(await cache.aggregates.readAggregates(accountIds)).values(),
];

describe('the aggregate of an account', () => {
  it('is read as it was written, and what is not there is missing', async () => {
    expect(await write(record(7n), record(3n, 'e1', OTHER))).toBe(2);
    expect(await read(ACCOUNT, '1000000003' as AccountId, OTHER)).toEqual([record(7n), record(3n, 'e1', OTHER)]);
    expect([await read(), await write()]).toEqual([[], 0]);
  });

  it.each<[string, bigint, string, bigint, string, boolean]>([
    ['a newer version', 7n, 'e1', 8n, 'e1', true],
    ['the same version', 7n, 'e1', 7n, 'e1', false],
    ['an older version', 7n, 'e1', 6n, 'e1', false],
    ['a version with more digits, though its text sorts before', 9n, 'e1', 10n, 'e1', true],
    ['a version with fewer digits', 10n, 'e1', 9n, 'e1', false],
    ['a version that a double does not hold', 9_007_199_254_740_993n, 'e1', 9_007_199_254_740_994n, 'e1', true],
    ['an older version of the living timeline, over a lost one', 90n, 'e1', 5n, 'e2', true],
  ])('%s', async (_, knownVersion, knownEpoch, version, epoch, isTaken) => {
    await write(record(knownVersion, knownEpoch));
    expect(await write(record(version, epoch))).toBe(isTaken ? 1 : 0);
    expect(await read(ACCOUNT)).toEqual([isTaken ? record(version, epoch) : record(knownVersion, knownEpoch)]);
  });

  it('is the newest of many written at once, in whatever order they arrive', async () => {
    const versions = Array.from({ length: 200 }, (_, index) => BigInt(((index * 73) % 200) + 1));
    await Promise.all(versions.map((version) => write(record(version))));
    expect(await read(ACCOUNT)).toEqual([record(200n)]);
  });

  it('goes by itself', async () => {
    await write(record(1n));
    const lifetimeMs = await redis.pttl(aggregateKey(ACCOUNT));
    expect(lifetimeMs).toBeGreaterThan(KEY_FAMILIES.aggregate.lifetimeMs - 60_000);
    expect(lifetimeMs).toBeLessThanOrEqual(KEY_FAMILIES.aggregate.lifetimeMs);
  });

  it('counts as missing when somebody else wrote half of it, and as refused when its key holds something else', async () => {
    await redis.hset(aggregateKey(ACCOUNT), { version: 'seven', epoch: 'e1', json: '{}' });
    expect(await read(ACCOUNT)).toEqual([]);
    await redis.del(aggregateKey(ACCOUNT));
    await redis.set(aggregateKey(ACCOUNT), 'text');
    expect(await cache.aggregates.readAggregates([ACCOUNT])).toMatchObject({ ok: false, refusal: { reason: 'refused' } });
  });
});
