import {
  OperatorActionPageV1,
  schemaCheck,
  SettledAnswerV1,
  UnknownOrderPageV1,
  type PlacedAnswerV1,
  type ProblemV1,
} from '@margrave/contracts';
import type { AccountId, StaffRole } from '@margrave/vocabulary';
import { LOCAL, MISSING, PROVIDED, STRANGERS } from '../../testing/demo-market.ts';
import { claims, staffClaims, startTestGateway, tokenOf, type TestGateway } from '../../testing/test-gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.app.close());
beforeEach(() => gateway.reset());

const REASON = 'Telephone, 03:12 UTC, desk of lp-a';
const EXECUTION = { executionId: 'lp-a-991', volume: '0.04', price: '1.08455', executedAt: '2026-01-05T10:00:00Z' };

const headersOf = (role: StaffRole, name = `${role}-3`) => ({
  authorization: `Bearer ${tokenOf({ ...staffClaims(role), sub: name })}`,
});

/** An order at a provider that never answered. */
async function unknownOrder(accountId: AccountId = PROVIDED): Promise<{ orderId: string; version: string }> {
  const { order: placed } = (await gateway.place({}, accountId)).json<PlacedAnswerV1>();
  gateway.desk.silence(accountId, placed.orderId);
  const [unknown] = gateway.broker.accounts.get(accountId)?.orders ?? [];
  return { orderId: placed.orderId, version: `${unknown?.version}` };
}

interface Sent {
  readonly key?: string | null;
  readonly accountId?: string;
  readonly name?: string;
}

const settle = (orderId: string, body: object, { key = 'night-1', accountId = PROVIDED, name = 'dealer-3' }: Sent = {}) =>
  gateway.admin.inject({
    method: 'POST',
    url: `/admin/v1/accounts/${accountId}/orders/${orderId}/settle`,
    headers: {
      ...headersOf('dealer', name),
      'content-type': 'application/json',
      ...(key === null ? {} : { 'idempotency-key': key }),
    },
    payload: JSON.stringify(body),
  });

const read = (url: string, role: StaffRole = 'viewer') => gateway.admin.inject({ url, headers: headersOf(role) });

describe('the list of unknown orders', () => {
  it('says of each who is silent since when, what was asked and what is held back', async () => {
    const { orderId } = await unknownOrder();
    gateway.broker.prices.nowMs += 734_000;
    const answer = await read('/admin/v1/unknown-orders');
    const page = answer.json<UnknownOrderPageV1>();
    expect(schemaCheck(UnknownOrderPageV1.schema)(page)).toEqual({ ok: true, value: page });
    expect(page).toMatchObject({
      items: [
        {
          order: { orderId, accountId: PROVIDED, status: 'unknown', side: 'buy', volume: '0.10', symbol: 'EURUSD' },
          provider: 'lp-a',
          ageMs: 734_000,
          left: '0.10',
          reservedPrice: '1.08534',
          reservedMargin: '108.53',
          currency: 'USD',
        },
      ],
      nextCursor: null,
    });
    expect(page.items[0]?.requestId).toMatch(/^\d{10}$/);
  });

  it('is empty where every provider spoke', async () =>
    expect((await read('/admin/v1/unknown-orders')).json()).toEqual({ items: [], nextCursor: null }));

  it.each(['limit=0', 'limit=501', 'limit=1e2', 'status=filled', 'cursor=1-2', 'cursor=1-2-0123456789ab'])(
    'refuses %s',
    async (query) => expect((await read(`/admin/v1/unknown-orders?${query}`)).statusCode).toBe(400),
  );
});

