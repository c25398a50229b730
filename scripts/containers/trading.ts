import assert from 'node:assert/strict';
import type {
  AccountV1,
  DealPageV1,
  DecisionV1,
  LedgerPageV1,
  OrderPageV1,
  OrderV1,
  PlacedAnswerV1,
  ProblemV1,
  UnknownOrderPageV1,
} from '@margrave/contracts';
import { gatewayClient, signStaffToken, signToken, untilPriced, type GatewayClient } from '../../packages/demo/src/index.ts';
import type { Stack } from './stack.ts';
import { until } from './until.ts';

/** Accounts of the demo's data: filled in house, at lp-a, and at lp-b, which fills in two parts. */
export const ACCOUNTS = { local: '1000000001', providerA: '1000000002', providerB: '1000000003' } as const;
const TOKEN_LIFETIME_MS = 3_600_000;
const FILLED_MS_MAX = 30_000;

export interface Client {
  /** Places an order and gives the answer, which must be that it is accepted. */
  readonly place: (account: string, clientOrderId: string) => Promise<PlacedAnswerV1>;
  readonly untilFilled: (account: string, clientOrderId: string) => Promise<OrderV1>;
  readonly orders: (account: string) => Promise<readonly OrderV1[]>;
  readonly http: GatewayClient;
}

/** A client of the three accounts, once the gateway has prices. */
export async function clientOf(stack: Stack, stop: AbortSignal): Promise<Client> {
  await untilPriced(stack.gatewayUrl, stack.tokenSecret, stop);
  const http = gatewayClient(stack.gatewayUrl, signToken(stack.tokenSecret, Object.values(ACCOUNTS), TOKEN_LIFETIME_MS));
  return {
    http,
    place: async (account, clientOrderId) => {
      const order = { clientOrderId, symbol: 'EURUSD', side: 'buy', type: 'market', volume: '0.10' };
      const { status, body } = await http.post<PlacedAnswerV1>(`/v1/accounts/${account}/orders`, order);
      assert.equal(status, 201, `order ${clientOrderId} was answered with ${status}: ${JSON.stringify(body)}`);
      return body;
    },
    untilFilled: (account, clientOrderId) =>
      until(`order ${clientOrderId} is filled`, FILLED_MS_MAX, stop, async () => {
        const { body } = await http.get<OrderV1>(`/v1/accounts/${account}/orders/@${clientOrderId}`);
        return body.status === 'filled' ? { found: body } : { missing: JSON.stringify(body) };
      }),
    orders: async (account) => (await read<OrderPageV1>(http, `/v1/accounts/${account}/orders?limit=200`)).items,
  };
}

/** Places orders in both flows, sees them filled, reads why and what became of them, and closes one. */
export async function tradeInBothFlows(stack: Stack, client: Client): Promise<void> {
  const { local, providerA, providerB } = ACCOUNTS;
  const placed = await client.place(local, 'local-1');
  assert.deepEqual([placed.order.flow, placed.order.status, placed.order.filledVolume], ['local', 'filled', '0.10']);
  for (const account of [providerA, providerB]) {
    const { order } = await client.place(account, 'provider-1');
    assert.deepEqual([order.flow, order.status], ['provider', 'queued']);
    const filled = await client.untilFilled(account, 'provider-1');
    assert.deepEqual([filled.filledVolume, filled.flags], ['0.10', []]);
    const deals = await read<DealPageV1>(client.http, `/v1/accounts/${account}/deals`);
    assert.equal(deals.items.length, account === providerB ? 2 : 1, `deals of ${account}: ${JSON.stringify(deals.items)}`);
  }
  const closing = await client.http.post<PlacedAnswerV1>(`/v1/accounts/${local}/positions/${placed.position?.positionId}/close`, {
    clientOrderId: 'local-1-close',
  });
  assert.deepEqual([closing.status, closing.body.order?.status], [201, 'filled'], JSON.stringify(closing.body));
  await readBack(client, placed);
  await seeRefusals(stack, client);
}

async function readBack({ http }: Client, placed: PlacedAnswerV1): Promise<void> {
  const account = `/v1/accounts/${ACCOUNTS.local}`;
  const decision = await read<DecisionV1>(http, `${account}/decisions/${placed.decisionId}`);
  assert.deepEqual([decision.outcome, decision.orderId], ['accepted', placed.order.orderId]);
  assert.ok(
    decision.prices.some(({ symbol }) => symbol === 'EURUSD'),
    'the decision names no price of EURUSD',
  );
  const { balance, marginTotal } = await read<AccountV1>(http, account);
  const ledger = await read<LedgerPageV1>(http, `${account}/ledger?limit=200`);
  assert.equal(
    cents(balance),
    ledger.items.map(({ amount }) => cents(amount)).reduce((sum, amount) => sum + amount, 0n),
  );
  assert.equal(marginTotal, '0.00', 'the position that was closed still holds margin');
}

/** What must not pass: an order beyond the account's means, a request without a token, a client among the staff. */
async function seeRefusals({ gatewayUrl, adminUrl, tokenSecret }: Stack, { http }: Client): Promise<void> {
  const orders = `/v1/accounts/${ACCOUNTS.local}/orders`;
  const hopeless = { clientOrderId: 'hopeless', symbol: 'EURUSD', side: 'buy', type: 'market', volume: '100' };
  const denied = await http.post<ProblemV1>(orders, hopeless);
  assert.deepEqual([denied.status, denied.body.code], [422, 'MARGIN_EXCEEDS_FREE']);
  assert.equal((await fetch(`${gatewayUrl}${orders}`)).status, 401);
  const unknownOrders = '/admin/v1/unknown-orders';
  const staff = gatewayClient(adminUrl, signStaffToken(tokenSecret, 'dealer', TOKEN_LIFETIME_MS));
  assert.deepEqual((await read<UnknownOrderPageV1>(staff, unknownOrders)).items, []);
  const client = gatewayClient(adminUrl, signToken(tokenSecret, [ACCOUNTS.local], TOKEN_LIFETIME_MS));
  assert.equal((await client.get(unknownOrders)).status, 403);
}

export async function read<Body>(client: GatewayClient, path: string): Promise<Body> {
  const { status, body } = await client.get<Body>(path);
  assert.equal(status, 200, `${path} was answered with ${status}: ${JSON.stringify(body)}`);
  return body;
}

const cents = (figure: string): bigint => BigInt(figure.replace('.', ''));
