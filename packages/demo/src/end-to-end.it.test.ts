import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXECUTIONS_CONSUMER, ProviderExecutionV1 } from '@margrave/contracts';
import type { AccountV1, OrderHistoryV1, OrderV1, PlacedAnswerV1, PositionPageV1, ProblemV1 } from '@margrave/contracts';
import { createAccounts, seedDemo } from '@margrave/store-postgres';
import { testServers, type TestServers, freePort } from '@margrave/testkit';
import { describeFindings, isBroken, verifyBooks } from '@margrave/verify-books';
import type { Currency, GroupId, MoneyE8, ProviderName } from '@margrave/vocabulary';
import { jetstream, JetStreamApiError, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { Redis } from 'ioredis';
import postgres from 'postgres';
import { startServices, type Services } from './broker.ts';
import { gatewayClient, signToken, type GatewayClient } from './gateway-client.ts';

const LOCAL = '1000000001';
const LP_A = '1000000002';
const LP_B = '1000000003';
const START_MS_MAX = 200_000;
const WAIT_MS_MAX = 20_000;
/** What is written to Redis behind the last commits is there by then. */
const WRITE_BEHIND_MS_MAX = 2_000;

let servers: TestServers;
let services: Services;
let sql: postgres.Sql;
let nats: NatsConnection;
let folder: string;
let one: GatewayClient;
let two: GatewayClient;
let contended: string;

beforeAll(async () => {
  servers = await testServers();
  await seedDemo(servers.databaseUrl, { sessions: 'always' });
  // Room for exactly seven lots of EURUSD at 1:100 and prices around 1.0845, and not for an eighth.
  [contended = ''] = await createAccounts(servers.databaseUrl, 1, {
    ownerId: 'user-crowd',
    type: 'live',
    groupId: 'standard' as GroupId,
    currency: 'USD' as Currency,
    leverage: 100n,
    mode: 'hedging',
    depositE8: 800_000_000_000n as MoneyE8,
  });
  folder = mkdtempSync(join(tmpdir(), 'margrave-end-to-end-'));
  services = await startServices({
    options: { seed: 7, feed: 'live', ownProvider: undefined },
    natsUrl: servers.natsUrl,
    redisUrl: servers.redisUrl,
    databaseUrl: servers.databaseUrl,
    folder,
    gateways: [
      { port: await freePort(), adminPort: await freePort() },
      { port: await freePort(), adminPort: await freePort() },
    ],
    misbehave: 'reject=0',
    say: () => undefined,
  });
  sql = postgres(servers.databaseUrl, { max: 2, onnotice: () => undefined });
  const { host, username, password } = new URL(servers.natsUrl);
  nats = await connect({ servers: host, user: username, pass: password });
  const token = signToken(services.tokenSecret, [LOCAL, LP_A, LP_B, contended], 3_600_000);
  [one, two] = services.gatewayUrls.map((url) => gatewayClient(url, token)) as [GatewayClient, GatewayClient];
}, START_MS_MAX);

afterAll(async () => {
  await nats?.close();
  await sql?.end();
  await services?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

/** The books balance after every test, and Redis has nothing that they have not. */
afterEach(async () => {
  const findings = await verifyBooks(sql, { redisUrl: servers.redisUrl, atRest: false });
  const broken = findings.filter(({ breaks }) => breaks.length > 0);
  if (broken.length > 0) throw new Error(describeFindings(broken));
});

async function until<Value>(what: string, look: () => Promise<Value | undefined>): Promise<Value> {
  const untilMs = performance.now() + WAIT_MS_MAX;
  while (performance.now() < untilMs) {
    const value = await look();
    if (value !== undefined) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${what} did not happen within ${WAIT_MS_MAX / 1_000} s`);
}

const orders = (account: string): string => `/v1/accounts/${account}/orders`;
const market = (clientOrderId: string, volume = '0.10', symbol = 'EURUSD', side = 'buy') => ({
  clientOrderId,
  symbol,
  side,
  type: 'market',
  volume,
});

const orderWhen = (account: string, key: string, isSo: (order: OrderV1) => boolean): Promise<OrderV1> =>
  until(`order ${key}`, async () => {
    const { body } = await one.get<OrderV1>(`${orders(account)}/@${key}`);
    return isSo(body) ? body : undefined;
  });

const isOver = ({ status }: OrderV1): boolean => ['filled', 'rejected', 'cancelled', 'expired'].includes(status);
const stateOf = async (account: string): Promise<unknown> => {
  const tables = await sql`
    select (select row_to_json(a) from accounts a where account_id = ${account}) account,
      (select json_agg(o order by order_id) from orders o where account_id = ${account}) orders,
      (select json_agg(p order by position_id) from positions p where account_id = ${account}) positions,
      (select json_agg(l order by entry_id) from ledger_entries l where account_id = ${account}) ledger`;
  return tables[0];
};

describe('an order in the local flow', () => {
  it('is filled and booked in the answer, and closed the same way', async () => {
    const placed = await one.post<PlacedAnswerV1>(orders(LOCAL), market('local-1'));
    expect(placed.status).toBe(201);
    expect(placed.body).toMatchObject({
      order: { status: 'filled', flow: 'local', filledVolume: '0.10' },
      position: { openVolume: '0.10' },
    });
    const { positionId } = placed.body.position ?? { positionId: '' };
    const closed = await one.post<PlacedAnswerV1>(`/v1/accounts/${LOCAL}/positions/${positionId}/close`, {
      clientOrderId: 'local-1-close',
    });
    expect(closed).toMatchObject({
      status: 201,
      body: { order: { status: 'filled', side: 'sell', closesPositionId: positionId } },
    });
    const account = await one.get<AccountV1>(`/v1/accounts/${LOCAL}?minSequence=${closed.body.lastEventSequence}`);
    expect(account.body).toMatchObject({ balance: closed.body.account.balance, marginExecuted: '0.00', marginTotal: '0.00' });
    const profit = Number(closed.body.deals[0]?.profit);
    expect(Number(account.body.balance)).toBeCloseTo(10_000 + profit, 2);
  });

  it('tells its history in order, the same through both gateways', async () => {
    const [first, second] = await Promise.all(
      [one, two].map((gateway) => gateway.get<OrderHistoryV1>(`${orders(LOCAL)}/@local-1/history`)),
    );
    expect(first?.body.items.map(({ type }) => type).slice(0, 3)).toEqual(['order.accepted', 'order.filled', 'position.opened']);
    expect(second?.body).toEqual(first?.body);
  });
});

describe('an order in the provider flow', () => {
  it('is queued at once, reserves its margin, and is filled by the provider’s report', async () => {
    const placed = await one.post<PlacedAnswerV1>(orders(LP_A), market('lp-a-1'));
    expect(placed).toMatchObject({
      status: 201,
      body: { order: { status: 'queued', flow: 'provider' }, deals: [], position: null },
    });
    expect(Number(placed.body.account.marginTotal)).toBeGreaterThan(Number(placed.body.account.marginExecuted));
    const order = await orderWhen(LP_A, 'lp-a-1', isOver);
    expect(order).toMatchObject({ status: 'filled', filledVolume: '0.10' });
    const account = await until('the gateway to hear of the fill', async () => {
      const { body } = await one.get<AccountV1>(`/v1/accounts/${LP_A}`);
      return Number(body.marginExecuted) > 0 ? body : undefined;
    });
    expect(account).toMatchObject({ marginTotal: account.marginExecuted, balance: '9999.65' });
  });

  it('is closed through the provider, a part and then the rest', async () => {
    const page = await one.get<PositionPageV1>(`/v1/accounts/${LP_A}/positions`);
    const positionId = page.body.items[0]?.positionId;
    await one.post(`/v1/accounts/${LP_A}/positions/${positionId}/close`, { clientOrderId: 'lp-a-1-part', volume: '0.04' });
    expect(await orderWhen(LP_A, 'lp-a-1-part', isOver)).toMatchObject({ status: 'filled', filledVolume: '0.04' });
    const left = await one.get<PositionPageV1>(`/v1/accounts/${LP_A}/positions`);
    expect(left.body.items).toMatchObject([{ positionId, openVolume: '0.06', closingOrderId: null }]);
    const closing = await one.post<PlacedAnswerV1>(`/v1/accounts/${LP_A}/positions/${positionId}/close`, {
      clientOrderId: 'lp-a-1-close',
    });
    expect(closing).toMatchObject({ status: 201, body: { order: { status: 'queued' } } });
    const again = await one.post<ProblemV1>(`/v1/accounts/${LP_A}/positions/${positionId}/close`, {
      clientOrderId: 'lp-a-1-again',
    });
    expect(['POSITION_ALREADY_CLOSING', 'POSITION_NOT_OPEN']).toContain(again.body.code);
    expect((await orderWhen(LP_A, 'lp-a-1-close', isOver)).status).toBe('filled');
    expect((await one.get<PositionPageV1>(`/v1/accounts/${LP_A}/positions`)).body.items).toEqual([]);
  });

  it('is filled in two parts by a provider that splits, on one netting position', async () => {
    await one.post(orders(LP_B), market('lp-b-1', '0.10'));
    const order = await orderWhen(LP_B, 'lp-b-1', isOver);
    expect(order).toMatchObject({ status: 'filled', filledVolume: '0.10' });
    const deals = await sql`select volume_e8 from deals where order_id = ${order.orderId} and entry = 'in'`;
    expect(deals).toHaveLength(2);
    await one.post(orders(LP_B), market('lp-b-2', '0.04', 'EURUSD', 'sell'));
    await orderWhen(LP_B, 'lp-b-2', isOver);
    const { body } = await one.get<PositionPageV1>(`/v1/accounts/${LP_B}/positions`);
    expect(body.items.map(({ side, openVolume }) => [side, openVolume])).toEqual([['buy', '0.06']]);
  });
});

describe('the same key', () => {
  it('fifty times at once through two gateways is one order and one answer', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        (index % 2 === 0 ? one : two).post<PlacedAnswerV1>(orders(LOCAL), market('fifty', '0.01')),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ body }) => body.order.orderId)).size).toBe(1);
    const [row] = await sql`select count(*)::integer count from orders where account_id = ${LOCAL} and client_order_id = 'fifty'`;
    expect(row?.['count']).toBe(1);
  });

  it('with another volume is refused and changes nothing', async () => {
    const answer = await two.post<ProblemV1>(orders(LOCAL), market('fifty', '0.02'));
    expect(answer).toMatchObject({ status: 409, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
  });
});

describe('200 orders at once on one account, through two gateways', () => {
  it('are all answered, exactly as many accepted as there is room for, and none with a conflict', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        (index % 2 === 0 ? one : two).post<PlacedAnswerV1 | ProblemV1>(orders(contended), market(`crowd-${index}`, '1')),
      ),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(7);
    expect(statuses.filter((status) => status === 422)).toHaveLength(193);
    const codes = answers.flatMap(({ body }) => ('code' in body ? [body.code] : []));
    expect(new Set(codes)).toEqual(new Set(['MARGIN_EXCEEDS_FREE']));
  });
});

describe('what is delivered again', () => {
  it('a report sent ten more times, under new message ids, changes nothing', async () => {
    const placed = await one.post<PlacedAnswerV1>(orders(LP_A), market('repeated', '0.02'));
    await orderWhen(LP_A, 'repeated', isOver);
    const before = await stateOf(LP_A);
    const stream = jetstream(nats);
    const manager = await jetstreamManager(nats);
    const { last_seq: last } = (await manager.streams.info('EXECUTIONS')).state;
    const [request] = await sql`select request_id::text id from orders where order_id = ${placed.body.order.orderId}`;
    const reports: Uint8Array[] = [];
    for (let sequence = 1; sequence <= last; sequence += 1) {
      const message = await manager.streams.getMessage('EXECUTIONS', { seq: sequence });
      if (message !== null && (JSON.parse(message.string()) as { requestId: string }).requestId === request?.['id'])
        reports.push(message.data);
    }
    expect(reports.length).toBeGreaterThan(0);
    for (const report of reports) {
      for (let copy = 0; copy < 10; copy += 1) {
        await stream.publish(ProviderExecutionV1.subject({ provider: 'lp-a' as ProviderName }), report, {
          msgID: `copy-${copy}-${Math.random()}`,
        });
      }
    }
    await drained();
    expect(await stateOf(LP_A)).toEqual(before);
  });

  it('the whole stream of reports replayed from its beginning changes nothing', async () => {
    const before = await Promise.all([LP_A, LP_B].map(stateOf));
    const manager = await jetstreamManager(nats);
    await manager.consumers.delete(EXECUTIONS_CONSUMER.stream, EXECUTIONS_CONSUMER.durable);
    await until('the consumer to be made again', () =>
      manager.consumers.info(EXECUTIONS_CONSUMER.stream, EXECUTIONS_CONSUMER.durable).catch((error: unknown) => {
        if (error instanceof JetStreamApiError) return undefined; // not made again yet
        throw error;
      }),
    );
    await drained();
    expect(await Promise.all([LP_A, LP_B].map(stateOf))).toEqual(before);
  });

  const drained = (): Promise<true> =>
    until('the worker to have handled every report', async () => {
      const manager = await jetstreamManager(nats);
      const info = await manager.consumers.info(EXECUTIONS_CONSUMER.stream, EXECUTIONS_CONSUMER.durable);
      return info.num_pending === 0 && info.num_ack_pending === 0 ? true : undefined;
    });
});

describe('Redis emptied while orders are placed', () => {
  it('loses nothing and overspends nothing', async () => {
    const redis = new Redis(servers.redisUrl);
    const answers: { readonly status: number; readonly body: PlacedAnswerV1 }[] = [];
    for (let index = 0; index < 30; index += 1) {
      if (index % 5 === 0) await redis.flushdb();
      answers.push(await (index % 2 === 0 ? one : two).post(orders(LOCAL), market(`flushed-${index}`, '0.01')));
    }
    redis.disconnect();
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    const account = `/v1/accounts/${LOCAL}?minSequence=${answers.at(-1)?.body.lastEventSequence}`;
    const figures = await Promise.all([one, two].map((gateway) => gateway.get<AccountV1>(account)));
    expect(figures[0]?.body.marginTotal).toBe(figures[1]?.body.marginTotal);
  });
});

describe('the rights of the services', () => {
  it('are as many as they need: nothing was refused to any of them', async () => {
    const redis = new Redis(servers.redisUrl);
    const database = `db=${new URL(servers.redisUrl).pathname.slice(1)} `;
    const refused = ((await redis.acl('LOG')) as readonly unknown[]).map(String).filter((entry) => entry.includes(database));
    redis.disconnect();
    expect(refused).toEqual([]);
    const lines = services.services.flatMap(({ logFile }) => readFileSync(logFile, 'utf8').split('\n'));
    expect(lines.filter((line) => /permissions violation|noperm|permission denied|authorization violation/i.test(line))).toEqual(
      [],
    );
    expect(lines.some((line) => line.includes('Connected to NATS'))).toBe(true);
  });
});

describe('the books in the end', () => {
  const nothingOnItsWay = (): Promise<true> =>
    until('every order and message to arrive', async () => {
      const [row] = await sql`
        select (select count(*) from orders where status in ('queued', 'working', 'partially_filled', 'unknown'))
          + (select count(*) from outbox where published_at is null) as count`;
      return row?.['count'] === '0' ? true : undefined;
    });

  it('hold every invariant, each on something, and Redis is equal to them', async () => {
    await nothingOnItsWay();
    await new Promise((resolve) => setTimeout(resolve, WRITE_BEHIND_MS_MAX));
    const findings = await verifyBooks(sql, { redisUrl: servers.redisUrl, atRest: true });
    expect(findings.filter(isBroken)).toEqual([]);
  });
});