describe('an unknown order', () => {
  it('is settled as never executed: over, and its margin free', async () => {
    const { orderId, version } = await unknownOrder();
    const answer = await settle(orderId, { orderVersion: version, reason: REASON, executions: [] });
    const body = answer.json<SettledAnswerV1>();
    expect(answer.statusCode).toBe(201);
    expect(schemaCheck(SettledAnswerV1.schema)(body)).toEqual({ ok: true, value: body });
    expect(body).toMatchObject({
      action: { operator: 'dealer-3', role: 'dealer', reason: REASON, kind: 'settle', orderId, executions: [] },
      order: { status: 'cancelled', reason: 'settled_by_operator' },
      deals: [],
      account: { marginTotal: '0.00', balance: '10000.00' },
    });
    expect((await read('/admin/v1/unknown-orders')).json()).toMatchObject({ items: [] });
    expect(await gateway.metricsText()).toContain('margrave_settlements_total{outcome="nothing_executed"} 1');
  });

  it('is settled as executed, each execution named to be known again', async () => {
    const { orderId, version } = await unknownOrder();
    const executions = [EXECUTION, { ...EXECUTION, executionId: 'lp-a-992', volume: '0.06', price: '1.08457' }];
    const answer = await settle(orderId, { orderVersion: version, reason: REASON, executions });
    expect(answer.json()).toMatchObject({
      action: { executions },
      order: { status: 'filled', filledVolume: '0.10', flags: ['late_fill', 'settled_by_operator'] },
      deals: [
        { volume: '0.04', price: '1.08455' },
        { volume: '0.06', price: '1.08457' },
      ],
    });
    expect(gateway.desk.settled.at(-1)?.[2]).toBe('lp-a');
    expect(await gateway.metricsText()).toContain('margrave_settlements_total{outcome="executed"} 1');
  });

  it('is listed with who settled it and why, for staff of every role', async () => {
    const { orderId, version } = await unknownOrder();
    await settle(orderId, { orderVersion: version, reason: REASON, executions: [EXECUTION] });
    for (const role of ['viewer', 'dealer', 'risk', 'admin'] as const) {
      const page = (await read(`/admin/v1/operator-actions?accountId=${PROVIDED}`, role)).json<OperatorActionPageV1>();
      expect(schemaCheck(OperatorActionPageV1.schema)(page)).toEqual({ ok: true, value: page });
      expect(page.items).toMatchObject([
        { orderId, operator: 'dealer-3', reason: REASON, executions: [EXECUTION], confirmed: [] },
      ]);
    }
    expect((await read(`/admin/v1/operator-actions?accountId=${LOCAL}`)).json()).toEqual({ items: [], nextCursor: null });
  });

  it('shows its client neither who nor why', async () => {
    const { orderId, version } = await unknownOrder();
    const { action } = (
      await settle(orderId, { orderVersion: version, reason: REASON, executions: [EXECUTION] })
    ).json<SettledAnswerV1>();
    const paths = ['', '/orders', `/orders/${orderId}`, `/orders/${orderId}/history`, '/deals', '/events', '/positions'];
    for (const path of [...paths, `/decisions/${action.decisionId}`]) {
      const answer = await gateway.request({ url: `/v1/accounts/${PROVIDED}${path}` });
      expect([path, answer.statusCode]).toEqual([path, 200]);
      expect(answer.body).not.toMatch(/dealer-3|Telephone/);
    }
    const decision = await gateway.request({ url: `/v1/accounts/${PROVIDED}/decisions/${action.decisionId}` });
    expect(decision.json()).toMatchObject({ command: 'operator_settlement', outcome: 'accepted', orderId });
  });
});

