import { FaultProxy, freePort } from '@margrave/testkit';
import { join } from 'node:path';
import { clientOf, startRealGateways, until, type RealGateway, type RealGateways } from './testing/real-gateways.ts';
import { claims, SECRET, tokenOf } from './testing/test-gateway.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..', '..');
const EMAIL = 'jane.doe@example.com';
const FORGED = tokenOf(claims({ accounts: ['1000000001'], email: EMAIL }), 'another secret of at least thirty-two characters');
const GOOD = tokenOf(claims({ accounts: ['1000000001'], email: EMAIL }));

let broker: RealGateways;
let gateway: RealGateway;
let metricsUrl: string;
let wires: Readonly<Record<'nats' | 'redis' | 'postgres', FaultProxy>>;
/** Each answer that anybody got: the headers and the body. */
const answers: string[] = [];
let others: readonly string[];

async function ask(path: string, init: RequestInit & { readonly token?: string } = {}): Promise<Response> {
  const { token = GOOD, ...rest } = init;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await fetch(`${gateway.url}${path}`, { ...rest, headers, signal: AbortSignal.timeout(15_000) });
  answers.push(`${answer.status} ${JSON.stringify([...answer.headers])} ${await answer.clone().text()}`);
  return answer;
}

const place = (clientOrderId: string, change: object = {}): Promise<Response> => {
  const order = { clientOrderId, symbol: 'EURUSD', side: 'buy', type: 'market', volume: '0.01', ...change };
  return ask('/v1/accounts/1000000001/orders', { method: 'POST', body: JSON.stringify(order) });
};

async function scrape(): Promise<string> {
  const texts = await Promise.all(
    ['/metrics', '/health/live', '/health/ready'].map(async (path) => (await fetch(`${metricsUrl}${path}`)).text()),
  );
  return texts.join('\n');
}

beforeAll(async () => {
  broker = await startRealGateways();
  const port = await freePort();
  metricsUrl = `http://127.0.0.1:${port}`;
  const proxied = async (url: string): Promise<readonly [FaultProxy, string]> => {
    const target = new URL(url);
    const wire = await FaultProxy.start({ host: target.hostname, port: Number(target.port) });
    target.port = `${wire.port}`;
    return [wire, target.href];
  };
  const [[nats, NATS_URL], [redis, REDIS_URL], [postgres, DATABASE_URL]] = await Promise.all([
    proxied(broker.urls.NATS_URL),
    proxied(broker.urls.REDIS_URL),
    proxied(broker.urls.DATABASE_URL),
  ]);
  wires = { nats, redis, postgres };
  gateway = await broker.start({ NATS_URL, REDIS_URL, DATABASE_URL, METRICS_PORT: `${port}`, LOG_LEVEL: 'debug' });
  expect((await place('priced')).status).toBe(201);
  others = await tradeOfAnother();
}, 120_000);
afterAll(async () => {
  await broker?.close();
  await Promise.all(Object.values(wires ?? {}).map((wire) => wire.close()));
});

/** What only the other account may ever read: its id, its orders', its positions'. */
async function tradeOfAnother(): Promise<readonly string[]> {
  const accountId = await broker.openAccount();
  const client = clientOf(accountId);
  const order = { symbol: 'EURUSD', side: 'buy', type: 'market', volume: '0.01' };
  const placed = await Promise.all(
    ['a', 'b'].map(async (clientOrderId) => {
      const answer = await client.post(gateway, '/orders', { clientOrderId, ...order });
      const { order: made } = (await answer.json()) as { readonly order: { readonly orderId: string } };
      return made.orderId;
    }),
  );
  return [accountId, ...placed];
}

/** Everything that a client, a stranger or a failing server can bring out of a gateway. */
async function provoke(): Promise<void> {
  const own = '/v1/accounts/1000000001';
  for (const path of ['', '/orders', '/positions', '/deals', '/ledger', '/events?after=0']) await ask(`${own}${path}`);
  for (const id of others) {
    for (const path of [`${own}/orders/${id}`, `${own}/orders/${id}/history`, `${own}/decisions/${id}`]) await ask(path);
    await ask(`${own}/positions/${id}/close`, { method: 'POST', body: '{"clientOrderId":"theirs"}' });
  }
  for (const token of [FORGED, 'none', `${GOOD}x`]) await ask(own, { token });
  for (const path of ['/metrics', '/health/ready', '/health/live', '/v1/../metrics', '/v1/nowhere', '/%2e%2e/etc/passwd'])
    await ask(path);
  for (const body of ['{', '{"volume":1e400}', `{"clientOrderId":"${EMAIL}"}`, `{"token":"${GOOD}"}`, '[]', 'null']) {
    await ask(`${own}/orders`, { method: 'POST', body });
  }
  await place('denied', { volume: '50' });
  await place('unknown', { symbol: 'NOSUCH' });
  for (const [name, wire] of Object.entries(wires)) {
    for (const kind of ['reset', 'refuse', 'black_hole'] as const) {
      await wire.setMode({ kind });
      await place(`${name}-${kind}`);
      await ask(`${own}/orders`);
      await scrape().then((text) => answers.push(text));
      await wire.setMode({ kind: 'pass' });
    }
  }
  await until(async () => (await place(`again-${answers.length}`)).status === 201, 20_000);
}

