import type { Flow } from '@margrave/demo';
import { ACCOUNTS_A_FLOW, MEASURED_ORDER, type BenchStage } from './bench-stage.ts';
import type { LoadPlan, LoadResult } from './load/load-plan.ts';
import { answeredWith, runLoad } from './load/run-load.ts';
import type { Program } from './program.ts';
import { proveFloor, proveOrders, proveSequential } from './proof.ts';
import { figureOf, rowOf, type MeasuredRow, type Figure } from './row.ts';

const ROUNDS = 3;
const WARM_UP_MS = 1_000;
const MEASURED_MS = 4_000;
/** Programs are compiled while they run, and remember accounts: so many orders on each account are nobody's figure. */
const FIRST_ORDERS_AN_ACCOUNT = 3;
const FIRST_ORDERS_MS_MAX = 60_000;
/** A floor below this is not what it should be, and comparing with it would flatter. */
const FLOOR_PER_SECOND_MIN = 400;
const CROWD = 64;

/** Placing an order durably, with one and with many connections, beside the floor and what such back ends commonly do. */
export async function measurePlacement(bench: BenchStage, flow: Flow, say: (sentence: string) => void): Promise<MeasuredRow[]> {
  const floor = await bench.startFloor(bench.captured[flow]);
  const sequential = await bench.startSequential();
  const contenders = [ours(bench, flow), floorOf(bench, flow, floor), sequentialOf(bench, flow, sequential)] as const;
  try {
    for (const contender of contenders) {
      await contender.run(CROWD, { measuredMs: FIRST_ORDERS_MS_MAX, requestsMax: FIRST_ORDERS_AN_ACCOUNT * ACCOUNTS_A_FLOW });
    }
    const alone = await alternate(contenders.slice(0, 2), 1);
    const crowd = await alternate(contenders, CROWD);
    const [ourAlone, floorAlone] = alone as [Measured, Measured];
    const [ourCrowd, floorCrowd, sequentialCrowd] = crowd as [Measured, Measured, Measured];
    const floorRate = Math.round(floorAlone.perSecond.median);
    const [oursAtOnce, floorAtOnce, oneByOne] = [ourCrowd, floorCrowd, sequentialCrowd].map((each) =>
      Math.round(each.perSecond.median),
    );
    say(
      `placement, ${flow}: ${Math.round(ourAlone.perSecond.median)} and ${oursAtOnce} orders/s; floor ${floorRate} and ${floorAtOnce}; sequential ${oneByOne}`,
    );
    const fault =
      floorRate < FLOOR_PER_SECOND_MIN ? `floor too slow: ${floorRate} orders/s, at least ${FLOOR_PER_SECOND_MIN}` : undefined;
    return [
      rowOf({
        row: `place, ${flow}, 1 connection`,
        unit: 'ms p50',
        betterIs: 'lower',
        ours: ourAlone.p50Ms,
        other: floorAlone.p50Ms,
        otherName: `floor of ${floorRate} orders/s`,
        bar: 0.5,
        fault,
      }),
      rowOf({
        row: `place, ${flow}, ${CROWD} connections`,
        unit: 'orders/s',
        betterIs: 'higher',
        ours: ourCrowd.perSecond,
        other: floorCrowd.perSecond,
        otherName: 'floor',
        bar: 0.6,
        fault,
      }),
      rowOf({
        row: `place, ${flow}, ${CROWD} connections, against one call after the other`,
        unit: 'orders/s',
        betterIs: 'higher',
        ours: ourCrowd.perSecond,
        other: sequentialCrowd.perSecond,
        otherName: 'sequential baseline',
        bar: 3,
      }),
    ];
  } finally {
    await floor.stop();
    await sequential.stop();
  }
}

interface Measured {
  readonly p50Ms: Figure;
  readonly p99Ms: Figure;
  readonly perSecond: Figure;
}

/** Loads one program and has what it did looked up before it says how fast it was. */
interface Contender {
  readonly run: (connections: number, told?: Partial<LoadPlan>) => Promise<LoadResult>;
}

/** One round of each after the other, so that an hour in which the machine is slow is slow for all. */
async function alternate(contenders: readonly Contender[], connections: number): Promise<readonly Measured[]> {
  const results = contenders.map(() => [] as LoadResult['measured'][]);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, contender] of contenders.entries()) results[index]?.push((await contender.run(connections)).measured);
  }
  return results.map((rounds) => ({
    p50Ms: figureOf(rounds.map(({ p50Ms }) => p50Ms)),
    p99Ms: figureOf(rounds.map(({ p99Ms }) => p99Ms)),
    perSecond: figureOf(rounds.map(({ requests, seconds }) => requests / seconds)),
  }));
}

let runs = 0;

function contend(
  plan: Pick<LoadPlan, 'url' | 'accounts'>,
  prove: (keyPrefix: string, placed: number) => Promise<void>,
): Contender {
  return {
    run: async (connections, told = {}) => {
      runs += 1;
      const keyPrefix = `bench-${runs}-`;
      const order = { ...MEASURED_ORDER, keyPrefix };
      const result = await runLoad({ ...plan, connections, warmUpMs: WARM_UP_MS, measuredMs: MEASURED_MS, order, ...told });
      const placed = answeredWith(result, 201);
      const others = Object.entries(result.statuses).filter(([status]) => status !== '201');
      if (others.length > 0) throw new Error(`orders were answered with ${JSON.stringify(Object.fromEntries(others))}`);
      await prove(keyPrefix, placed);
      return result;
    },
  };
}

const ours = ({ gateway, accounts, stage }: BenchStage, flow: Flow): Contender =>
  contend({ url: gateway.url, accounts: accounts[flow] }, (keyPrefix, placed) => proveOrders(stage.sql, flow, keyPrefix, placed));

const floorOf = ({ floorAccounts, floorSql, captured }: BenchStage, flow: Flow, { url }: Program): Contender =>
  contend({ url, accounts: floorAccounts[flow] }, (keyPrefix, placed) => proveFloor(floorSql, captured[flow], keyPrefix, placed));

const sequentialOf = ({ floorAccounts, floorSql }: BenchStage, flow: Flow, { url }: Program): Contender =>
  contend({ url, accounts: floorAccounts[flow] }, (keyPrefix, placed) => proveSequential(floorSql, keyPrefix, placed));
