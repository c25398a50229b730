import { connectCache, type Cache } from '@margrave/cache-redis';
import type { QuoteV1 } from '@margrave/contracts';
import { startRealtimeDatabase, testServers, type RealtimeDatabase, type TestServers } from '@margrave/testkit';
import postgres from 'postgres';
import { formatE8, type GroupId, type SymbolName } from '@margrave/vocabulary';
import {
  environmentOf,
  quietLog,
  startListener,
  startService,
  until,
  type Listener,
  type RunningService,
} from './testing/running-service.ts';

let servers: TestServers;
let feed: RealtimeDatabase;
let listener: Listener;
let cache: Cache;
let service: RunningService;
/** Another symbol that ticks all the time, so that the feed as a whole is never silent by itself. */
let heartbeat: NodeJS.Timeout;

/** Each test has a symbol of its own; the values found at the start are the prices of the demo. */
const START: Readonly<Record<string, readonly [bid: string, ask: string]>> = {
  EURUSD: ['1.08446', '1.08454'],
  GBPUSD: ['1.27304', '1.27316'],
  USDCHF: ['0.89234', '0.89246'],
  AUDUSD: ['0.65815', '0.65825'],
  USDCAD: ['1.36163', '1.36177'],
  NZDUSD: ['0.60202', '0.60218'],
  EURGBP: ['0.85184', '0.85196'],
  EURCHF: ['0.96771', '0.96789'],
};

beforeAll(async () => {
  servers = await testServers();
  feed = await startRealtimeDatabase({ seed: 1, mode: 'none' });
  feed.write('datafeeds', Object.fromEntries(Object.entries(START).map(([symbol, [o, b]]) => [symbol, { o, b }])));
  let beats = 0;
  heartbeat = setInterval(() => feed.write('datafeeds/XAUUSD', { o: '2362.40', b: `2362.${65 + (beats++ % 20)}` }), 100);
  listener = await startListener(servers.natsUrl);
  cache = connectCache({ url: servers.redisUrl, log: quietLog, deadlineMs: 5_000 });
  service = await startService({
    ...(await environmentOf(servers, feed)),
    FEED_SILENCE_MAX: '2s',
    QUOTE_REPEAT_AFTER: '500ms',
  });
  await until(() => listener.symbols().length > Object.keys(START).length, 'the first values were told');
}, 120_000);
afterAll(async () => {
  clearInterval(heartbeat);
  await service.stop();
  await Promise.all([listener.close(), cache.close(), feed.close()]);
});

const write = (symbol: string, side: 'bid' | 'ask', value: string | number | null): void =>
  feed.write(`datafeeds/${symbol}/${feed.layout.fields[side]}`, value);
const last = (symbol: string): QuoteV1 => {
  const quote = listener.of(symbol).at(-1);
  if (quote === undefined) throw new Error(`no quote of ${symbol} was told`);
  return quote;
};
const untilBid = (symbol: string, bid: string): Promise<void> => until(() => last(symbol).bid === bid, `${symbol} is ${bid}`);
const ticks = (result: string): Promise<number> => service.metric('margrave_ticks_total', `result="${result}"`);
const untilTicks = (result: string, count: number): Promise<void> =>
  until(async () => (await ticks(result)) >= count, `${count} × ${result}`);
/** Long enough for something wrong to be told, if it were. */
const aWhile = (ms = 300): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const STALE_MS = 10_000;

