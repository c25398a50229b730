import { testServers } from '@margrave/testkit';
import type { GroupId, PriceE8, SymbolName } from '@margrave/vocabulary';
import { Redis } from 'ioredis';
import type { Cache } from './cache.ts';
import { groupQuoteKey, KEY_FAMILIES, quoteKey } from './keys.ts';
import type { CachedQuote, QuoteRecord } from './quote-cache.ts';
import { answered, readyCache } from './testing/harness.ts';

const EURUSD = 'EURUSD' as SymbolName;
const USDJPY = 'USDJPY' as SymbolName;
const STANDARD = 'standard' as GroupId;
const price = (points: bigint): PriceE8 => (points * 1_000n) as PriceE8;
const quote = (sequence: bigint, bidPoints = 108_446n, symbol = EURUSD): QuoteRecord => ({
  symbol,
  sequence,
  bidE8: price(bidPoints),
  askE8: price(bidPoints + 8n),
  lowE8: price(bidPoints - 2n),
  highE8: price(bidPoints + 9n),
  ageMs: 12,
  groups: [{ groupId: STANDARD, bidE8: price(bidPoints - 5n), askE8: price(bidPoints + 13n) }],
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

const write = async (...records: QuoteRecord[]): Promise<number> => answered(await cache.quotes.write(records));
const read = async (symbol = EURUSD): Promise<CachedQuote | undefined> => answered(await cache.quotes.read([symbol])).get(symbol);

describe('a quote in the cache', () => {
  it('is read with its extremes, and by a group with the prices of the group', async () => {
    expect(await write(quote(3_000_000_000_017n), quote(3_000_000_000_001n, 151_415n, USDJPY))).toBe(4);
    const quotes = answered(await cache.quotes.read([EURUSD, 'GBPUSD' as SymbolName, USDJPY]));
    expect([...quotes.keys()]).toEqual([EURUSD, USDJPY]);
    const { symbol: _symbol, ageMs: _age, groups: _groups, ...rest } = quote(3_000_000_000_017n);
    expect(quotes.get(EURUSD)).toMatchObject(rest);
    expect(answered(await cache.quotes.readOfGroup(STANDARD, [EURUSD])).get(EURUSD)).toMatchObject({
      bidE8: price(108_441n),
      askE8: price(108_459n),
    });
    expect(await redis.hgetall(quoteKey(EURUSD))).toMatchObject({
      bid: '1.08446',
      ask: '1.08454',
      sequence: '3000000000017',
      ageMs: '12',
    });
    expect(await redis.hgetall(groupQuoteKey(STANDARD, EURUSD))).toMatchObject({ bid: '1.08441', ask: '1.08459' });
  });

  it('grows older on the clock of Redis from the age it had when it was written', async () => {
    await write(quote(1n));
    await redis.hincrby(quoteKey(EURUSD), 'writtenAt', -5_000);
    const ageMs = (await read())?.ageMs ?? 0;
    expect(ageMs).toBeGreaterThanOrEqual(5_012);
    expect(ageMs).toBeLessThan(7_000);
  });

  it('does not grow younger when the clock of Redis is set back', async () => {
    await write(quote(1n));
    await redis.hincrby(quoteKey(EURUSD), 'writtenAt', 60_000);
    expect((await read())?.ageMs).toBe(12);
  });

  it('is replaced by a newer one only, whatever order they arrive in', async () => {
    await write(quote(10n, 108_446n));
    expect(await write(quote(9n, 108_400n))).toBe(0);
    expect(await write(quote(10n, 108_300n))).toBe(0);
    expect((await read())?.bidE8).toBe(price(108_446n));
    expect(await write(quote(11n, 108_447n))).toBe(2);
    expect((await read())?.bidE8).toBe(price(108_447n));
  });

  it('said again keeps its age and is kept longer', async () => {
    await write(quote(1n));
    await redis.hincrby(quoteKey(EURUSD), 'writtenAt', -5_000);
    await redis.pexpire(quoteKey(EURUSD), 1_000);
    expect(await write(quote(1n))).toBe(0);
    expect((await read())?.ageMs).toBeGreaterThanOrEqual(5_012);
    expect(await redis.pttl(quoteKey(EURUSD))).toBeGreaterThan(KEY_FAMILIES.quote.lifetimeMs - 60_000);
  });

  it('that nobody has repeated for long gives way to any sequence: a restored database counts from an earlier one', async () => {
    await write(quote(3_000_000_000_017n, 108_446n));
    const quietMs = (ms: number): Promise<number> => redis.pexpire(quoteKey(EURUSD), KEY_FAMILIES.quote.lifetimeMs - ms);
    await quietMs(25_000);
    await write(quote(2_000_000_000_001n, 108_000n));
    expect((await read())?.bidE8).toBe(price(108_446n));
    await quietMs(31_000);
    await write(quote(2_000_000_000_002n, 108_000n));
    expect((await read())?.bidE8).toBe(price(108_000n));
  });

  it('of which a part was lost or damaged counts as missing', async () => {
    for (const field of ['bid', 'sequence', 'ageMs', 'low']) {
      await redis.del(quoteKey(EURUSD));
      await write(quote(1n));
      await redis.hdel(quoteKey(EURUSD), field);
      expect(await read()).toBeUndefined();
    }
    await write(quote(2n));
    await redis.hset(quoteKey(EURUSD), 'ask', '-1e5');
    expect(await read()).toBeUndefined();
  });

  it('is one of a thousand in one round trip', async () => {
    const symbols = Array.from({ length: 1_000 }, (_, index) => `S${index}` as SymbolName);
    expect(await write(...symbols.map((symbol) => quote(5n, 100_000n, symbol)))).toBe(2_000);
    expect(answered(await cache.quotes.read(symbols)).size).toBe(1_000);
  });
});
