import type { OrderV1, PlacedAnswerV1 } from '@margrave/contracts';
import { testServers } from '@margrave/testkit';
import { describeFindings, isBroken, verifyBooks } from '@margrave/verify-books';
import { gatewayClient, type GatewayClient } from '../gateway-client.ts';
import type { ServiceProcess } from './process.ts';
import { setStage, type Stage } from './stage.ts';
import { until } from './until.ts';

interface Case {
  readonly what: string;
  /** How the provider treats the order, by its script. */
  readonly then: object;
  readonly status: OrderV1['status'];
  /** In hundredths of the order's volume. */
  readonly filled: number;
  readonly flags?: readonly string[];
  readonly dealFlags?: readonly string[];
  /** How many of its messages nobody may book. */
  readonly setAside?: number;
}

/** Six times more, under the same message id and under new ones. */
const REPEATED = ['same_id', 'same_id', 'same_id', 'new_id', 'new_id', 'new_id'];

const CASES: readonly Case[] = [
  { what: 'as it should (P10)', then: { parts: 3 }, status: 'filled', filled: 100 },
  { what: 'saying everything seven times (P10)', then: { parts: 2, repeat: REPEATED }, status: 'filled', filled: 100 },
  {
    what: 'contradicting each fill (P11)',
    then: { parts: 2, distort: ['other_price'] },
    status: 'filled',
    filled: 100,
    setAside: 2,
  },
  { what: 'telling the last first (P12)', then: { parts: 4, reorder: true }, status: 'filled', filled: 100 },
  { what: 'late, and says when it is asked that it is at work (P14)', then: { late: true }, status: 'filled', filled: 100 },
  {
    what: 'after it cancelled (P13)',
    then: { endFirst: ['cancelled'] },
    status: 'filled',
    filled: 100,
    dealFlags: ['late_fill'],
  },
  { what: 'after it rejected (P13)', then: { endFirst: ['rejected'] }, status: 'filled', filled: 100, dealFlags: ['late_fill'] },
  {
    what: 'not at all, cancelling and rejecting',
    then: { endFirst: ['cancelled', 'rejected'], reject: 'no_liquidity' },
    status: 'cancelled',
    filled: 0,
  },
  {
    what: 'only when it is asked (P14)',
    then: { silent: true, acknowledge: false },
    status: 'filled',
    filled: 100,
    dealFlags: ['late_fill'],
  },
  { what: 'not at all, having never seen it (P14)', then: { lose: true }, status: 'rejected', filled: 0 },
  { what: 'without ever a word (P14)', then: { mute: true }, status: 'unknown', filled: 0 },
  {
    what: 'twice as much (P15)',
    then: { overfill: true },
    status: 'filled',
    filled: 200,
    flags: ['overfill'],
    dealFlags: ['overfill'],
  },
  { what: 'and another symbol (P15)', then: { distort: ['other_symbol'] }, status: 'filled', filled: 100, setAside: 1 },
  { what: 'and the other side (P15)', then: { distort: ['other_side'] }, status: 'filled', filled: 100, setAside: 1 },
  { what: 'and an order of nobody (P15)', then: { distort: ['unknown_request'] }, status: 'filled', filled: 100, setAside: 1 },
  { what: 'and what is no JSON (P16)', then: { distort: ['malformed'] }, status: 'filled', filled: 100, setAside: 1 },
  { what: 'in part, the rest is not to be had', then: { parts: 2, short: true }, status: 'cancelled', filled: 50 },
];

/** Each case has a volume of its own, by which the script knows it; so many lots can be halved and quartered. */
const volumeOf = (index: number): string => (1 + index * 0.04).toFixed(2);

let stage: Stage;
let client: GatewayClient;
let worker: ServiceProcess;
let accountId: string;
const orderIds: string[] = [];

beforeAll(async () => {
  const script = CASES.map(({ then }, index) => ({ when: { volume: volumeOf(index) }, then }));
  stage = await setStage({ ...(await testServers()), seed: 28, providers: ['lp-a'], script });
  await stage.sql`update providers set silence_limit_ms = 1500`;
  [accountId = ''] = await stage.openAccounts(1, 'provider');
  worker = await stage.startWorker({ SILENCE_SWEEP_EVERY: '200ms' });
  client = gatewayClient((await stage.startGateway()).url, stage.token([accountId]));
  for (const index of CASES.keys()) {
    const order = { clientOrderId: `case-${index}`, symbol: 'EURUSD', side: 'buy', type: 'market', volume: volumeOf(index) };
    const placed = await client.post<PlacedAnswerV1>(`/v1/accounts/${accountId}/orders`, order);
    orderIds.push(placed.body.order.orderId);
  }
}, 200_000);
afterAll(() => stage?.stop(), 60_000);

const orderNow = async (index: number): Promise<OrderV1> =>
  (await client.get<OrderV1>(`/v1/accounts/${accountId}/orders/${orderIds[index]}`)).body;

async function setAside(): Promise<number> {
  const text = await (await fetch(`${worker.metricsUrl}/metrics`)).text();
  return Number(/^margrave_dead_letters_total(?:\{[^}]*\})? (\d+)$/m.exec(text)?.[1] ?? 0);
}

describe('a provider that executes', () => {
  it.each(CASES.map((given, index) => ({ ...given, index })))(
    '$what',
    async ({ index, status, filled, flags = [], dealFlags = [] }) => {
      const expected = Number(volumeOf(index)) * filled;
      const order = await until(
        `order ${index} is ${status} with ${expected / 100} lots`,
        async () => {
          const now = await orderNow(index);
          return now.status === status && Math.round(Number(now.filledVolume) * 100) === Math.round(expected) ? now : undefined;
        },
        60_000,
        async () => JSON.stringify(await orderNow(index)),
      );
      expect(order.flags).toEqual(expect.arrayContaining([...flags]));
      const deals = await stage.sql<{ flags: string[] }[]>`select flags from deals where order_id = ${orderIds[index]!}`;
      if (dealFlags.length > 0) expect(new Set(deals.flatMap((deal) => deal.flags))).toEqual(new Set(dealFlags));
      else expect(deals.flatMap((deal) => deal.flags)).toEqual([]);
    },
    90_000,
  );

  it('is believed in nothing that it cannot mean: each such message is set aside, and only those', async () => {
    const expected = CASES.reduce((sum, { setAside: count = 0 }) => sum + count, 0);
    await until(
      'all are set aside',
      async () => ((await setAside()) === expected ? true : undefined),
      30_000,
      async () => `${await setAside()}`,
    );
  });

  it('leaves books that are in order, and the margin of what it never answered reserved', async () => {
    const broken = (await verifyBooks(stage.sql)).filter(isBroken);
    if (broken.length > 0) throw new Error(describeFindings(broken));
    const [account] =
      await stage.sql`select margin_total_e8 - margin_executed_e8 reserved from accounts where account_id = ${accountId}`;
    expect(Number(account?.['reserved'])).toBeGreaterThan(0);
  });
});
