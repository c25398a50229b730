import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import * as contracts from '../index.ts';
import { problemType, PROBLEMS } from '../problems/problems.ts';
import { schemaCheck } from '../schema.ts';
import type { Body } from './body.ts';
import { ClosePositionRequestV1 } from './close-position-request.v1.ts';
import { PlaceOrderRequestV1 } from './place-order-request.v1.ts';
import { PlacedAnswerV1 } from './placed-answer.v1.ts';
import { ProblemExplanationV1 } from './pages.v1.ts';
import { ProblemV1 } from './problem.v1.ts';
import type { TSchema } from 'typebox';

const isBody = (value: unknown): value is Body<TSchema> =>
  typeof value === 'object' && value !== null && 'schema' in value && 'example' in value && !('decode' in value);
const bodies = Object.entries<unknown>(contracts).flatMap(([name, value]) => (isBody(value) ? [[name, value] as const] : []));

describe('HTTP bodies', () => {
  it('are all looked at here', () => expect(bodies.length).toBeGreaterThanOrEqual(20));

  it.each(bodies)('%s: its example satisfies its schema, in the eyes of two validators', (_, { schema, example }) => {
    expect(schemaCheck(schema)(example)).toEqual({ ok: true, value: example });
    expect(addFormats.default(new Ajv2020({ strict: false })).validate(schema, example)).toBe(true);
  });

  it.each(bodies)('%s: has its name as title', (name, { schema }) =>
    expect([`${(schema as { title?: string }).title}V1`, `Client${(schema as { title?: string }).title}V1`]).toContain(name),
  );
});

describe('a request', () => {
  const place = schemaCheck(PlaceOrderRequestV1.schema);
  const request = PlaceOrderRequestV1.example;

  it('may leave out deviation and time in force', () => {
    const { maxDeviation: _maxDeviation, timeInForce: _timeInForce, ...least } = request;
    expect(place(least).ok).toBe(true);
  });

  it.each([
    'balance',
    'margin',
    'status',
    'accountId',
    'account_id',
    'price_e8',
    'leverage',
    'executionId',
    'flow',
    'trailingStop',
  ])('is refused with a property of its own invention: %s', (name) => expect(place({ ...request, [name]: '1' }).ok).toBe(false));

  it.each(['clientOrderId', 'symbol', 'side', 'type', 'volume'])('is refused without %s', (name) =>
    expect(place(Object.fromEntries(Object.entries(request).filter(([key]) => key !== name))).ok).toBe(false),
  );

  it.each([
    { volume: 0.1 },
    { volume: '1e3' },
    { volume: '-0.10' },
    { volume: '１' },
    { maxDeviation: null },
    { side: 'BUY' },
    { type: 'iceberg' },
    { timeInForce: 'opg' },
    { price: 1.08 },
    { price: '0.00' },
    { stopPrice: '0' },
    { stopLoss: { price: '0' } },
    { takeProfit: { distance: '0.00000' } },
    { stopLoss: '1.08000' },
    { stopLoss: {} },
    { stopLoss: { price: '1.08000', distance: '0.00100' } },
    { expiresAt: 'tomorrow' },
    { symbol: 'EURUSD\u200b' },
    { symbol: 'ＥＵＲＵＳＤ' },
    { symbol: 'md.>' },
    { clientOrderId: '' },
    { clientOrderId: 'a b' },
    { clientOrderId: 'x'.repeat(49) },
    { clientOrderId: 'a\r\nb' },
  ])('is refused with %j', (change) => expect(place({ ...request, ...change }).ok).toBe(false));

  it.each([null, [], 'text', 1, [request]])('is an object, not %j', (value) => expect(place(value).ok).toBe(false));

  it('to close takes the client’s key, a volume if there is one, and nothing else', () => {
    const close = schemaCheck(ClosePositionRequestV1.schema);
    expect(close({ clientOrderId: 'my-1-close' }).ok).toBe(true);
    expect(close({ clientOrderId: 'my-1-close', volume: '0.05' }).ok).toBe(true);
    for (const volume of [0.05, '-0.05', '1e-2', '', null]) {
      expect(close({ clientOrderId: 'my-1-close', volume }).ok).toBe(false);
    }
    expect(close({ clientOrderId: 'my-1-close', side: 'sell' }).ok).toBe(false);
    expect(close({}).ok).toBe(false);
  });
});

describe('the answers of WIRE.md', () => {
  it('to a placed order have all its fields', () => {
    const fields = (value: object) => Object.keys(value);
    const { order, deals, position, account } = PlacedAnswerV1.example;
    expect(fields(PlacedAnswerV1.example)).toEqual(['order', 'deals', 'position', 'account', 'decisionId', 'lastEventSequence']);
    expect(fields(order)).toEqual(
      expect.arrayContaining(
        'orderId clientOrderId accountId symbol side type volume filledVolume averagePrice status flow createdAt version'.split(
          ' ',
        ),
      ),
    );
    expect(fields(deals[0] ?? {})).toEqual(expect.arrayContaining('dealId price volume commission currency'.split(' ')));
    expect(fields(position ?? {})).toEqual(expect.arrayContaining('positionId side openVolume openPrice'.split(' ')));
    expect(fields(account)).toEqual('balance equity marginExecuted marginTotal freeMargin marginLevel version'.split(' '));
  });

  it('of a problem agree with the table of problems', () => {
    const { type, title, status, code, retryable, outcome, numbers } = ProblemV1.example;
    expect({ type, title, status, retryable, outcome }).toEqual({
      type: problemType(code),
      title: PROBLEMS[code].title,
      status: PROBLEMS[code].status,
      retryable: PROBLEMS[code].retryable,
      outcome: PROBLEMS[code].outcome,
    });
    expect(Object.keys(numbers ?? {}).filter((name) => !Object.hasOwn(PROBLEMS[code].numbers, name))).toEqual([]);
  });

  it('that explain a problem agree with the table of problems', () => {
    const { code, type, ...rest } = ProblemExplanationV1.example;
    expect(PROBLEMS[code]).toMatchObject(rest);
    expect(type).toBe(problemType(code));
  });
});
