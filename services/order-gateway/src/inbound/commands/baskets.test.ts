import { BasketAnswerV1, ProblemV1, schemaCheck } from '@margrave/contracts';
import { LOCAL } from '../../testing/demo-market.ts';
import { afterAnswer, order, startTestGateway, type TestGateway } from '../../testing/test-gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
beforeEach(async () => {
  await afterAnswer();
  gateway.reset();
});
afterAll(() => gateway.app.close());

const isBasket = schemaCheck(BasketAnswerV1.schema);
const isProblem = schemaCheck(ProblemV1.schema);
const place = (orders: readonly object[], told: object = {}, key: string | null = 'basket-1') =>
  gateway.post(`/v1/accounts/${LOCAL}/orders/batch`, { orders, ...told }, key === null ? {} : { 'idempotency-key': key });
const closeAll = (body: object = {}, key = 'close-1') =>
  gateway.post(`/v1/accounts/${LOCAL}/positions/close-all`, body, { 'idempotency-key': key });
const leg = (clientOrderId: string, told: object = {}) => order({ clientOrderId, ...told });
const TOO_MUCH = { volume: '99.00' };

interface Answer {
  readonly legs: readonly {
    readonly status: number;
    readonly answer: { readonly code?: string; readonly order?: { readonly status: string } };
  }[];
}
const statuses = (answer: { readonly json: <Body>() => Body }): readonly number[] =>
  answer.json<Answer>().legs.map(({ status }) => status);

describe('a basket of orders', () => {
  it('answers with what each leg would have been answered by itself, in their order', async () => {
    const answer = await place([leg('a'), leg('b', TOO_MUCH), leg('c', { side: 'sell', type: 'limit', price: '1.09000' })]);
    expect(answer.statusCode).toBe(201);
    expect(isBasket(answer.json())).toMatchObject({ ok: true });
    expect(statuses(answer)).toEqual([201, 422, 201]);
    const { legs } = answer.json<Answer>();
    expect(legs.map(({ answer: each }) => each.order?.status ?? each.code)).toEqual(['filled', 'MARGIN_EXCEEDS_FREE', 'working']);
    expect(answer.headers['server-timing']).toMatch(/^receive;dur=.*commit;dur=0\.700$/);
  });

  it('gives a leg its answer again under its own key', async () => {
    const basket = await place([leg('a')]);
    const again = await gateway.place({ clientOrderId: 'a' });
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(again.json()).toEqual(basket.json<Answer>().legs[0]?.answer);
  });

  it('that is atomic is refused as a whole with the problem of its leg, and keeps no order', async () => {
    const answer = await place([leg('a'), leg('b', TOO_MUCH)], { atomic: true });
    expect(answer.statusCode).toBe(422);
    expect(isProblem(answer.json())).toMatchObject({ ok: true });
    expect(answer.json()).toMatchObject({ code: 'MARGIN_EXCEEDS_FREE', outcome: 'not-placed', numbers: { leg: '1' } });
    expect(answer.json()).not.toHaveProperty('orderId');
    expect(gateway.broker.accounts.get(LOCAL)?.positions).toEqual([]);
    await afterAnswer();
    expect(await gateway.metricsText()).toContain('margrave_denials_total{code="MARGIN_EXCEEDS_FREE"} 1');
    expect((await gateway.place({ clientOrderId: 'a' })).statusCode).toBe(201);
  });

  it('is answered the same again, and another one under its key is refused', async () => {
    const first = await place([leg('a'), leg('b')]);
    const again = await place([leg('a'), leg('b')]);
    expect([again.headers['idempotent-replayed'], again.body]).toEqual(['true', first.body]);
    const other = await place([leg('c')]);
    expect([other.statusCode, other.json<{ code: string }>().code]).toEqual([409, 'IDEMPOTENCY_KEY_REUSED']);
    expect(gateway.broker.accounts.get(LOCAL)?.positions).toHaveLength(2);
  });

  it('does not share its key with an order', async () => {
    await place([leg('a')], {}, 'same');
    expect((await gateway.place({ clientOrderId: 'same' })).statusCode).toBe(201);
  });

  it('counts a leg whose key was used before with the answer that it got then, or as a misuse of the key', async () => {
    await gateway.place({ clientOrderId: 'a' });
    const answer = await place([leg('a'), leg('b')]);
    expect(statuses(answer)).toEqual([201, 201]);
    const misused = await place([leg('a', { volume: '0.20' }), leg('c')], {}, 'basket-2');
    expect(statuses(misused)).toEqual([409, 201]);
    expect(gateway.broker.accounts.get(LOCAL)?.positions).toHaveLength(3);
  });

  it('counts and logs each leg, and the whole once', async () => {
    await place([leg('a'), leg('b', TOO_MUCH)]);
    await afterAnswer();
    expect(await gateway.metricsText()).toContain('margrave_orders_total{flow="local",outcome="filled"} 1');
    expect(gateway.logLines.filter(({ msg }) => msg === 'Order decided')).toHaveLength(2);
    expect(gateway.logLines).toContainEqual(expect.objectContaining({ msg: 'Basket decided', legs: 2, key: 'basket-1' }));
  });

  it.each([
    [[], 'orders'],
    [Array.from({ length: 101 }, (_, index) => leg(`${index}`)), 'orders'],
    [[leg('a'), leg('a')], 'orders.1.clientOrderId is "a" again; it must be a key of its own.'],
    [[leg('a'), leg('b', { type: 'limit' })], 'orders.1.price is missing; it must be given for a limit order.'],
    [[leg('a', { volume: 1 })], 'orders.0.volume'],
  ])('of another form is malformed, by the place of what is wrong', async (orders, sentence) => {
    const answer = await place(orders);
    expect(answer.statusCode).toBe(400);
    expect(answer.json<{ detail: string }>().detail).toContain(sentence);
    expect(gateway.broker.changes).toEqual([]);
  });

  it('without a key is malformed', async () => {
    const answer = await place([leg('a')], {}, null);
    expect([answer.statusCode, answer.json<{ detail: string }>().detail]).toEqual([
      400,
      expect.stringContaining('idempotency-key'),
    ]);
  });

  it('of a hundred legs with protection fits into a request', async () => {
    const full = Array.from({ length: 100 }, (_, index) =>
      leg(`a-key-of-forty-eight-letters-and-a-number-${`${index}`.padStart(6, '0')}`, {
        type: 'stop_limit',
        price: '1.09000000',
        stopPrice: '1.09000000',
        volume: '0.01000000',
        timeInForce: 'gtd',
        expiresAt: '2026-01-06T10:00:00.000000000Z',
        stopLoss: { distance: '0.00100000' },
        takeProfit: { price: '1.10000000' },
      }),
    );
    const answer = await place(full);
    expect(answer.statusCode).toBe(201);
    expect(new Set(statuses(answer))).toEqual(new Set([201]));
  });
});

