import type { ProblemV1 } from '@margrave/contracts';
import { LOCAL, NETTING, PROVIDED, STRANGERS } from '../../testing/demo-market.ts';
import { claims, order, startTestGateway, tokenOf, type TestGateway } from '../../testing/test-gateway.ts';
import { Allowances } from './allowances.ts';
import { SharedReads } from './shared-reads.ts';

describe('an allowance', () => {
  const started = (perSecond: number, burst: number, keysMax = 100) => {
    const clock = { nowMs: 0 };
    return { clock, allowances: new Allowances({ perSecond, burst }, keysMax, () => clock.nowMs) };
  };
  const takeAll = (allowances: Allowances, key: string): number => {
    let taken = 0;
    while (allowances.take(key)) taken += 1;
    return taken;
  };

  it('lets a burst pass, then so many a second', () => {
    const { clock, allowances } = started(10, 50);
    expect(takeAll(allowances, 'a')).toBe(50);
    clock.nowMs = 1_000;
    expect(takeAll(allowances, 'a')).toBe(10);
    clock.nowMs = 1_099;
    expect(takeAll(allowances, 'a')).toBe(0);
    clock.nowMs = 1_100;
    expect(takeAll(allowances, 'a')).toBe(1);
  });

  it('is never more than the burst', () => {
    const { clock, allowances } = started(10, 50);
    allowances.take('a');
    clock.nowMs = 3_600_000;
    expect(takeAll(allowances, 'a')).toBe(50);
  });

  it('is counted for each key apart', () => {
    const { allowances } = started(1, 1);
    expect([allowances.take('a'), allowances.take('a'), allowances.take('b')]).toEqual([true, false, true]);
  });

  it('says where a key stands', () => {
    const { allowances } = started(10, 50);
    for (let taken = 0; taken < 20; taken += 1) allowances.take('a');
    expect(allowances.standing('a')).toEqual({ limit: 50, remaining: 30, resetS: 2, retryAfterS: 1 });
  });

  it('is exhausted when nothing is left, and asking takes nothing', () => {
    const { allowances } = started(1, 1);
    expect([allowances.isExhausted('a'), allowances.isExhausted('a'), allowances.take('a'), allowances.isExhausted('a')]).toEqual(
      [false, false, true, true],
    );
  });

  it('is forgotten for the key that was not used for the longest time, when there are too many', () => {
    const { allowances } = started(1, 1, 2);
    for (const key of ['a', 'b', 'a', 'c']) allowances.take(key);
    expect([allowances.isExhausted('a'), allowances.isExhausted('b'), allowances.isExhausted('c')]).toEqual([true, false, true]);
  });
});

