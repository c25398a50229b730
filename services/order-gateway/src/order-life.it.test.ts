import type { BasketAnswerV1, PlacedAnswerV1, PositionPageV1, ProblemV1, ProtectedAnswerV1 } from '@margrave/contracts';
import { ROUTES, schemaCheck, type OperationId } from '@margrave/contracts';
import { withAdminConnection } from '@margrave/store-postgres';
import { runVerifyBooks } from '@margrave/verify-books';
import { clientOf, startRealGateways, until, type RealGateway, type RealGateways } from './testing/real-gateways.ts';

let broker: RealGateways;
let first: RealGateway;
let second: RealGateway;
beforeAll(async () => {
  broker = await startRealGateways();
  [first, second] = await Promise.all([broker.start(), broker.start()]);
}, 120_000);
afterAll(() => broker.close());

const order = (clientOrderId: string, change: object = {}) => ({
  clientOrderId,
  symbol: 'EURUSD',
  side: 'buy',
  type: 'market',
  volume: '0.10',
  ...change,
});

async function answered<Body>(operation: OperationId, status: number, response: Response): Promise<Body> {
  const body = (await response.json()) as Body;
  expect([response.status, body]).toEqual([status, body]);
  const schema = ROUTES[operation].answers[status]?.schema;
  expect(schema && schemaCheck(schema)(body)).toMatchObject({ ok: true });
  return body;
}
const opened = async (client: ReturnType<typeof clientOf>, key: string, change: object = {}): Promise<string> => {
  const placed = await answered<PlacedAnswerV1>('placeOrder', 201, await client.post(first, '/orders', order(key, change)));
  return placed.position?.positionId ?? '';
};

/** What is open after these answers, whichever gateway gave them. */
const heldAfter = async (
  client: ReturnType<typeof clientOf>,
  gateway: RealGateway,
  ...answers: readonly { readonly lastEventSequence: string }[]
): Promise<PositionPageV1['items']> => {
  const [newest = 0n] = answers.map(({ lastEventSequence }) => BigInt(lastEventSequence)).toSorted((a, b) => Number(b - a));
  await client.get(gateway, `?minSequence=${newest}`);
  return (await client.get<PositionPageV1>(gateway, '/positions')).items;
};

describe('an order that rests', () => {
  it('is replaced and cancelled through either gateway, and its history tells of all', async () => {
    const client = clientOf(await broker.openAccount());
    const limit = order('rests', { type: 'limit', price: '1.05000', timeInForce: 'day', stopLoss: { distance: '0.01' } });
    const placed = await answered<PlacedAnswerV1>('placeOrder', 201, await client.post(first, '/orders', limit));
    expect(placed.order).toMatchObject({ status: 'working', isResting: true, stopLoss: { distance: '0.01' } });
    const changed = await answered<PlacedAnswerV1>(
      'replaceOrder',
      200,
      await client.put(second, '/orders/@rests', { volume: '0.20' }),
    );
    expect(changed.order).toMatchObject({ orderId: placed.order.orderId, volume: '0.20', price: '1.05' });
    const why = await client.get<{ command: string; inputs: object }>(second, `/decisions/${changed.decisionId}`);
    expect(why).toMatchObject({ command: 'replace', inputs: { type: 'limit', limit: '1.05', stopLoss: 'distance 0.01' } });
    const gone = await answered<PlacedAnswerV1>('cancelOrder', 200, await client.remove(first, '/orders/@rests'));
    expect(gone.order).toMatchObject({ status: 'cancelled', reason: 'cancelled_by_client' });
    const again = await answered<ProblemV1>('cancelOrder', 422, await client.remove(second, '/orders/@rests'));
    expect(again).toMatchObject({ code: 'ORDER_NOT_WORKING', numbers: { status: 'cancelled' } });
    const history = await client.get<{ items: { type: string; by: string }[] }>(first, '/orders/@rests/history');
    expect(history.items.map(({ type, by }) => `${type} by ${by}`)).toEqual([
      'order.accepted by client',
      'order.working by client',
      'order.replaced by client',
      'order.working by client',
      'order.cancelled by client',
    ]);
  });

  it('cancelled twenty times at once through two gateways is cancelled once', async () => {
    const client = clientOf(await broker.openAccount());
    await client.post(first, '/orders', order('rests', { type: 'limit', price: '1.05000' }));
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => client.remove(index % 2 === 0 ? first : second, '/orders/@rests')),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array.from({ length: 19 }, () => 422)]);
  });
});

