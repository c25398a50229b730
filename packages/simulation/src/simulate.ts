import { decide } from '@margrave/domain';
import { createHash } from 'node:crypto';
import { checkAtEnd, unfinished } from './books/at-end.ts';
import { Auditor, type Checked } from './books/auditor.ts';
import { stateText } from './books/replay.ts';
import type { Decide } from './parts/recorder.ts';
import type { PlantedInStore } from './store/tables.ts';
import { FAULT_NAMES, type Fault } from './world/faults.ts';
import { World, type Break } from './world/world.ts';

/** What is to be simulated; everything else follows from it. */
export interface Simulation {
  readonly seed: number;
  /** How many steps there are faults; then the world is left alone until it comes to rest. */
  readonly steps: number;
  /** All there are, unless some are named. */
  readonly faults?: ReadonlySet<Fault>;
  /** Which of the clients' wishes, by their keys, are heeded; all, unless told. */
  readonly isWanted?: (key: string) => boolean;
  /** The product's own, unless a test wraps it. */
  readonly decide?: Decide;
  /** Faults of the store, for a test to see that they are noticed. */
  readonly planted?: PlantedInStore;
  /** How many of the last steps are kept in words. */
  readonly traceMax?: number;
  /** Looked at now and then: whether to stop here, with what was checked so far. */
  readonly isTimeUp?: () => boolean;
}

export interface Simulated {
  readonly seed: number;
  readonly steps: number;
  readonly isWhole: boolean;
  readonly orders: number;
  readonly deals: number;
  readonly commits: number;
  readonly conflicts: number;
  readonly parked: number;
  /** By their keys. */
  readonly wishes: readonly string[];
  readonly faults: ReadonlyMap<Fault, number>;
  readonly checked: Checked;
  /** The first thing that broke. */
  readonly broken: Break | undefined;
  /** Of every step and of the state that they led to. */
  readonly digest: string;
  readonly trace: readonly string[];
}

/** T of the twelfth invariant: so long after the last fault everything has moved on. */
const REST_WITHIN_MS = 240_000;
const LOOK_AT_TIME_EVERY_STEPS = 200;

/** Runs one seed. The same simulation has the same result, whatever the machine. */
export async function simulate(simulation: Simulation): Promise<Simulated> {
  const { seed, steps, isTimeUp = () => false } = simulation;
  const world = new World({
    seed,
    decide: simulation.decide ?? decide,
    faults: simulation.faults ?? new Set(FAULT_NAMES),
    isWanted: simulation.isWanted ?? (() => true),
    planted: simulation.planted ?? {},
    traceMax: simulation.traceMax ?? 0,
  });
  const auditor = new Auditor(world);
  const { scheduler } = world;
  world.start();
  const goesOn = async (): Promise<boolean> => {
    if (world.broken.length > 0 || (scheduler.steps % LOOK_AT_TIME_EVERY_STEPS === 0 && isTimeUp())) return false;
    await scheduler.step();
    auditor.afterStep();
    return true;
  };
  let isWhole = true;
  while (isWhole && scheduler.steps < steps) isWhole = await goesOn();
  world.faults.isQuiet = true;
  const restUntilMs = scheduler.nowMs + REST_WITHIN_MS;
  const isResting = () => unfinished(world).length === 0;
  while (isWhole && scheduler.nowMs < restUntilMs && (scheduler.steps % 50 !== 0 || !isResting())) isWhole = await goesOn();
  if (isWhole) {
    auditor.checked['12'] += 1;
    const [left] = unfinished(world);
    if (left !== undefined) world.breaks('12', `${REST_WITHIN_MS / 1_000} s after the last fault everything has moved on`, left);
    else await checkAtEnd(world, auditor.checked);
  }
  const { tables } = world.server;
  return {
    seed,
    steps: scheduler.steps,
    isWhole,
    orders: tables.orders.size,
    deals: tables.deals.length,
    commits: tables.journal.length,
    conflicts: world.conflicts,
    parked: world.parked,
    wishes: world.clients.flatMap(({ asked }) => asked.map(({ key }) => key)),
    faults: world.faults.counts,
    checked: auditor.checked,
    broken: world.broken[0],
    digest: createHash('sha256').update(scheduler.digest()).update(stateText(world)).digest('hex'),
    trace: scheduler.trace,
  };
}