describe('quotes', () => {
  it('begin with what stands in the feed, too old to trade on, and become tradable with their first change', async () => {
    expect(last('EURUSD')).toMatchObject({ bid: '1.08446', ask: '1.08454', low: '1.08446', high: '1.08454' });
    expect(last('EURUSD').ageMs).toBeGreaterThan(STALE_MS);
    write('EURUSD', 'bid', 1.08447);
    await untilBid('EURUSD', '1.08447');
    expect(last('EURUSD')).toMatchObject({ ask: '1.08454', low: '1.08447', high: '1.08454' });
    expect(last('EURUSD').ageMs).toBeLessThan(STALE_MS);
    const [first, second] = listener.newOf('EURUSD').map(({ sequence }) => BigInt(sequence));
    expect((first ?? 0n) % 1_000_000_000_000n).toBe(1n);
    expect(second).toBe((first ?? 0n) + 1n);
  });

  it('are kept in Redis with the prices of each group, and grow older there', async () => {
    write('EURUSD', 'ask', '1.08455');
    await until(() => last('EURUSD').ask === '1.08455', 'the ask was told');
    const symbol = 'EURUSD' as SymbolName;
    let kept;
    await until(async () => {
      const read = await cache.quotes.read([symbol]);
      kept = read.ok ? read.value.get(symbol) : undefined;
      return kept?.sequence === BigInt(last('EURUSD').sequence);
    }, 'the quote is in Redis');
    expect(kept).toMatchObject({ bidE8: 108_447_000n, askE8: 108_455_000n });
    const standard = await cache.quotes.readOfGroup('standard' as GroupId, [symbol]);
    const prices = standard.ok ? standard.value.get(symbol) : undefined;
    expect([formatE8(prices?.bidE8 ?? 0n), formatE8(prices?.askE8 ?? 0n)]).toEqual(['1.08442', '1.0846']);
  });

  it('are made of one side at a time, of text and of numbers, and of several symbols at once', async () => {
    write('GBPUSD', 'bid', 1.27305);
    await untilBid('GBPUSD', '1.27305');
    feed.merge('datafeeds', { 'GBPUSD/b': '1.27317', 'USDCHF/o': 0.89235, USDCAD: { o: '1.36164', b: 1.36178 } });
    await until(() => last('GBPUSD').ask === '1.27317', 'the ask as text was told');
    await untilBid('USDCHF', '0.89235');
    await untilBid('USDCAD', '1.36164');
    expect(last('USDCHF')).toMatchObject({ ask: '0.89246' });
  });

  it('stay when a side or the symbol is deleted, grow older, and go on when it returns', async () => {
    write('AUDUSD', 'bid', '0.65816');
    await untilBid('AUDUSD', '0.65816');
    const { sequence } = last('AUDUSD');
    write('AUDUSD', 'bid', null);
    feed.write('datafeeds/AUDUSD', null);
    await until(() => last('AUDUSD').ageMs >= 1_000, 'the quote is repeated, older');
    expect(last('AUDUSD')).toMatchObject({ sequence, bid: '0.65816', ask: '0.65825' });
    expect(await ticks('incomplete')).toBe(2);
    feed.write('datafeeds/AUDUSD', { o: 0.65817, b: 0.65827 });
    await untilBid('AUDUSD', '0.65817');
    expect(BigInt(last('AUDUSD').sequence)).toBe(BigInt(sequence) + 1n);
  });

  it('are never made of nonsense, which is counted by its reason', async () => {
    const bad = async (side: 'bid' | 'ask', value: string | number, result: string): Promise<void> => {
      const before = await ticks(result);
      write('USDCHF', side, value);
      await untilTicks(result, before + 1);
    };
    const { sequence } = last('USDCHF');
    await bad('bid', 'NaN', 'not_a_decimal');
    await bad('bid', '1e400', 'exponent');
    await bad('bid', -0.89235, 'negative');
    await bad('bid', 0, 'not_positive');
    await bad('bid', '0.892355', 'too_many_digits');
    await bad('bid', '0.89250', 'crossed');
    await bad('bid', '892.35', 'crossed');
    expect(last('USDCHF')).toMatchObject({ sequence, bid: '0.89235' });
    write('USDCHF', 'bid', '0.89236');
    await untilBid('USDCHF', '0.89236');
    expect(last('USDCHF')).toMatchObject({ low: '0.89236', high: '0.89246' });
  });

  it('do not follow a spike; they follow a level that three ticks agree on', async () => {
    write('USDCAD', 'bid', '1.36165');
    await untilBid('USDCAD', '1.36165');
    const before = await ticks('spike');
    feed.faults.spike('USDCAD', 1_000);
    await untilTicks('spike', before + 1);
    feed.write('datafeeds/USDCAD', { o: '1.36166', b: '1.36180' });
    await untilBid('USDCAD', '1.36166');
    expect(listener.of('USDCAD').every(({ high }) => high < '2')).toBe(true);
    for (const bid of ['1.40000', '1.40001', '1.40002']) {
      feed.write('datafeeds/USDCAD', { o: bid, b: '1.40015' });
      await aWhile(30);
    }
    await untilBid('USDCAD', '1.40002');
    expect(await ticks('spike')).toBe(before + 3);
  });

  it('keep the last price of a session that closed, and go on when it opens', async () => {
    write('EURGBP', 'bid', '0.85185');
    await untilBid('EURGBP', '0.85185');
    const { sequence } = last('EURGBP');
    await setSessions('EURGBP', '[]');
    await until(async () => (await service.metric('margrave_symbols', 'state="closed"')) === 1, 'the session is closed');
    const before = await ticks('session_closed');
    write('EURGBP', 'bid', '0.85100');
    await untilTicks('session_closed', before + 1);
    await aWhile();
    expect(last('EURGBP')).toMatchObject({ sequence, bid: '0.85185' });
    await setSessions('EURGBP', '[{"fromMinute": 0, "toMinute": 10080}]');
    await until(async () => (await service.metric('margrave_symbols', 'state="closed"')) === 0, 'the session is open');
    write('EURGBP', 'bid', '0.85186');
    await untilBid('EURGBP', '0.85186');
  });

  it('of a symbol that no instrument is called by are not told', async () => {
    const before = await ticks('unknown_symbol');
    feed.write('datafeeds/DOGEUSD', { o: '0.1', b: '0.2' });
    await untilTicks('unknown_symbol', before + 1);
    expect(listener.of('DOGEUSD')).toEqual([]);
  });
});