describe('the same settlement again', () => {
  it('gets the stored answer, and changes nothing', async () => {
    const { orderId, version } = await unknownOrder();
    const body = { orderVersion: version, reason: REASON, executions: [EXECUTION] };
    const first = await settle(orderId, body);
    const again = await settle(orderId, body);
    expect([again.statusCode, again.body, again.headers['idempotent-replayed']]).toEqual([201, first.body, 'true']);
    expect(gateway.broker.changes.filter(({ by }) => by === 'operator')).toHaveLength(1);
  });

  it.each([
    ['with another body', { reason: 'Something else' }, 'dealer-3'],
    ['by somebody else', {}, 'dealer-4'],
  ])('%s is another one, and the key is taken', async (_, change, name) => {
    const { orderId, version } = await unknownOrder();
    const body = { orderVersion: version, reason: REASON, executions: [] };
    await settle(orderId, body);
    const other = await settle(orderId, { ...body, ...change }, { name });
    expect([other.statusCode, other.json<ProblemV1>().code]).toEqual([409, 'IDEMPOTENCY_KEY_REUSED']);
  });

  it('has a key that no order of the client has', async () => {
    const { orderId, version } = await unknownOrder();
    expect((await settle(orderId, { orderVersion: version, reason: REASON, executions: [] }, { key: 'my-1' })).statusCode).toBe(
      201,
    );
  });
});

describe('a settlement is refused', () => {
  const refusal = async (body: object, options: Sent = {}, id?: string) => {
    const { orderId, version } = await unknownOrder();
    const answer = await settle(id ?? orderId, { orderVersion: version, reason: REASON, executions: [], ...body }, options);
    const problem = answer.json<ProblemV1>();
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([problem.status, 'application/problem+json']);
    expect(problem.outcome).toBe('not-placed');
    expect(gateway.broker.accounts.get(PROVIDED)?.orders).toMatchObject([{ status: 'unknown' }]);
    return problem;
  };

  it('when its order is not there, or another account’s', async () => {
    expect((await refusal({}, {}, '1000009999')).code).toBe('NOT_FOUND');
    gateway.reset();
    expect((await refusal({}, { accountId: STRANGERS })).code).toBe('NOT_FOUND');
    gateway.reset();
    expect((await refusal({}, { accountId: MISSING })).code).toBe('NOT_FOUND');
  });

  it('when its order is over', async () => {
    const { orderId, version } = await unknownOrder();
    const body = { orderVersion: version, reason: REASON, executions: [] };
    await settle(orderId, body);
    const problem = (await settle(orderId, body, { key: 'night-2' })).json<ProblemV1>();
    expect(problem).toMatchObject({ code: 'ORDER_NOT_UNKNOWN', detail: 'The order is cancelled.', orderId });
  });

  it('when more is known than was looked at', async () =>
    expect(await refusal({ orderVersion: '1' })).toMatchObject({ code: 'ORDER_CHANGED', numbers: { orderVersion: '1' } }));

  it('when it states what was applied before', async () => {
    gateway.desk.applied.add('lp-a lp-a-991');
    expect(await refusal({ executions: [EXECUTION] })).toMatchObject({
      code: 'EXECUTION_ALREADY_BOOKED',
      detail: 'Execution lp-a-991 is booked already, or is named twice.',
    });
  });

  it('when it states more than is left, or a price from nowhere, until that is confirmed', async () => {
    expect(await refusal({ executions: [{ ...EXECUTION, volume: '0.40' }] })).toMatchObject({
      code: 'OVERFILL_NOT_CONFIRMED',
      detail: '0.40 lots were stated, and 0.10 are left of the order.',
    });
    gateway.reset();
    expect(await refusal({ executions: [{ ...EXECUTION, price: '10.8455' }] })).toMatchObject({ code: 'PRICE_NOT_CONFIRMED' });
    const [unknown] = gateway.broker.accounts.get(PROVIDED)?.orders ?? [];
    const body = { orderVersion: `${unknown?.version}`, reason: REASON, executions: [{ ...EXECUTION, price: '10.8455' }] };
    const answer = await settle(`${unknown?.orderId}`, { ...body, confirmed: ['price'] });
    expect([answer.statusCode, answer.json<SettledAnswerV1>().action.confirmed]).toEqual([201, ['price']]);
  });

  it.each([
    ['busy', 503, 'ACCOUNT_BUSY'],
    ['unknown', 202, 'OUTCOME_UNKNOWN'],
  ] as const)('as %s where its outcome is', async (kind, status, code) => {
    const { orderId, version } = await unknownOrder();
    gateway.broker.nextOutcome = { kind };
    const answer = await settle(orderId, { orderVersion: version, reason: REASON, executions: [] });
    expect([answer.statusCode, answer.json<ProblemV1>().code]).toEqual([status, code]);
  });

  it('as not possible now where the books are away', async () => {
    const { orderId, version } = await unknownOrder();
    gateway.broker.nextReadFails = new Error('away');
    const answer = await settle(orderId, { orderVersion: version, reason: REASON, executions: [] });
    expect([answer.statusCode, answer.json<ProblemV1>().code]).toEqual([503, 'DEPENDENCY_UNAVAILABLE']);
  });
});