describe('closing all positions', () => {
  it.each([
    [{}, 3],
    [{ side: 'buy' }, 2],
    [{ symbol: 'EURUSD' }, 3],
    [{ side: 'sell', symbol: 'EURUSD' }, 1],
  ])('that fit %j closes %i, in one commit, each answered as an order', async (body, count) => {
    await place([leg('a'), leg('b'), leg('c', { side: 'sell' })]);
    const answer = await closeAll(body);
    expect(answer.statusCode).toBe(201);
    expect(isBasket(answer.json())).toMatchObject({ ok: true });
    expect(statuses(answer)).toEqual(Array.from({ length: count }, () => 201));
    expect(gateway.broker.accounts.get(LOCAL)?.positions).toHaveLength(3 - count);
  });

  it('where nothing is open has no leg', async () => expect((await closeAll()).json()).toMatchObject({ legs: [] }));

  it('again under the same key closes nothing that was opened since', async () => {
    await place([leg('a')]);
    const first = await closeAll();
    await gateway.place({ clientOrderId: 'later' });
    const again = await closeAll();
    expect([again.headers['idempotent-replayed'], again.body]).toEqual(['true', first.body]);
    expect(gateway.broker.accounts.get(LOCAL)?.positions).toHaveLength(1);
  });
});

describe('bringing a symbol to a target', () => {
  const toTarget = (netVolume: string, key: string, symbol = 'EURUSD') =>
    gateway.post(`/v1/accounts/${LOCAL}/positions/target`, { symbol, netVolume }, { 'idempotency-key': key });
  const held = () => gateway.broker.accounts.get(LOCAL)?.positions.map(({ side, openVolumeE8 }) => `${side} ${openVolumeE8}`);

  it('closes and opens what it takes, in one commit, each answered as an order', async () => {
    await place([leg('a', { volume: '0.20' }), leg('b', { volume: '0.30' })]);
    const answer = await toTarget('-0.10', 'short');
    expect(statuses(answer)).toEqual([201, 201, 201]);
    expect(isBasket(answer.json())).toMatchObject({ ok: true });
    expect(held()).toEqual(['sell 10000000']);
    const again = await toTarget('-0.10', 'short');
    expect([again.headers['idempotent-replayed'], again.body]).toEqual(['true', answer.body]);
    expect(await toTarget('-0.10', 'the-same-once-more').then((reply) => reply.json<Answer>().legs)).toEqual([]);
  });

  it('does nothing where a part of it is refused, and says which', async () => {
    await place([leg('a', { volume: '0.20' })]);
    const answer = await toTarget('-99', 'too-much');
    expect([answer.statusCode, answer.json()]).toMatchObject([422, { code: 'MARGIN_EXCEEDS_FREE', numbers: { leg: '1' } }]);
    expect(held()).toEqual(['buy 20000000']);
  });

  it.each([['1e3'], ['+1'], ['--1'], ['99999999999'], ['0.123456789']])('of %s lots is malformed', async (netVolume) => {
    const answer = await toTarget(netVolume, 'malformed');
    expect([answer.statusCode, answer.json<{ detail: string }>().detail]).toEqual([400, expect.stringContaining('netVolume')]);
  });
});
