import { gatewayClient } from '@margrave/demo';
import { MEASURED_ORDER, type BenchStage } from './bench-stage.ts';
import type { LoadAccount, LoadPlan } from './load/load-plan.ts';
import { answeredWith, runLoad } from './load/run-load.ts';
import { figureOf, rowOf, type Figure, type MeasuredRow } from './row.ts';

const ROUNDS = 3;
const LEGS = 10;
const ACCOUNTS = 200;
const TIMES = { connections: 1, warmUpMs: 500, measuredMs: 2_000 } as const;
/** Far below any price of the market, so that the order rests. */
const RESTING_AT = ['1.00000', '1.00010'] as const;

/** Placing ten orders together, beside placing one; both on the same accounts, so that what these hold is the same for both. */
export async function measureBaskets({ stage, gateway }: BenchStage): Promise<MeasuredRow[]> {
  const accounts = await openedAccounts(stage);
  const place = (keyPrefix: string, told: Partial<LoadPlan> = {}) =>
    measured(201, { ...TIMES, url: gateway.url, accounts, order: { ...MEASURED_ORDER, keyPrefix }, ...told });
  const rounds: { one: number[]; ten: number[] } = { one: [], ten: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.one.push((await place(`one-${round}-`)).p50Ms);
    const { p50Ms, requests } = await place(`ten-${round}-`, { legs: LEGS });
    rounds.ten.push(p50Ms);
    await proveBaskets(stage, `ten-${round}-`, requests);
  }
  return [
    rowOf({
      row: `basket of ${LEGS}, against one order`,
      unit: 'ms p50',
      betterIs: 'lower',
      ours: figureOf(rounds.ten),
      other: figureOf(rounds.one),
      otherName: 'one order',
      bar: 0.5,
    }),
  ];
}

/** Replacing an order that rests, beside placing one. */
export async function measureReplacing({ stage, gateway }: BenchStage): Promise<MeasuredRow[]> {
  const accounts: LoadAccount[] = [];
  for (const account of await openedAccounts(stage)) {
    const { accountId, token } = account;
    const order = { ...MEASURED_ORDER, clientOrderId: 'rests', type: 'limit', price: RESTING_AT[0] };
    const { status, body } = await gatewayClient(gateway.url, token).post<{ order: { orderId: string; status: string } }>(
      `/v1/accounts/${accountId}/orders`,
      order,
    );
    if (status !== 201 || body.order.status !== 'working') throw new Error(`a resting order was answered with ${status}`);
    accounts.push({ ...account, restingOrderId: body.order.orderId });
  }
  const rounds: { place: number[]; replace: number[] } = { place: [], replace: [] };
  const plan = { ...TIMES, url: gateway.url, accounts };
  for (let round = 0; round < ROUNDS; round += 1) {
    const order = { ...MEASURED_ORDER, keyPrefix: `beside-${round}-` };
    rounds.place.push((await measured(201, { ...plan, order })).p50Ms);
    const before = await replacements(stage);
    const { p50Ms, requests } = await measured(200, { ...plan, replacedBy: [RESTING_AT[1], RESTING_AT[0]] });
    rounds.replace.push(p50Ms);
    const made = (await replacements(stage)) - before;
    if (made !== requests) throw new Error(`${requests} replacements were answered, ${made} are stored`);
  }
  return [
    rowOf({
      row: 'replace a resting order, against placing one',
      unit: 'ms p50',
      betterIs: 'lower',
      ours: figureOf(rounds.replace),
      other: figureOf(rounds.place),
      otherName: 'one order',
      bar: 1,
    }),
  ];
}

const openedAccounts = async (stage: BenchStage['stage']): Promise<readonly LoadAccount[]> =>
  (await stage.openAccounts(ACCOUNTS, 'local')).map((accountId) => ({ accountId, token: stage.token([accountId]) }));

/** The p50 of a run, and how many requests it answered in all, each with the status that is wanted. */
async function measured(
  wanted: number,
  plan: LoadPlan,
): Promise<{ readonly p50Ms: Figure['median']; readonly requests: number }> {
  const result = await runLoad(plan);
  const requests = answeredWith(result, wanted);
  if (Object.keys(result.statuses).join() !== `${wanted}`) throw new Error(`answered with ${JSON.stringify(result.statuses)}`);
  return { p50Ms: result.measured.p50Ms, requests };
}

/** Each leg of each basket is filled, and the legs of one were committed by one transaction. */
async function proveBaskets({ sql }: BenchStage['stage'], keyPrefix: string, baskets: number): Promise<void> {
  const [found] = await sql<{ orders: number; commits: number }[]>`
    select count(*) filter (where status = 'filled')::int as orders, count(distinct xmin::text)::int as commits
      from orders where client_order_id like ${`${keyPrefix}%`}`;
  if (found?.orders !== baskets * LEGS || found.commits !== baskets) {
    throw new Error(`${baskets} baskets were answered; ${found?.orders} orders are filled, by ${found?.commits} commits`);
  }
}

async function replacements({ sql }: BenchStage['stage']): Promise<number> {
  const [found] = await sql<{ decisions: number }[]>`
    select count(*)::int as decisions from decisions where command = 'replace' and outcome = 'accepted'`;
  return found?.decisions ?? 0;
}
