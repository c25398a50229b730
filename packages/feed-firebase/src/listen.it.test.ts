import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { startRealtimeDatabase, type RealtimeDatabase } from '@margrave/testkit';
import type { RefusedNode, SymbolTick } from './feed-node.ts';
import { listenToFeed, type Feed, type FeedSettings } from './listen.ts';

interface Heard {
  readonly ticks: SymbolTick[];
  readonly refused: RefusedNode[];
  readonly connections: boolean[];
  readonly denied: string[];
}

let database: RealtimeDatabase;
let feeds: Feed[];
beforeEach(async () => {
  feeds = [];
  database = await startRealtimeDatabase({ seed: 1, mode: 'none', credential: 'owner' });
  database.write('datafeeds', { EURUSD: { o: '1.08446', b: 1.08454 }, USDJPY: { o: 151.415 } });
});
afterEach(async () => {
  await Promise.all(feeds.map((feed) => feed.close()));
  await database.close();
});

function start(settings: Partial<FeedSettings> = {}): Heard & { readonly feed: Feed } {
  const heard: Heard = { ticks: [], refused: [], connections: [], denied: [] };
  const feed = listenToFeed(
    {
      databaseUrl: 'https://margrave.example',
      emulatorHost: database.host,
      path: 'datafeeds',
      fields: { bid: 'o', ask: 'b' },
      ...settings,
    },
    {
      onTick: (tick) => heard.ticks.push(tick),
      onRefused: (refused) => heard.refused.push(refused),
      onConnection: (connected) => heard.connections.push(connected),
      onDenied: (reason) => heard.denied.push(reason),
    },
  );
  feeds.push(feed);
  return { ...heard, feed };
}

async function until(isTrue: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + 10_000;
  while (!isTrue()) {
    if (performance.now() > giveUpAt) throw new Error('it did not happen within ten seconds');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const eurusd = (bidE8: bigint | null, askE8: bigint | null, snapshot = false): unknown => ({
  symbol: 'EURUSD',
  bidE8,
  askE8,
  snapshot,
});

describe('a feed read by the SDK that reads the real one', () => {
  it('begins with what stands there, said to be a snapshot, and goes on with what changes', async () => {
    const { ticks, connections } = start();
    await until(() => ticks.length === 2);
    expect(ticks).toEqual([
      eurusd(108_446_000n, 108_454_000n, true),
      { symbol: 'USDJPY', bidE8: 15_141_500_000n, askE8: null, snapshot: true },
    ]);
    expect(connections).toEqual([true]);

    ticks.length = 0;
    database.write('datafeeds/EURUSD/o', 1.08447);
    database.merge('datafeeds', { 'EURUSD/b': '1.08455', 'USDJPY/b': '151.425' });
    database.write('datafeeds/EURUSD/o', null);
    database.write('datafeeds/EURUSD', null);
    database.write('datafeeds/EURUSD', { o: 1.1, b: 1.2 });
    await until(() => ticks.length === 6);
    expect(ticks).toEqual([
      eurusd(108_447_000n, 108_454_000n),
      eurusd(108_447_000n, 108_455_000n),
      { symbol: 'USDJPY', bidE8: 15_141_500_000n, askE8: 15_142_500_000n, snapshot: false },
      eurusd(null, 108_455_000n),
      eurusd(null, null),
      eurusd(110_000_000n, 120_000_000n),
    ]);
  });

  it('passes on the time of a feed that has one', async () => {
    const { ticks } = start({ timeField: 't' });
    database.write('datafeeds/EURUSD/t', 1_767_607_200_123);
    await until(() => ticks.some(({ timeMs }) => timeMs === 1_767_607_200_123));
  });

  it('refuses what is no price, with its reason, and stays', async () => {
    const { ticks, refused } = start();
    await until(() => ticks.length === 2);
    for (const value of ['NaN', '1e400', -1, { deep: 1 }]) database.write('datafeeds/EURUSD/o', value);
    database.write('datafeeds/not a symbol', { o: 1 });
    await until(() => refused.length === 5);
    expect(refused.map(({ reason }) => reason)).toEqual(['not_a_decimal', 'exponent', 'negative', 'not_a_price', 'bad_symbol']);
    database.write('datafeeds/EURUSD/o', '1.08440');
    await until(() => ticks.length === 3);
    expect(ticks[2]).toEqual(eurusd(108_440_000n, 108_454_000n));
  });

  it('comes back after the connection was cut, and calls the values it finds then a snapshot', async () => {
    const { ticks, connections } = start();
    await until(() => ticks.length === 2);
    database.faults.setReachable(false);
    await until(() => connections.length === 2);
    database.write('datafeeds/EURUSD/o', 1.08448);
    database.faults.setReachable(true);
    await until(() => ticks.length === 3);
    expect(ticks[2]).toEqual(eurusd(108_448_000n, 108_454_000n, true));
    expect(connections).toEqual([true, false, true]);
    database.write('datafeeds/EURUSD/o', 1.08449);
    await until(() => ticks.length === 4);
    expect(ticks[3]).toEqual(eurusd(108_449_000n, 108_454_000n));
  });

  it('does not leave a lost connection to the growing pauses of the SDK', async () => {
    let attempts = 0;
    const nobody = createServer((socket) => {
      attempts += 1;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await once(nobody, 'listening');
    start({ emulatorHost: `127.0.0.1:${(nobody.address() as AddressInfo).port}`, reconnectAfterMs: 20 });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    nobody.close();
    // The SDK alone would have tried about three times.
    expect(attempts).toBeGreaterThan(7);
  });

  it('is cured by a new connection when nothing comes on the old one', async () => {
    const { ticks, feed } = start();
    await until(() => ticks.length === 2);
    database.faults.setMute(true);
    database.write('datafeeds/EURUSD/o', 1.08448);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([ticks.length, feed.isConnected()]).toEqual([2, true]);
    database.faults.setMute(false);
    feed.reconnect();
    await until(() => ticks.length === 3);
    expect(ticks[2]).toEqual(eurusd(108_448_000n, 108_454_000n, true));
  });

  it('asks again where it was not allowed to listen, and says so each time', async () => {
    database.faults.setDenied(true);
    const { ticks, denied, feed } = start({ askAgainAfterMs: 50 });
    await until(() => denied.length === 2);
    expect(denied[0]).toContain('permission_denied');
    expect(feed.isConnected()).toBe(false);
    database.faults.setDenied(false);
    await until(() => ticks.length === 2);
    expect(ticks.every(({ snapshot }) => snapshot)).toBe(true);
    expect(feed.isConnected()).toBe(true);
  });

  it('is silent after it was closed, and closing twice does no harm', async () => {
    const { ticks, feed, connections } = start();
    await until(() => ticks.length === 2);
    await feed.close();
    await feed.close();
    database.write('datafeeds/EURUSD/o', 1.08448);
    await until(() => database.connections() === 0);
    expect([ticks.length, connections]).toEqual([2, [true]]);
  });

  it('hears every change of a fast feed', async () => {
    const { ticks } = start();
    await until(() => ticks.length === 2);
    for (let index = 0; index < 5_000; index += 1) database.write('datafeeds/EURUSD/o', `1.0${String(index).padStart(4, '0')}`);
    await until(() => ticks.length === 5_002);
    expect(ticks.slice(2).filter(({ snapshot }) => snapshot)).toEqual([]);
  });
});
