import { shrink } from './shrink.ts';
import { simulate, type Simulated } from './simulate.ts';

export interface SimulateOptions {
  /** One seed only; else fresh ones, one after the other. */
  readonly seed: number | undefined;
  readonly steps: number;
  /** Seeds are begun until so much time has passed, and the last is cut off; undefined for one seed, to its end. */
  readonly seconds: number | undefined;
}

/** What the command needs of the world outside the simulation. */
export interface Outside {
  readonly print: (text: string) => void;
  /** Milliseconds that only go forward. */
  readonly monotonicMs: () => number;
  /** Of fresh seeds the first. */
  readonly freshSeed: () => number;
}

export const USAGE = 'npm run simulate -- [--seed N] [--steps M] [--seconds S]';
const STEPS = 20_000;
const SEED_MAX = 4_294_967_295;
const SHRINK_TIME_MS_MAX = 30_000;

/** @throws Error that says what cannot be read. */
export function readOptions(args: readonly string[]): SimulateOptions {
  const found = new Map<string, number>();
  for (let index = 0; index < args.length; index += 2) {
    const [name = '', text] = args.slice(index, index + 2);
    if (!['--seed', '--steps', '--seconds'].includes(name)) throw new Error(`there is no option "${name}"`);
    if (found.has(name)) throw new Error(`${name} is given twice`);
    if (text === undefined || !/^\d{1,10}$/.test(text)) throw new Error(`${name} needs a whole number`);
    found.set(name, Number.parseInt(text, 10));
  }
  const [seed, steps = STEPS, seconds] = ['--seed', '--steps', '--seconds'].map((name) => found.get(name));
  if (seed !== undefined && seed > SEED_MAX) throw new Error(`--seed is at most ${SEED_MAX}`);
  if (steps < 1 || seconds === 0) throw new Error('--steps and --seconds are at least 1');
  return { seed, steps, seconds };
}

/** Simulates, says in a few lines what happened, and whether everything held. */
export async function runSimulate({ seed, steps, seconds }: SimulateOptions, outside: Outside): Promise<boolean> {
  const { print, monotonicMs } = outside;
  const startedMs = monotonicMs();
  const isTimeUp = (): boolean => seconds !== undefined && monotonicMs() - startedMs >= seconds * 1_000;
  const results: Simulated[] = [];
  for (let next = seed ?? outside.freshSeed(); ; next = (next + 1) % (SEED_MAX + 1)) {
    if (seconds === undefined) print(`seed ${next}`);
    const simulation = { seed: next, steps, isTimeUp };
    const result = await simulate(simulation);
    results.push(result);
    if (result.broken !== undefined) {
      print(summary(results, monotonicMs() - startedMs));
      const shrinkFromMs = monotonicMs();
      await describeBreak(result, steps, () => monotonicMs() - shrinkFromMs > SHRINK_TIME_MS_MAX, print);
      return false;
    }
    if (seconds === undefined || seed !== undefined || isTimeUp()) break;
  }
  print(summary(results, monotonicMs() - startedMs));
  return true;
}

async function describeBreak(
  result: Simulated,
  steps: number,
  isTimeUp: () => boolean,
  print: (text: string) => void,
): Promise<void> {
  const { broken, seed } = result;
  if (broken === undefined) return;
  print(`BROKEN: invariant ${broken.invariant}, seed ${seed}, step ${broken.step}`);
  print(`  expected: ${broken.expected}`);
  print(`  found:    ${broken.found}`);
  print(`  again:    npm run simulate -- --seed ${seed} --steps ${steps}`);
  const small = await shrink(result, { seed, steps }, isTimeUp);
  print(`shrunk to ${small.wishes.size} commands (${[...small.wishes].join(', ')}), these faults:`);
  print(`  ${small.faults.size === 0 ? 'none' : [...small.faults].join('\n  ')}`);
  print(
    `then invariant ${small.result.broken?.invariant} breaks at step ${small.result.broken?.step}: ${small.result.broken?.found}`,
  );
  for (const line of small.result.trace) print(`  ${line}`);
}

function summary(results: readonly Simulated[], tookMs: number): string {
  const sum = (count: (result: Simulated) => number): number => results.reduce((total, result) => total + count(result), 0);
  const faults = new Map<string, number>();
  const checked = new Map<string, number>();
  for (const result of results) {
    for (const [fault, count] of result.faults) faults.set(fault, (faults.get(fault) ?? 0) + count);
    for (const [name, count] of Object.entries(result.checked)) checked.set(name, (checked.get(name) ?? 0) + count);
  }
  const [first, last] = [results[0], results.at(-1)];
  const seeds = results.length === 1 ? `seed ${first?.seed}` : `${results.length} seeds, ${first?.seed} to ${last?.seed}`;
  const cutOff = last?.isWhole === false && last.broken === undefined ? '; the last was cut off by the clock' : '';
  const steps = sum((result) => result.steps);
  return [
    `${seeds}: ${steps} steps, ${Math.round((steps * 1_000) / tookMs)} a second${cutOff}`,
    `${sum(({ orders }) => orders)} orders, ${sum(({ deals }) => deals)} fills, ${sum(({ commits }) => commits)} commits, ${sum(({ conflicts }) => conflicts)} conflicts, ${sum(({ parked }) => parked)} reports set aside`,
    `faults: ${[...faults].map(([fault, count]) => `${fault} ${count}`).join(' · ')}`,
    `invariants: ${[...checked].map(([name, count]) => `${name} checked ${count}`).join(' · ')}`,
    ...(results.length === 1 ? [`digest ${first?.digest}`] : []),
  ].join('\n');
}
