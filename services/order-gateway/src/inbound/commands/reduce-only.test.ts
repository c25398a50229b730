import { PlacedAnswerV1, ProblemV1, schemaCheck } from '@margrave/contracts';
import { LOCAL, PROVIDED } from '../../testing/demo-market.ts';
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
const isProblem = schemaCheck(ProblemV1.schema);
const reducing = { clientOrderId: 'less', side: 'sell', reduceOnly: true };

describe('an order that only reduces', () => {
  it('closes a part of what is open on the other side, and opens nothing', async () => {
    const { position } = (await gateway.place({ clientOrderId: 'open', volume: '0.30' })).json<PlacedAnswerV1>();
    const answer = await gateway.place({ ...reducing, volume: '0.10' });
    expect(answer.statusCode).toBe(201);
    expect(placed(answer.json()).ok).toBe(true);
    expect(answer.json()).toMatchObject({
      order: { status: 'filled', reduceOnly: true, closesPositionId: position?.positionId, filledVolume: '0.10' },
      position: { positionId: position?.positionId, openVolume: '0.20' },
    });
    expect(gateway.broker.accounts.get(LOCAL)?.positions).toHaveLength(1);
  });

  it('waits for its price like any other, and holds no margin', async () => {
    await gateway.place({ clientOrderId: 'open', volume: '0.30' });
    const answer = await gateway.place({ ...reducing, type: 'limit', price: '1.09000' });
    expect(answer.json()).toMatchObject({ order: { status: 'working', reduceOnly: true, closesPositionId: null } });
  });

  it.each([LOCAL, PROVIDED])('is refused where nothing is open on the other side of account %s', async (accountId) => {
    const answer = await gateway.place(reducing, accountId);
    expect([answer.statusCode, answer.json<ProblemV1>().code]).toEqual([422, 'NOTHING_TO_REDUCE']);
    expect(isProblem(answer.json()).ok).toBe(true);
    expect(answer.json()).toMatchObject({ numbers: { symbol: 'EURUSD', side: 'sell' } });
  });

  it('is refused where it is more than is open, with how much is', async () => {
    await gateway.place({ clientOrderId: 'open', volume: '0.30' });
    const answer = await gateway.place({ ...reducing, volume: '0.31' });
    expect([answer.statusCode, answer.json<ProblemV1>().code]).toEqual([422, 'VOLUME_NOT_CLOSABLE']);
    expect(answer.json()).toMatchObject({ numbers: { openVolume: '0.30' } });
  });

  it.each([
    ['stopLoss', { stopLoss: { price: '1.09000' } }],
    ['takeProfit', { takeProfit: { distance: '0.01' } }],
    ['timeInForce', { type: 'market', timeInForce: 'fok' }],
  ])('takes no %s that does not go with it', async (field, told) => {
    const answer = await gateway.place({ ...reducing, ...told });
    expect([answer.statusCode, answer.json<ProblemV1>().code]).toEqual([400, 'MALFORMED']);
    expect(answer.json<ProblemV1>().detail).toContain(field);
    expect(gateway.broker.submitted).toEqual([]);
  });
});
