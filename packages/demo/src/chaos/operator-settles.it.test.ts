import { ProviderExecutionV1, type AccountV1, type OrderV1, type PlacedAnswerV1 } from '@margrave/contracts';
import type { ProblemV1, SettledAnswerV1, UnknownOrderPageV1, UnknownOrderV1 } from '@margrave/contracts';
import { testServers, type TestServers } from '@margrave/testkit';
import { describeFindings, verifyBooks } from '@margrave/verify-books';
import { jetstream } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { gatewayClient, type GatewayClient } from '../gateway-client.ts';
import { setStage, type GatewayProcess, type Stage } from './stage.ts';
import { until } from './until.ts';

/**
 * A provider that is gone for good (P14): its orders are unknown and hold their margin until a named operator says what became of
 * them. What the provider reports after all is booked once (P10), and late (P13).
 */

const SETTLE_MS_MAX = 60_000;
let servers: TestServers;
let stage: Stage;
let gateway: GatewayProcess;
let nats: NatsConnection;
let accountId: string;
let client: GatewayClient;
let dealer: GatewayClient;

beforeAll(async () => {
  servers = await testServers();
  stage = await setStage({ ...servers, seed: 31, providers: [] });
  [accountId = ''] = await stage.openAccounts(1, 'provider');
  await stage.startWorker({ SILENCE_SWEEP_EVERY: '200ms' });
  gateway = await stage.startGateway();
  await stage.sql`update providers set silence_limit_ms = 500`;
  const { host, username, password } = new URL(servers.natsUrl);
  nats = await connect({ servers: host, user: username, pass: password });
  client = gatewayClient(gateway.url, stage.token([accountId]));
  dealer = gatewayClient(gateway.adminUrl, stage.staffToken('dealer-3'));
}, 200_000);

afterAll(async () => {
  await nats?.close();
  await stage?.stop();
}, 60_000);

afterEach(async () => {
  const broken = (await verifyBooks(stage.sql)).filter(({ breaks }) => breaks.length > 0);
  if (broken.length > 0) throw new Error(describeFindings(broken));
});

const account = async (): Promise<AccountV1> => (await client.get<AccountV1>(`/v1/accounts/${accountId}`)).body;
const orderNow = async (orderId: string): Promise<OrderV1> =>
  (await client.get<OrderV1>(`/v1/accounts/${accountId}/orders/${orderId}`)).body;

/** An order that the provider never answers, as a dealer finds it listed. */
async function silentOrder(key: string): Promise<UnknownOrderV1> {
  const order = { clientOrderId: key, symbol: 'EURUSD', side: 'buy', type: 'market', volume: '0.10' };
  const placed = await client.post<PlacedAnswerV1>(`/v1/accounts/${accountId}/orders`, order);
  expect(placed.body.order.status).toBe('queued');
  return until(
    `order ${key} is listed as unknown`,
    async () => {
      const { body } = await dealer.get<UnknownOrderPageV1>('/admin/v1/unknown-orders');
      return body.items.find((item) => item.order.clientOrderId === key);
    },
    SETTLE_MS_MAX,
  );
}

const settle = ({ order }: UnknownOrderV1, executions: readonly object[], key = `settle-${order.orderId}`) =>
  dealer.post<SettledAnswerV1 & ProblemV1>(
    `/admin/v1/accounts/${accountId}/orders/${order.orderId}/settle`,
    { orderVersion: order.version, reason: 'Telephone, desk of lp-a', executions },
    { 'idempotency-key': key },
  );

/** The provider is back for a moment, and reports. */
async function report({ requestId }: UnknownOrderV1, told: Partial<ProviderExecutionV1>): Promise<void> {
  const body = {
    ...ProviderExecutionV1.example,
    requestId,
    transactTime: new Date().toISOString(),
    providerOrderId: null,
    ...told,
  };
  await jetstream(nats).publish(ProviderExecutionV1.subject({ provider: 'lp-a' as never }), JSON.stringify(body));
}

/** Everything of the account that a report could change, but for its version. */
const booksOf = async (orderId: string): Promise<unknown> => {
  const [row] = await stage.sql`
    select (select json_agg(d order by deal_id) from deals d where order_id = ${orderId}) deals,
      (select json_agg(l order by entry_id) from ledger_entries l where account_id = ${accountId}) ledger,
      (select json_agg(p order by position_id) from positions p where account_id = ${accountId}) positions,
      (select row_to_json(a) from (select balance_e8, margin_total_e8, version from accounts where account_id = ${accountId}) a) account,
      (select row_to_json(o) from orders o where order_id = ${orderId}) "order"`;
  return row;
};

const handled = (reports: number): Promise<true> =>
  until('the worker handles what was reported', async () => {
    const [row] = await stage.sql`select count(*)::integer n from applied_executions`;
    return row?.['n'] === reports ? true : undefined;
  });

const price = '1.08455';
const execution = (executionId: string, volume: string) => ({ executionId, volume, price, executedAt: '2026-01-05T10:00:00Z' });

