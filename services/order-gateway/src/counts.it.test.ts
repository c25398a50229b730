import { natsAuthorization } from '@margrave/bus-nats';
import { connectCache, KEY_FAMILIES, redisUsers } from '@margrave/cache-redis';
import { busRights } from '@margrave/contracts';
import { createLogging } from '@margrave/runtime';
import { migrate, withAdminConnection } from '@margrave/store-postgres';
import { loginUrl, redisCommands, startServers, type Servers, type TestServers } from '@margrave/testkit';
import type { AccountId, PriceE8, ProviderName, SymbolName } from '@margrave/vocabulary';
import { clientOf, startRealGateways, until, type RealGateway, type RealGateways } from './testing/real-gateways.ts';
import { openServerCounts, type Counts } from './testing/server-counts.ts';

let servers: Servers;
let broker: RealGateways;
let gateway: RealGateway;
let counted: Awaited<ReturnType<typeof openServerCounts>>;

/** Twenty symbols; nobody lists the last three. */
const SYMBOLS =
  'EURUSD,GBPUSD,USDJPY,USDCHF,AUDUSD,USDCAD,NZDUSD,EURGBP,EURJPY,GBPJPY,EURCHF,AUDJPY,XAUUSD,US500,GER40,BTCUSD,ETHUSD,AAA,BBB,CCC';

beforeAll(async () => {
  // Its own: what others ask of shared ones would be counted, too.
  servers = await startServers({
    purpose: 'test',
    log: () => undefined,
    logins: {
      nats: (passwordOf) => natsAuthorization(busRights(['lp-a', 'lp-b'] as ProviderName[]), passwordOf),
      redis: redisUsers,
    },
    onSignal: 'leave to caller',
    countStatements: true,
  });
  const databaseUrl = servers.postgres.url;
  await migrate(databaseUrl);
  const own: TestServers = { natsUrl: servers.nats.url, redisUrl: servers.redis.url, databaseUrl };
  broker = await startRealGateways(own);
  counted = await openServerCounts(own, broker.urls.DATABASE_URL);
  await keepQuotes();
  gateway = await started();
}, 120_000);
afterAll(async () => {
  await broker?.close();
  await servers?.stop();
});

/** As market-data keeps them. */
async function keepQuotes(): Promise<void> {
  const log = createLogging({ service: 'quotes', level: 'fatal', levels: [] }).component('quotes');
  const cache = connectCache({ url: loginUrl(servers.redis.url, 'market-data'), log });
  await until(cache.isReady);
  const price = (e8: bigint) => e8 as PriceE8;
  const [bidE8, askE8] = [price(108_446_000n), price(108_454_000n)];
  await cache.quotes.write(
    SYMBOLS.split(',')
      .slice(0, 17)
      .map((symbol) => ({
        symbol: symbol as SymbolName,
        sequence: 1n,
        bidE8,
        askE8,
        lowE8: bidE8,
        highE8: askE8,
        ageMs: 5,
        groups: [],
      })),
  );
  await cache.close();
}

/** A gateway that has a price of EURUSD, asked for by the seed's account. */
async function started(): Promise<RealGateway> {
  const fresh = await broker.start();
  const { headers } = clientOf('1000000001');
  await until(async () => {
    const answer = await fetch(`${fresh.url}/v1/quotes?symbols=EURUSD`, { headers });
    const { quotes } = (await answer.json()) as { readonly quotes: readonly { readonly ageMs: number }[] };
    return quotes.some(({ ageMs }) => ageMs < 1_000);
  });
  return fresh;
}

interface Trader {
  readonly accountId: AccountId;
  readonly client: ReturnType<typeof clientOf>;
  /** So many orders at once, each answered with 201. */
  readonly place: (count?: number) => Promise<void>;
  readonly read: (from?: RealGateway) => Promise<void>;
}

let keys = 0;
/** An account that has traded once. */
async function trader(flow: 'local' | 'provider' = 'local'): Promise<Trader> {
  const accountId = await broker.openAccount(flow);
  const client = clientOf(accountId);
  const place = async (count = 1): Promise<void> => {
    const order = { symbol: 'EURUSD', side: 'buy', type: 'market', volume: '0.01' };
    const answers = await Promise.all(
      Array.from({ length: count }, () => client.post(gateway, '/orders', { ...order, clientOrderId: `order-${(keys += 1)}` })),
    );
    for (const answer of answers) if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
    await Promise.all(answers.map((answer) => answer.text()));
  };
  const read = async (from = gateway): Promise<void> => {
    expect(await client.get(from, '')).toMatchObject({ marginTotal: expect.any(String) });
  };
  await place();
  await settled();
  return { accountId, client, place, read };
}

/** Everything is told and marked. Redis has every account as it is by then: it is told while messages are, and marks come 50 ms later. */
async function settled(): Promise<void> {
  await until(() =>
    withAdminConnection(servers.postgres.url, async ({ query }) => {
      const [row] = await query('select count(*)::integer as rows from outbox where published_at is null');
      return row?.['rows'] === 0;
    }),
  );
}

/** The operator's word on what Redis holds of an account. */
async function redis(command: 'DEL' | 'EXISTS', { accountId }: Trader): Promise<string | undefined> {
  const { port, password } = new URL(servers.redis.url);
  const key = KEY_FAMILIES.aggregate.pattern.replace('{id}', accountId);
  return /:(\d)/.exec(await redisCommands(Number(port), password, [`${command} ${key}`]))?.[1];
}

