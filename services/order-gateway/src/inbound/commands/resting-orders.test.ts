import { PlacedAnswerV1, ProtectedAnswerV1, schemaCheck } from '@margrave/contracts';
import type { OrderId } from '@margrave/vocabulary';
import { LOCAL, STRANGERS } from '../../testing/demo-market.ts';
import { afterAnswer, startTestGateway, type TestGateway } from '../../testing/test-gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
beforeEach(async () => {
  await afterAnswer();
  gateway.reset();
});
afterAll(() => gateway.app.close());

const placed = schemaCheck(PlacedAnswerV1.schema);
const isProtected = schemaCheck(ProtectedAnswerV1.schema);
const orders = `/v1/accounts/${LOCAL}/orders`;
/** The market is 1.08443 to 1.08457 for the account's group. */
const limit = { type: 'limit', price: '1.08000', timeInForce: undefined };

interface Placed {
  readonly order: { readonly orderId: OrderId; readonly status: string };
  readonly position: { readonly positionId: string } | null;
}
const resting = async (change: Readonly<Record<string, unknown>> = {}): Promise<OrderId> =>
  (await gateway.place({ ...limit, ...change })).json<Placed>().order.orderId;

describe('an order that waits for its price', () => {
  it('is answered 201 working, with what it waits for; nothing is reserved', async () => {
    const answer = await gateway.place({ ...limit, stopLoss: { price: '1.07500' }, takeProfit: { distance: '0.01' } });
    expect(answer.statusCode).toBe(201);
    expect(placed(answer.json()).ok).toBe(true);
    expect(answer.json()).toMatchObject({
      order: {
        type: 'limit',
        timeInForce: 'gtc',
        price: '1.08',
        stopPrice: null,
        status: 'working',
        isResting: true,
        expiresAt: null,
        triggeredAt: null,
        stopLoss: { price: '1.075' },
        takeProfit: { distance: '0.01' },
        origin: 'client',
      },
      deals: [],
      position: null,
      account: { marginExecuted: '0.00', marginTotal: '0.00' },
    });
  });

  it('ends with the day where it is placed for the day', async () => {
    const answer = await gateway.place({ ...limit, timeInForce: 'day' });
    expect(answer.json()).toMatchObject({ order: { expiresAt: '2026-01-06T00:00:00.000Z' } });
  });

  it('is refused where it would be over before it waits, and kept as denied', async () => {
    const answer = await gateway.place({ ...limit, timeInForce: 'gtd', expiresAt: '2026-01-05T10:00:00.123Z' });
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([422, 'EXPIRY_PASSED']);
    expect(answer.json()).toMatchObject({ numbers: { expiresAt: '2026-01-05T10:00:00.123Z', now: '2026-01-05T10:00:00.123Z' } });
  });
});

describe('cancelling', () => {
  it.each(['its id', 'the key of its client'])('takes an order back, named by %s, and says all that it caused', async (by) => {
    const orderId = await resting();
    const answer = await gateway.request({ method: 'DELETE', url: `${orders}/${by === 'its id' ? orderId : '@my-1'}` });
    expect(answer.statusCode).toBe(200);
    expect(placed(answer.json()).ok).toBe(true);
    expect(answer.json()).toMatchObject({
      order: { orderId, status: 'cancelled', reason: 'cancelled_by_client', isResting: false },
    });
    expect(gateway.broker.submitted.at(-1)).toEqual([LOCAL, { kind: 'cancel', orderId }, null, 3_000]);
  });

  it('a second time says that the order is over, and how it stands', async () => {
    const url = `${orders}/${await resting()}`;
    await gateway.request({ method: 'DELETE', url });
    const again = await gateway.request({ method: 'DELETE', url });
    expect([again.statusCode, again.json<{ code: string }>().code]).toEqual([422, 'ORDER_NOT_WORKING']);
    expect(again.json()).toMatchObject({ numbers: { status: 'cancelled' }, outcome: 'not-placed' });
  });

  it('of what was never placed finds nothing', async () => {
    for (const name of ['1999999999', '@never', '@a b']) {
      const answer = await gateway.request({ method: 'DELETE', url: `${orders}/${encodeURIComponent(name)}` });
      expect([404, 400]).toContain(answer.statusCode);
    }
    expect(gateway.broker.changes).toEqual([]);
  });

  it('of another account’s order finds nothing and leaves it', async () => {
    const orderId = await resting();
    const answer = await gateway.request({ method: 'DELETE', url: `/v1/accounts/${STRANGERS}/orders/${orderId}` });
    expect(answer.statusCode).toBe(404);
    expect(gateway.broker.accounts.get(LOCAL)?.orders).toHaveLength(1);
  });

  it('is answered 503 while the books that its key is looked up in are away', async () => {
    await resting();
    gateway.broker.nextReadFails = new Error('away');
    const answer = await gateway.request({ method: 'DELETE', url: `${orders}/@my-1` });
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([503, 'DEPENDENCY_UNAVAILABLE']);
  });

  it('takes no body', async () => {
    const answer = await gateway.send('DELETE', `${orders}/${await resting()}`, { reason: 'none' });
    expect(answer.statusCode).toBe(400);
  });
});