describe('a feed that goes away', () => {
  it('takes readiness with it and leaves the prices; what changed meanwhile is believed with the next change', async () => {
    write('NZDUSD', 'bid', '0.60203');
    await untilBid('NZDUSD', '0.60203');
    const { sequence } = last('NZDUSD');
    expect((await service.readiness()).status).toBe(200);
    feed.faults.setReachable(false);
    await until(async () => (await service.readiness()).status === 503, 'the service is not ready');
    expect(await service.metric('margrave_feed_connected')).toBe(0);
    write('NZDUSD', 'bid', '0.60210');
    const before = await ticks('snapshot_held');
    feed.faults.setReachable(true);
    await untilTicks('snapshot_held', before + 1);
    await until(async () => (await service.readiness()).status === 200, 'the service is ready again');
    await aWhile();
    expect(last('NZDUSD')).toMatchObject({ sequence, bid: '0.60203' });
    write('NZDUSD', 'bid', '0.60211');
    await untilBid('NZDUSD', '0.60211');
  }, 120_000);

  it('and comes back with an older tree does not turn prices back', async () => {
    write('EURCHF', 'bid', '0.96772');
    await untilBid('EURCHF', '0.96772');
    const older = feed.faults.capture();
    write('EURCHF', 'bid', '0.96780');
    await untilBid('EURCHF', '0.96780'.replace(/0$/, ''));
    const before = await ticks('snapshot_held');
    feed.faults.replay(older);
    await untilTicks('snapshot_held', before + 1);
    await aWhile();
    expect(last('EURCHF').bid).toBe('0.9678');
  }, 120_000);

  it('without a word on an open connection is connected anew, while every price grows older', async () => {
    const before = await service.metric('margrave_feed_reconnects_total');
    const held = await ticks('snapshot_held');
    feed.faults.setMute(true);
    write('NZDUSD', 'ask', '0.60270');
    await until(async () => (await service.metric('margrave_feed_reconnects_total')) > before, 'it was connected anew');
    expect(last('NZDUSD').ageMs).toBeGreaterThanOrEqual(1_000);
    expect(await service.metric('margrave_feed_age_seconds', 'class="fx"')).toBeGreaterThan(1);
    feed.faults.setMute(false);
    await until(async () => (await service.metric('margrave_feed_connected')) === 1, 'the feed is back');
    await untilTicks('snapshot_held', held + 1);
    write('NZDUSD', 'ask', '0.60271');
    await until(() => last('NZDUSD').ask === '0.60271', 'prices go on');
  }, 120_000);
});

async function setSessions(symbol: string, weekly: string): Promise<void> {
  const sql = postgres(servers.databaseUrl, { max: 1 });
  await sql`update instruments set sessions = jsonb_set(sessions, '{weekly}', ${weekly}::text::jsonb) where symbol = ${symbol}`;
  await sql.end();
  listener.sayConfigurationChanged();
}
