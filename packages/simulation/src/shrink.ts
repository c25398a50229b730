import { simulate, type Simulated, type Simulation } from './simulate.ts';
import { FAULT_NAMES, type Fault } from './world/faults.ts';

/** A smaller run that breaks the same invariant. */
export interface Shrunk {
  readonly result: Simulated;
  readonly faults: ReadonlySet<Fault>;
  /** The wishes of clients, by their number, without which it does not break. */
  readonly wishes: ReadonlySet<number>;
}

const TRACE_MAX = 60;

/**
 * Leaves out kinds of faults, then wishes of clients, and ends the faults earlier, as long as the same invariant breaks and
 * there is time. What is left is not the least there is, but less.
 */
export async function shrink(broken: Simulated, simulation: Simulation, isTimeUp: () => boolean): Promise<Shrunk> {
  const invariant = broken.broken?.invariant;
  let steps = Math.min(simulation.steps, broken.broken?.step ?? simulation.steps);
  let faults: ReadonlySet<Fault> = simulation.faults ?? new Set(FAULT_NAMES);
  let wishes: ReadonlySet<number> = new Set(Array.from({ length: broken.wishes }, (_, index) => index));
  const run = (some: ReadonlySet<Fault>, wanted: ReadonlySet<number>, stepsMax: number, traceMax = 0): Promise<Simulated> =>
    simulate({
      ...simulation,
      faults: some,
      isWanted: (wish) => wanted.has(wish),
      steps: stepsMax,
      traceMax,
      isTimeUp: () => false,
    });
  const stillBreaks = async (some: ReadonlySet<Fault>, wanted: ReadonlySet<number>, stepsMax: number): Promise<boolean> => {
    const result = await run(some, wanted, stepsMax);
    return result.broken?.invariant === invariant;
  };
  for (const fault of faults) {
    const fewer = without(faults, [fault]);
    if (!isTimeUp() && (await stillBreaks(fewer, wishes, steps))) faults = fewer;
  }
  for (
    let portion = Math.ceil(wishes.size / 2);
    portion >= 1 && !isTimeUp();
    portion = portion === 1 ? 0 : Math.ceil(portion / 2)
  ) {
    const all = [...wishes];
    for (let from = 0; from < all.length && !isTimeUp(); from += portion) {
      const fewer = without(wishes, all.slice(from, from + portion));
      if (await stillBreaks(faults, fewer, steps)) wishes = fewer;
    }
  }
  for (let fewer = steps >> 1; fewer >= 100 && !isTimeUp() && (await stillBreaks(faults, wishes, fewer)); fewer >>= 1)
    steps = fewer;
  return { result: await run(faults, wishes, steps, TRACE_MAX), faults, wishes };
}

const without = <Item>(items: ReadonlySet<Item>, some: readonly Item[]): ReadonlySet<Item> =>
  new Set([...items].filter((item) => !some.includes(item)));