describe('shared reads', () => {
  it('end with the read: the next one is made anew', async () => {
    const reads = new SharedReads<number>();
    let runs = 0;
    const run = () => Promise.resolve((runs += 1));
    expect(await Promise.all([reads.read(LOCAL, 'x', run), reads.read(LOCAL, 'x', run)])).toEqual([1, 1]);
    expect(await reads.read(LOCAL, 'x', run)).toBe(2);
  });

  it('are shared by those who ask the same of the same account only', async () => {
    const reads = new SharedReads<string>();
    const run = (answer: string) => () => Promise.resolve(answer);
    expect(
      await Promise.all([reads.read(LOCAL, 'x', run('a')), reads.read(LOCAL, 'y', run('b')), reads.read(NETTING, 'x', run('c'))]),
    ).toEqual(['a', 'b', 'c']);
  });

  it('are not joined once the account has changed, and an old one that ends late does not end a new one', async () => {
    const reads = new SharedReads<string>();
    let endOld: (answer: string) => void = () => undefined;
    const old = reads.read(LOCAL, 'x', () => new Promise((resolve) => (endOld = resolve)));
    reads.startAnew(LOCAL);
    let endNew: (answer: string) => void = () => undefined;
    const fresh = reads.read(LOCAL, 'x', () => new Promise((resolve) => (endNew = resolve)));
    endOld('old');
    expect(await old).toBe('old');
    const joined = reads.read(LOCAL, 'x', () => Promise.resolve('a third'));
    endNew('new');
    expect(await Promise.all([fresh, joined])).toEqual(['new', 'new']);
  });

  it('that fail, fail for all who share them', async () => {
    const reads = new SharedReads<string>();
    const run = () => Promise.reject(new Error('away'));
    const both = await Promise.allSettled([reads.read(LOCAL, 'x', run), reads.read(LOCAL, 'x', run)]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});

describe('too many requests', () => {
  let gateway: TestGateway;
  afterEach(() => gateway.app.close());
  const account = `/v1/accounts/${LOCAL}`;

  it('of one account are refused with 429 and when to come back, and other accounts notice nothing', async () => {
    gateway = await startTestGateway({ ACCOUNT_COMMANDS_PER_SECOND: '1', ACCOUNT_COMMANDS_BURST: '3' });
    const answers = [];
    for (let sent = 0; sent < 5; sent += 1) answers.push(await gateway.place({ clientOrderId: `my-${sent}` }));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([201, 201, 201, 429, 429]);
    expect(answers[4]?.json()).toMatchObject({ code: 'RATE_LIMITED', outcome: 'not-placed', retryable: 'after' });
    expect(answers[4]?.headers).toMatchObject({ 'retry-after': '1', 'ratelimit-limit': '3', 'ratelimit-remaining': '0' });
    for (const { headers, statusCode } of answers) {
      const told = Object.keys(headers).filter((name) => name.startsWith('ratelimit-'));
      expect([statusCode, told.length]).toEqual([statusCode, statusCode === 429 ? 3 : 0]);
    }
    expect(gateway.broker.submitted).toHaveLength(3);
    expect((await gateway.place({}, PROVIDED)).statusCode).toBe(201);
    expect((await gateway.request({ url: account })).statusCode).toBe(200);
  });

  it('are as many as a basket has orders, which passes whole where one is left; what it owes is paid first', async () => {
    gateway = await startTestGateway({ ACCOUNT_COMMANDS_PER_SECOND: '1', ACCOUNT_COMMANDS_BURST: '3' });
    const orders = ['a', 'b', 'c', 'd', 'e'].map((clientOrderId) => order({ clientOrderId }));
    const basket = await gateway.post(`${account}/orders/batch`, { orders }, { 'idempotency-key': 'all' });
    expect(basket.statusCode).toBe(201);
    const next = await gateway.place({});
    expect([next.statusCode, next.headers['retry-after'], next.headers['ratelimit-remaining']]).toEqual([429, '3', '0']);
  });

  it('of one who is called like an account are counted for him, and the account notices nothing', async () => {
    gateway = await startTestGateway({ ACCOUNT_READS_PER_SECOND: '1', ACCOUNT_READS_BURST: '2' });
    const headers = { authorization: `Bearer ${tokenOf(claims({ sub: LOCAL, accounts: [] }))}` };
    const statuses: number[] = [];
    for (let sent = 0; sent < 3; sent += 1)
      statuses.push((await gateway.request({ url: '/v1/instruments', headers })).statusCode);
    expect(statuses).toEqual([200, 200, 429]);
    expect((await gateway.request({ url: account })).statusCode).toBe(200);
  });

  it('are not 200 orders at once by default', async () => {
    gateway = await startTestGateway();
    const answers = await Promise.all(Array.from({ length: 200 }, (_, index) => gateway.place({ clientOrderId: `my-${index}` })));
    expect(answers.filter(({ statusCode }) => statusCode === 429)).toEqual([]);
  });

  it('without a valid token are refused by address, and who holds a good token goes on', async () => {
    gateway = await startTestGateway({ STRANGER_REQUESTS_PER_SECOND: '1', STRANGER_REQUESTS_BURST: '5' });
    await gateway.request({ url: account });
    const bad = { authorization: `Bearer ${tokenOf(claims(), 'another secret of thirty-two characters')}` };
    const codes: string[] = [];
    for (let sent = 0; sent < 7; sent += 1)
      codes.push((await gateway.request({ url: account, headers: bad })).json<ProblemV1>().code);
    expect(codes).toEqual([...Array<string>(5).fill('UNAUTHENTICATED'), 'RATE_LIMITED', 'RATE_LIMITED']);
    expect((await gateway.app.inject({ url: '/docs/json' })).statusCode).toBe(429);
    expect((await gateway.app.inject({ url: '/no/such/path' })).statusCode).toBe(429);
    expect((await gateway.request({ url: account })).statusCode).toBe(200);
    expect((await gateway.app.inject({ url: '/problems/malformed', remoteAddress: '10.1.2.3' })).statusCode).toBe(200);
  });

  it("for others' accounts are refused like the account that is missing", async () => {
    gateway = await startTestGateway({ STRANGER_REQUESTS_PER_SECOND: '1', STRANGER_REQUESTS_BURST: '2' });
    const codes: string[] = [];
    for (const id of [STRANGERS, '1888888888', STRANGERS, '1888888888']) {
      codes.push((await gateway.request({ url: `/v1/accounts/${id}` })).json<ProblemV1>().code);
    }
    expect(codes).toEqual(['NOT_FOUND', 'NOT_FOUND', 'RATE_LIMITED', 'RATE_LIMITED']);
  });

  it('are counted for the client behind a proxy that is trusted, and for the proxy that is not', async () => {
    gateway = await startTestGateway({
      STRANGER_REQUESTS_BURST: '1',
      STRANGER_REQUESTS_PER_SECOND: '1',
      TRUSTED_PROXIES: '10.0.0.0/8',
    });
    const from = (remoteAddress: string, client: string) =>
      gateway.app.inject({ url: '/problems/malformed', remoteAddress, headers: { 'x-forwarded-for': client } });
    expect((await from('10.0.0.1', '192.0.2.1')).statusCode).toBe(200);
    expect((await from('10.0.0.1', '192.0.2.2')).statusCode).toBe(200);
    expect((await from('198.51.100.7', '192.0.2.3')).statusCode).toBe(200);
    expect((await from('198.51.100.7', '192.0.2.4')).statusCode).toBe(429);
  });
});

describe('an answer of more than a kilobyte', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway();
  });
  afterAll(() => gateway.app.close());

  it.each(['br', 'gzip', 'deflate'])('is packed with %s for who asks for it', async (encoding) => {
    const answer = await gateway.request({ url: '/docs/json', headers: { 'accept-encoding': encoding } });
    expect(answer.headers['content-encoding']).toBe(encoding);
    const plain = await gateway.request({ url: '/docs/json' });
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(answer.rawPayload.length).toBeLessThan(plain.rawPayload.length / 3);
  });

  it('is packed whatever it answers, and smaller ones are not', async () => {
    const headers = { 'accept-encoding': 'gzip' };
    const placed = await gateway.post(
      `/v1/accounts/${LOCAL}/orders`,
      { clientOrderId: 'packed', symbol: 'EURUSD', side: 'buy', type: 'market', volume: '0.10' },
      headers,
    );
    expect([placed.statusCode, placed.headers['content-encoding']]).toEqual([201, 'gzip']);
    const missing = await gateway.request({ url: `/v1/accounts/${STRANGERS}`, headers });
    expect(missing.headers['content-encoding']).toBeUndefined();
  });
});