describe('a settlement of the wrong form (P44, P46, P47)', () => {
  const GOOD = { orderVersion: '2', reason: REASON, executions: [EXECUTION] };
  const malformed = async (body: object, options?: Sent) => {
    const answer = await settle('1000000457', body, options);
    expect([answer.statusCode, answer.json<ProblemV1>().code]).toEqual([400, 'MALFORMED']);
    expect(gateway.desk.settled).toEqual([]);
    return answer.json<ProblemV1>();
  };

  it('without a key is refused, naming the header', async () => {
    const problem = await malformed(GOOD, { key: null });
    expect(problem.faults).toMatchObject([{ place: 'idempotency-key' }]);
    await malformed(GOOD, { key: 'a b' });
    await malformed(GOOD, { key: 'operator/x' });
  });

  it.each(['orderVersion', 'reason', 'executions'])('without %s is refused', async (name) => {
    await malformed(Object.fromEntries(Object.entries(GOOD).filter(([each]) => each !== name)));
  });

  it.each(['operator', 'role', 'status', 'balance', 'by', 'remainder'])(
    'with a field of its own invention is: %s',
    async (name) => {
      await malformed({ ...GOOD, [name]: 'dealer-1' });
      await malformed({ ...GOOD, executions: [{ ...EXECUTION, [name]: '1' }] });
    },
  );

  it.each(['-1', '1e3', 'NaN', 'Infinity', '0x10', '１', ' 1 ', '1_000', '0.123456789', '12345678901', '', '1'.repeat(40)])(
    'with the number %j is',
    async (text) => {
      await malformed({ ...GOOD, executions: [{ ...EXECUTION, volume: text }] });
      await malformed({ ...GOOD, executions: [{ ...EXECUTION, price: text }] });
    },
  );

  it.each([
    { orderVersion: 2 },
    { orderVersion: '-1' },
    { reason: '' },
    { reason: '   ' },
    { reason: 'x'.repeat(501) },
    { reason: 'a\nb' },
    { reason: 'a\u202eb' },
    { executions: [{ ...EXECUTION, executionId: "'; drop table" }] },
    { executions: [{ ...EXECUTION, executedAt: 'yesterday' }] },
    { executions: Array(51).fill(EXECUTION) },
    { confirmed: ['everything'] },
    { confirmed: ['price', 'price'] },
  ])('with %j is', async (change) => {
    await malformed({ ...GOOD, ...change });
  });

  it('that is larger than a request may be is not read', async () => {
    const answer = await settle('1000000457', { ...GOOD, reason: 'x'.repeat(66_000) });
    expect([answer.statusCode, answer.json<ProblemV1>().code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  });

  it('that comes with a token of a client is not looked at', async () => {
    const answer = await gateway.admin.inject({
      method: 'POST',
      url: '/admin/v1/accounts/x/orders/y/settle',
      headers: { authorization: `Bearer ${tokenOf(claims())}`, 'content-type': 'application/json' },
      payload: '{',
    });
    expect(answer.statusCode).toBe(403);
  });
});