const SECRETS = (): readonly string[] => [
  SECRET,
  FORGED,
  GOOD,
  ...Object.values(broker.urls).map((url) => decodeURIComponent(new URL(url).password)),
];
const found = (text: string, needles: readonly string[]): readonly string[] =>
  needles.filter((needle) => needle.length > 0 && text.includes(needle));

describe('whatever is done to a gateway (P54)', () => {
  let log: string;
  beforeAll(async () => {
    await provoke();
    log = gateway.logLines.map((line) => JSON.stringify(line)).join('\n');
  }, 180_000);

  it('brings out failures of every kind', () => {
    const statuses = new Set(answers.map((answer) => /^\d{3} /.exec(answer)?.[0].trim()));
    expect([...statuses]).toEqual(expect.arrayContaining(['200', '201', '400', '401', '404', '422', '503']));
    expect(log.length).toBeGreaterThan(1_000);
  });

  it('no secret, token or address of a person stands in an answer, a metric, the health or the log', () => {
    const needles = [...SECRETS(), EMAIL];
    expect(needles.filter((needle) => needle.length < 4)).toEqual([]);
    for (const text of [...answers, log]) expect(found(text, needles)).toEqual([]);
  });

  it('an answer tells nothing of our insides: no stack, no statement, no server, no file', () => {
    const insides =
      /\bat .*:\d+:\d+|\.ts\b|\b(select|insert|update|delete)\b .*\b(from|into|set)\b|commit_batch|ECONN|ioredis|fastify/i;
    const places = [REPOSITORY, ...Object.values(wires).map(({ port }) => `:${port}`)];
    const health = answers.filter((answer) => !/^\d{3} /.test(answer));
    expect(health.length).toBeGreaterThan(0);
    for (const answer of answers.filter((text) => /^\d{3} /.test(text))) {
      expect([insides.exec(answer)?.[0], found(answer, places)]).toEqual([undefined, []]);
    }
    for (const text of health) expect([/\bat .*:\d+:\d+/.exec(text)?.[0], found(text, [REPOSITORY])]).toEqual([undefined, []]);
  });

  it('nothing of another account stands in an answer but what the client itself asked for', () => {
    const told = answers.filter((answer) => /^20\d /.test(answer));
    expect(told.length).toBeGreaterThan(10);
    for (const answer of told) expect(found(answer, others)).toEqual([]);
  });

  it('metrics are not on the port of clients', async () => {
    expect((await ask('/metrics')).status).toBe(404);
    expect((await fetch(`${metricsUrl}/metrics`)).status).toBe(200);
  });

  it('labels of metrics name no account, and strangers’ words add none', async () => {
    const series = async (): Promise<readonly string[]> => {
      const text = await (await fetch(`${metricsUrl}/metrics`)).text();
      return text.split('\n').filter((line) => line.startsWith('margrave_'));
    };
    const beStrange = async (name: string): Promise<void> => {
      await ask(`/stranger-${name}`);
      await place(`stranger-${name}`, { symbol: name });
      await ask(`/v1/accounts/${name}/orders`);
    };
    await beStrange('2000000000');
    const before = await series();
    expect(before.filter((line) => /\{.*\d{6}.*\}/.test(line))).toEqual([]);
    for (let round = 1; round <= 50; round += 1) await beStrange(`${2_000_000_000 + round}`);
    const after = new Set((await series()).map((line) => line.replace(/ \S+$/, '')));
    for (const line of before) after.delete(line.replace(/ \S+$/, ''));
    expect([...after]).toEqual([]);
  });

  it('a bug of ours is told in one sentence, and found in the log by the number that was told', async () => {
    await broker.revokeCommits();
    const answer = await place('a-bug');
    const body = (await answer.json()) as { readonly code: string; readonly correlationId: string };
    expect([answer.status, body.code]).toEqual([500, 'INTERNAL']);
    expect(answers.at(-1)).not.toMatch(/permission|commit_batch|\bat .*:\d+/);
    const ofIt = () => gateway.logLines.find(({ requestId }) => requestId === body.correlationId);
    await until(() => ofIt() !== undefined); // a line is written behind the answer
    const line = ofIt();
    expect(JSON.stringify(line)).toMatch(/commit_batch/);
    expect(found(JSON.stringify(line), [...SECRETS(), EMAIL])).toEqual([]);
    expect((await fetch(`${metricsUrl}/health/live`)).status).toBe(200);
  });
});