it('holds its margin until an operator says that nothing was executed; then it is free, and nobody is asked any more', async () => {
  const unknown = await silentOrder('nothing');
  const held = await account();
  expect(Number(held.marginTotal)).toBeGreaterThan(0);
  expect(unknown).toMatchObject({ provider: 'lp-a', left: '0.10', reservedMargin: held.marginTotal, currency: 'USD' });
  expect(unknown.requestId).not.toBe(unknown.order.orderId);

  const settled = await settle(unknown, []);
  expect(settled).toMatchObject({
    status: 201,
    body: { order: { status: 'cancelled', reason: 'settled_by_operator' }, deals: [], account: { marginTotal: '0.00' } },
  });
  expect((await settle(unknown, [])).body).toEqual(settled.body);
  expect(await settle(unknown, [], 'another')).toMatchObject({ status: 422, body: { code: 'ORDER_NOT_UNKNOWN' } });
  expect((await dealer.get<UnknownOrderPageV1>('/admin/v1/unknown-orders')).body.items).toEqual([]);
  const [open] = await stage.sql`
    select count(*)::integer n from provider_requests where order_id = ${unknown.order.orderId} and kind <> 'status' and ended_at is null`;
  expect(open?.['n']).toBe(0);
}, 120_000);

it('is booked as it was executed, and the provider’s own report of it changes nothing, another one is late', async () => {
  const unknown = await silentOrder('executed');
  const settled = await settle(unknown, [execution('desk-1', '0.04')]);
  expect(settled).toMatchObject({
    status: 201,
    body: {
      order: { status: 'cancelled', filledVolume: '0.04' },
      deals: [{ volume: '0.04', flags: ['late_fill', 'settled_by_operator'] }],
    },
  });
  const { orderId } = unknown.order;
  const before = await booksOf(orderId);

  const same = { executionType: 'partial_fill', executionId: 'desk-1', lastVolume: '0.04', lastPrice: price } as const;
  const word = {
    executionType: 'new',
    executionId: 'word-1',
    lastVolume: null,
    lastPrice: null,
    cumulativeVolume: null,
  } as const;
  await report(unknown, same);
  await report(unknown, { ...word, leavesVolume: null });
  await handled(2);
  expect(await booksOf(orderId)).toMatchObject({ ...(before as object), account: expect.anything() as object });
  const parked = await stage.sql`select count(*)::integer n from applied_executions where execution_id = 'desk-1'`;
  expect(parked[0]?.['n']).toBe(1);

  const other = { executionId: 'lp-a-2', executionType: 'fill', lastVolume: '0.06', lastPrice: price } as const;
  await report(unknown, { ...other, cumulativeVolume: '0.10', leavesVolume: '0' });
  await handled(3);
  expect(await orderNow(orderId)).toMatchObject({ status: 'filled', filledVolume: '0.10' });
  const deals = await stage.sql`select execution_id, flags from deals where order_id = ${orderId} order by sequence`;
  expect(deals.map(({ execution_id: id, flags }) => [id as string, flags as string[]])).toEqual([
    ['desk-1', ['late_fill', 'settled_by_operator']],
    ['lp-a-2', ['late_fill']],
  ]);

  const actions = await stage.sql`select operator, role, reason, order_id::text from operator_actions order by at`;
  expect(actions).toMatchObject([{ operator: 'dealer-3' }, { operator: 'dealer-3', role: 'dealer', order_id: orderId }]);
}, 120_000);

it('is not settled with an execution that was booked before', async () => {
  const unknown = await silentOrder('again');
  expect(await settle(unknown, [execution('desk-1', '0.01')])).toMatchObject({
    status: 422,
    body: { code: 'EXECUTION_ALREADY_BOOKED', numbers: { executionId: 'desk-1' } },
  });
  expect((await settle(unknown, [])).status).toBe(201);
  expect(await found('7c')).toMatchObject({ checked: 3, breaks: [] });
}, 120_000);

const found = async (invariant: string) =>
  (await verifyBooks(stage.sql)).find((finding) => finding.invariant.startsWith(invariant));

/** What a change of the tables, taken back afterwards, makes of an invariant. */
async function foundAfter(change: string, invariant: string): Promise<readonly string[]> {
  let breaks: readonly string[] = [];
  const undone = new Error('undone');
  const tried = stage.sql.begin(async (transaction) => {
    await transaction.unsafe(change);
    // The books are looked at in the transaction that changed them: nobody else ever sees it.
    const inside = Object.assign(transaction, {
      begin: (_options: string, look: (sql: typeof transaction) => unknown) => look(transaction),
    });
    breaks = (await verifyBooks(inside as never)).find((finding) => finding.invariant.startsWith(invariant))?.breaks ?? [];
    throw undone;
  });
  await expect(tried).rejects.toBe(undone);
  return breaks;
}

it.each([
  [
    '2e',
    "delete from applied_executions where execution_id = 'desk-1'",
    /^execution desk-1 of lp-a has deal \d+ and is not recorded$/,
  ],
  [
    '1',
    'delete from operator_actions',
    /^key operator\/settle-\d+ of account \d+ was answered with order \d+, which is not there$/,
  ],
  ['7c', 'delete from operator_actions', /^order \d+ was settled by an operator, and nobody says that it was him$/],
  ['7c', "delete from decisions where command = 'operator_settlement'", /^action \d+ of dealer-3 has no decision$/],
])('is missed by the books, as %s says, after: %s', async (invariant, change, said) => {
  const breaks = await foundAfter(change, `${invariant} `);
  expect(breaks.filter((what) => said.test(what)).length).toBeGreaterThan(0);
});
