import { simulate, type Simulated, type Simulation } from './simulate.ts';
import { FAULT_NAMES, type Fault } from './world/faults.ts';

/** A smaller run that breaks the same sentence. */
export interface Shrunk {
  /** With the last lines of its trace that tell something. */
  readonly result: Simulated;
  readonly faults: ReadonlySet<Fault>;
  /** The wishes of clients, by their keys, without which it does not break. */
  readonly wishes: ReadonlySet<string>;
}

/** Steps that are kept of the small run, and lines of them that tell something. */
const TRACE_MAX = 20_000;
const LINES_MAX = 80;
/** What goes on all the time, whoever asks for anything. */
const HUM =
  /: (begins|thinks|hears .*|waited for .*|a price moves|mishaps|looks for silence|looks at what waits|fires what was reached|relays|marks what was published|no answer)$|store, (silent requests|outbox|mark published)|events(,| delivers)/;

/** Of how many steps the faults are tried to end earlier. */
const SHARES = [0.5, 0.75, 0.9] as const;
const STEPS_MIN = 100;

/**
 * Ends the faults earlier, then leaves out wishes of clients and kinds of faults, as long as the same sentence is broken, of
 * whichever order, and there is time. What is left is not the least there is, but less.
 */
export async function shrink(broken: Simulated, simulation: Simulation, isTimeUp: () => boolean): Promise<Shrunk> {
  const sentence = sentenceOf(broken);
  let steps = Math.min(simulation.steps, broken.broken?.step ?? simulation.steps);
  let faults: ReadonlySet<Fault> = simulation.faults ?? new Set(FAULT_NAMES);
  let wishes: ReadonlySet<string> = new Set(broken.wishes);
  const run = (some: ReadonlySet<Fault>, wanted: ReadonlySet<string>, stepsMax: number, traceMax = 0): Promise<Simulated> =>
    simulate({
      ...simulation,
      faults: some,
      isWanted: (wish) => wanted.has(wish),
      steps: stepsMax,
      traceMax,
      isTimeUp: () => false,
    });
  const stillBreaks = async (some: ReadonlySet<Fault>, wanted: ReadonlySet<string>, stepsMax: number): Promise<boolean> =>
    !isTimeUp() && sentenceOf(await run(some, wanted, stepsMax)) === sentence;
  for (const share of SHARES) {
    for (let fewer = Math.ceil(steps * share); fewer >= STEPS_MIN; fewer = Math.ceil(steps * share)) {
      if (!(await stillBreaks(faults, wishes, fewer))) break;
      steps = fewer;
    }
  }
  const withWishes = (fewer: ReadonlySet<string>): Promise<boolean> => stillBreaks(faults, fewer, steps);
  wishes = await leaveOut(wishes, wishes.size >> 4, withWishes);
  faults = await leaveOut(faults, 1, (fewer) => stillBreaks(fewer, wishes, steps));
  wishes = await leaveOut(wishes, 1, withWishes);
  const result = await run(faults, wishes, steps, TRACE_MAX);
  const trace = result.trace.filter((line) => !HUM.test(line)).slice(-LINES_MAX);
  return { result: { ...result, trace }, faults, wishes };
}

/** What was broken, without the ids and figures that another run has otherwise. */
const sentenceOf = ({ broken }: Simulated): string => `${broken?.invariant} ${broken?.expected.replaceAll(/\d+/g, '#')}`;

/** Portions of the items, the large ones first, as long as it still breaks without them. */
async function leaveOut<Item>(
  items: ReadonlySet<Item>,
  portionMin: number,
  stillBreaks: (fewer: ReadonlySet<Item>) => Promise<boolean>,
): Promise<ReadonlySet<Item>> {
  let left = items;
  for (let portion = items.size >> 1; portion >= Math.max(1, portionMin); portion >>= 1) {
    const all = [...left];
    for (let from = 0; from < all.length; from += portion) {
      const some = new Set(all.slice(from, from + portion));
      const fewer = new Set([...left].filter((item) => !some.has(item)));
      if (await stillBreaks(fewer)) left = fewer;
    }
  }
  return left;
}