/** What a refresh of an account in Redis calls: the script, and what the script calls. */
const refreshes = (times: number) => ({ evalsha: times, hmget: times, hset: times, pexpire: times });
const ORDERS = 20;
/** Marks wait so long for company. */
const MARK_DELAY_MS = 50;

async function placeOneByOne(trading: Trader): Promise<Counts & { readonly marksMax: number }> {
  const startedMs = performance.now();
  const counts = await counted(async () => {
    for (let number = 0; number < ORDERS; number += 1) await trading.place();
  }, settled);
  return { ...counts, marksMax: Math.ceil((performance.now() - startedMs) / MARK_DELAY_MS) };
}

describe('an order on an account that is at hand, as PostgreSQL and Redis count', () => {
  it.each([
    ['local', 1],
    ['provider', 2],
  ] as const)('in the %s flow is one statement, and Redis is asked nothing: it is only told', async (flow, outboxRows) => {
    const counts = await placeOneByOne(await trader(flow));
    const { 'mark as published': marks = 0, ...statements } = counts.statements;
    expect(statements).toEqual({ commit: ORDERS });
    expect(counts.redis).toEqual(refreshes(ORDERS));
    // The events of an order are one row of the outbox, its request to a provider another; marks are shared by whoever waits.
    expect(counts.rows['mark as published']).toBe(outboxRows * ORDERS);
    expect(marks).toBeLessThanOrEqual(Math.min(ORDERS, counts.marksMax));
  });

  it('is answered while Redis stands still, sooner than Redis would be given up', async () => {
    const trading = await trader();
    await servers.redis.pause();
    try {
      const tookMs: number[] = [];
      for (let number = 0; number < 3; number += 1) {
        const startedMs = performance.now();
        await trading.place();
        tookMs.push(performance.now() - startedMs);
      }
      expect(Math.min(...tookMs)).toBeLessThan(200);
    } finally {
      await servers.redis.resume();
    }
    await until(async () => (await counted(() => trading.place(), settled)).redis['hset'] !== undefined);
  });
});

describe('orders of one account sent at once', () => {
  it.each([
    [10, 8],
    [100, 66],
  ])('are fewer commits: of %i at most %i', async (orders, commitsMax) => {
    const trading = await trader();
    const counts = await counted(() => trading.place(orders), settled);
    const { commit = 0, 'mark as published': marks = 0, ...others } = counts.statements;
    expect([others, counts.rows['mark as published']]).toEqual([{}, orders]);
    expect(commit).toBeLessThanOrEqual(commitsMax);
    expect(marks).toBeLessThanOrEqual(commit);
    const refreshed = counts.redis['hset'] ?? 0;
    expect(counts.redis).toEqual(refreshes(refreshed));
    expect(refreshed).toBeLessThanOrEqual(commit);
  });
});

describe('reads, as PostgreSQL and Redis count', () => {
  const quotes = async (trading: Trader, from = gateway): Promise<void> => {
    const answer = await fetch(`${from.url}/v1/quotes?symbols=${SYMBOLS}`, { headers: trading.client.headers });
    const body = (await answer.json()) as { readonly quotes: readonly unknown[]; readonly unavailable: readonly unknown[] };
    expect([body.quotes.length, body.unavailable.length]).toEqual([17, 3]);
  };

  it('of an account at hand, and of twenty symbols, ask neither', async () => {
    const trading = await trader();
    const counts = await counted(async () => {
      for (let number = 0; number < ORDERS; number += 1) await Promise.all([trading.read(), quotes(trading)]);
    });
    expect([counts.statements, counts.redis]).toEqual([{}, {}]);
  });

  it('at a gateway that has just started are one call of Redis for each account, and PostgreSQL is asked only where Redis has nothing', async () => {
    const [first, second, third, fourth] = await Promise.all([trader(), trader('provider'), trader(), trader()]);
    const fresh = await started();
    const account = await counted(() => Promise.all([first.read(fresh), second.read(fresh)]));
    expect([account.statements, account.redis]).toEqual([{}, { hmget: 2 }]);
    expect(account.keyspace).toEqual({ hits: 2, misses: 0 });
    const twenty = await counted(() => quotes(third, fresh));
    expect([twenty.statements, twenty.redis]).toEqual([{}, { hmget: 1 }]);

    await redis('DEL', fourth);
    const isKeptAgain = async (): Promise<boolean> => (await redis('EXISTS', fourth)) === '1';
    const cold = await counted(
      () => fourth.read(fresh),
      () => until(isKeptAgain),
    );
    expect(cold.statements).toEqual({ 'load accounts': 1 });
    expect(cold.redis).toEqual({ ...refreshes(1), hmget: 2 });
    expect(await broker.stop(fresh)).toBe(0);
  });
});

describe('a gateway that is started again', () => {
  it('finds more than seven of ten things that it looks for in Redis', async () => {
    const traders = await Promise.all(Array.from({ length: 10 }, (_, index) => trader(index % 2 === 0 ? 'local' : 'provider')));
    expect(await broker.stop(gateway)).toBe(0);
    const { keyspace, statements } = await counted(async () => {
      gateway = await started();
      await Promise.all(traders.map((trading) => trading.read()));
      await Promise.all(traders.map((trading) => trading.place()));
    }, settled);
    expect(keyspace.hits).toBeGreaterThan(traders.length);
    expect(keyspace.hits / (keyspace.hits + keyspace.misses)).toBeGreaterThan(0.7);
    expect(statements['load accounts']).toBeUndefined();
  });
});