describe('replacing', () => {
  it('makes the order another one under its id', async () => {
    const orderId = await resting();
    const answer = await gateway.send('PUT', `${orders}/${orderId}`, {
      price: '1.07900',
      volume: '0.20',
      stopLoss: { distance: '0.002' },
    });
    expect(answer.statusCode).toBe(200);
    expect(placed(answer.json()).ok).toBe(true);
    expect(answer.json()).toMatchObject({
      order: {
        orderId,
        clientOrderId: 'my-1',
        price: '1.079',
        volume: '0.20',
        stopLoss: { distance: '0.002' },
        status: 'working',
      },
    });
    const history = (await gateway.request({ url: `${orders}/${orderId}/history` })).json<{ items: { type: string }[] }>();
    expect(history.items.map(({ type }) => type)).toEqual(['order.accepted', 'order.working', 'order.replaced', 'order.working']);
  });

  it('to a price that the market is within fills it', async () => {
    const answer = await gateway.send('PUT', `${orders}/${await resting()}`, { price: '1.08500' });
    expect(answer.json()).toMatchObject({
      order: { status: 'filled', averagePrice: '1.08457' },
      deals: [{ price: '1.08457', level: '1.085', slippage: '-0.00043' }],
    });
  });

  it('takes a protection away by null, and only what is named', async () => {
    const orderId = await resting({ stopLoss: { price: '1.07500' }, takeProfit: { price: '1.09000' } });
    const answer = await gateway.send('PUT', `${orders}/${orderId}`, { stopLoss: null });
    expect(answer.json()).toMatchObject({ order: { stopLoss: null, takeProfit: { price: '1.09' } } });
  });

  it('is refused by name, and leaves the order as it was', async () => {
    const orderId = await resting();
    const answer = await gateway.send('PUT', `${orders}/${orderId}`, { price: '1.080005' });
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([422, 'PRICE_OFF_TICK']);
    const read = await gateway.request({ url: `${orders}/${orderId}` });
    expect(read.json()).toMatchObject({ status: 'working', price: '1.08' });
    expect(await gateway.metricsText()).toContain('margrave_denials_total{code="PRICE_OFF_TICK"} 1');
  });

  it.each([
    [{}, ''],
    [{ timeInForce: 'ioc' }, 'timeInForce is "ioc"; it must be one of gtc, day, gtd for an order that rests.'],
    [{ expiresAt: '2026-01-06T10:00:00Z' }, 'timeInForce is missing; it must be "gtd" where expiresAt is given.'],
  ])('to %j is malformed', async (body, sentence) => {
    const answer = await gateway.send('PUT', `${orders}/${await resting()}`, body);
    expect(answer.statusCode).toBe(400);
    expect(answer.json<{ detail: string }>().detail).toContain(sentence);
  });
});

describe('protecting a position', () => {
  const protect = (positionId: string, body: object) =>
    gateway.send('PUT', `/v1/accounts/${LOCAL}/positions/${positionId}/protection`, body);
  const opened = async (): Promise<string> => (await gateway.place()).json<Placed>().position?.positionId ?? 'none';

  it('answers with the position, its levels as prices', async () => {
    const answer = await protect(await opened(), { stopLoss: { price: '1.08000' }, takeProfit: { distance: '0.00500' } });
    expect(answer.statusCode).toBe(200);
    expect(isProtected(answer.json()).ok).toBe(true);
    // Bought at 1.08457.
    expect(answer.json()).toMatchObject({ position: { stopLoss: '1.08', takeProfit: '1.08957', openVolume: '0.10' } });
  });

  it('leaves what is not named, and takes away what is null', async () => {
    const positionId = await opened();
    await protect(positionId, { stopLoss: { price: '1.08000' }, takeProfit: { price: '1.09000' } });
    const answer = await protect(positionId, { takeProfit: null });
    expect(answer.json()).toMatchObject({ position: { stopLoss: '1.08', takeProfit: null } });
  });

  it('by a stop that follows the price shows its distance and where it stands, and takes it away by null', async () => {
    const positionId = await opened();
    await protect(positionId, { stopLoss: { price: '1.08000' } });
    const answer = await protect(positionId, { trailingStop: { distance: '0.00200' } });
    expect(isProtected(answer.json()).ok).toBe(true);
    // It would be closed at 1.08443.
    const trailingStop = { distance: '0.002', price: '1.08243' };
    expect(answer.json()).toMatchObject({ position: { stopLoss: '1.08', takeProfit: null, trailingStop } });
    const { decisionId } = answer.json<{ decisionId: string }>();
    const decision = await gateway.request({ url: `/v1/accounts/${LOCAL}/decisions/${decisionId}` });
    expect(decision.json()).toMatchObject({ inputs: { trailingStop: 'distance 0.002' } });
    const without = await protect(positionId, { trailingStop: null });
    expect(without.json()).toMatchObject({ position: { stopLoss: '1.08', trailingStop: null } });
  });

  it.each([{ trailingStop: { price: '1.08' } }, { trailingStop: { distance: '0.002', step: '0.001' } }, { trailingStop: {} }])(
    'by %j is malformed',
    async (body) => expect((await protect(await opened(), body)).statusCode).toBe(400),
  );

  it('on the wrong side of the market is refused with the price it was measured from', async () => {
    const answer = await protect(await opened(), { stopLoss: { price: '1.09000' } });
    expect(answer.statusCode).toBe(422);
    expect(answer.json()).toMatchObject({ code: 'STOP_WRONG_SIDE', numbers: { price: '1.09', marketPrice: '1.08443' } });
  });

  it('that is not there finds nothing', async () =>
    expect((await protect('1999999999', { stopLoss: null })).statusCode).toBe(404));
});