describe('positions', () => {
  it('are protected, and their protection is read again', async () => {
    const client = clientOf(await broker.openAccount());
    const positionId = await opened(client, 'one');
    const body = { stopLoss: { price: '1.08000' }, takeProfit: { distance: '0.00500' } };
    const answer = await client.put(second, `/positions/${positionId}/protection`, body);
    const { position } = await answered<ProtectedAnswerV1>('protectPosition', 200, answer);
    expect(position).toMatchObject({ stopLoss: '1.08', takeProfit: '1.08959' });
    await until(async () => (await client.get<PositionPageV1>(first, '/positions')).items[0]?.stopLoss === '1.08');
  });

  it('that are opposite close each other, what the larger one has more stays', async () => {
    const client = clientOf(await broker.openAccount());
    const [long, short] = [await opened(client, 'long'), await opened(client, 'short', { side: 'sell', volume: '0.30' })];
    const answer = await client.post(second, `/positions/${long}/close-by`, { clientOrderId: 'by', positionId: short });
    const placed = await answered<PlacedAnswerV1>('closeBy', 201, answer);
    // Bought at 1.08459 and sold at 1.08441: the spread that opening them cost, and none for closing.
    expect(placed.deals.map(({ profit }) => profit)).toEqual(['-1.80', '0.00']);
    expect(await heldAfter(client, first, placed)).toMatchObject([{ positionId: short, openVolume: '0.20' }]);
  });

  it('are closed all at once, once for a key', async () => {
    const client = clientOf(await broker.openAccount());
    for (const key of ['a', 'b', 'c']) await opened(client, key);
    const answers = await Promise.all(
      [first, second, first].map((gateway) => client.post(gateway, '/positions/close-all', { side: 'buy' }, 'all')),
    );
    const bodies = await Promise.all(answers.map((answer) => answered<BasketAnswerV1>('closePositions', 201, answer)));
    expect(bodies[0]?.legs.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1);
    expect(await heldAfter(client, second, ...bodies)).toEqual([]);
  });
});

describe('a basket', () => {
  it('sent 20 times at once through two gateways places each leg once, in one commit', async () => {
    const accountId = await broker.openAccount();
    const client = clientOf(accountId);
    const orders = Array.from({ length: 10 }, (_, leg) => order(`leg-${leg}`, { volume: '0.01' }));
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        client.post(index % 2 === 0 ? first : second, '/orders/batch', { orders }, 'basket'),
      ),
    );
    expect(new Set(await Promise.all(answers.map((answer) => answer.text()))).size).toBe(1);
    const [found] = await withAdminConnection(broker.servers.databaseUrl, ({ query }) =>
      query('select count(*)::text as orders, count(distinct xmin::text)::text as commits from orders where account_id = $1', [
        accountId,
      ]),
    );
    expect(found).toEqual({ orders: '10', commits: '1' });
  });

  it('that is atomic and does not fit leaves nothing but its decision, whoever trades beside it', async () => {
    const client = clientOf(await broker.openAccount());
    const orders = [order('small'), order('huge', { volume: '90.00' })];
    const [refused] = await Promise.all([
      client.post(first, '/orders/batch', { orders, atomic: true }, 'atomic'),
      ...Array.from({ length: 10 }, (_, index) => client.post(second, '/orders', order(`beside-${index}`, { volume: '0.01' }))),
    ]);
    const problem = await answered<ProblemV1>('placeBasket', 422, refused);
    expect(problem).toMatchObject({ code: 'MARGIN_EXCEEDS_FREE', numbers: { leg: '1' } });
    const decision = await client.get<{ outcome: string; orderId: string | null }>(second, `/decisions/${problem.decisionId}`);
    expect(decision).toMatchObject({ outcome: 'denied', orderId: null });
    expect((await client.get<PositionPageV1>(second, '/positions')).items).toHaveLength(10);
  });

  it('and single orders that share a key place it once, and each is answered by it', async () => {
    const client = clientOf(await broker.openAccount());
    const orders = [order('shared'), order('own')];
    const [basket, single] = await Promise.all([
      client.post(first, '/orders/batch', { orders }, 'basket'),
      client.post(second, '/orders', order('shared')),
    ]);
    const whole = await answered<BasketAnswerV1>('placeBasket', 201, basket);
    const placed = await answered<PlacedAnswerV1>('placeOrder', 201, single);
    expect(whole.legs[0]?.answer).toEqual(placed);
    expect(await heldAfter(client, second, whole, placed)).toHaveLength(2);
  });
});

it('leaves books that hold', async () => {
  const { databaseUrl, redisUrl } = broker.servers;
  expect(await runVerifyBooks([], { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl })).toBe(0);
});
