import { createDraws, type Draws } from './draws.ts';

/** What can go wrong, and once in how many times it does. */
export const FAULTS = {
  'store: the request is lost': 150,
  'store: the answer is lost': 80,
  'store: it answers late': 60,
  'store: it cannot be reached': 200,
  'store: another epoch': 2_000,
  'bus: a message is lost before it is stored': 60,
  'bus: the acknowledgement is lost': 60,
  'bus: a message is delivered twice': 20,
  'bus: a message is delivered late': 30,
  'bus: an event is not heard': 10,
  'bus: a stream loses what it had': 40,
  'cache: it is emptied': 1_000,
  'cache: it does not answer': 30,
  'process: it dies': 12,
  'process: it dies before a commit': 300,
  'process: it dies after a commit': 300,
  'process: it dies after publishing': 300,
  'process: it dies before acknowledging': 200,
  'client: the request is lost': 40,
  'client: the answer is lost': 20,
  'client: it uses a key again for something else': 60,
  'provider: it is silent until it is asked': 12,
  'provider: it falls silent half way': 10,
  'provider: it never saw the request': 25,
  'provider: it executes late': 15,
  'provider: it rejects and executes': 25,
  'provider: it cancels and executes': 25,
  'provider: it executes more than was ordered': 40,
  'provider: it says two things under one id': 30,
  'provider: it repeats itself': 8,
  'provider: a report of it is lost for good': 25,
} as const;
export type Fault = keyof typeof FAULTS;
export const FAULT_NAMES = Object.keys(FAULTS) as readonly Fault[];

/**
 * Strikes by the seed. Each kind draws for itself at each thing that it strikes, so that leaving a kind out, or a thing, leaves
 * the others where they were: a run can be made smaller without becoming another one.
 */
export class Faults {
  readonly counts = new Map<Fault, number>();
  isQuiet = false;
  readonly #draws = new Map<string, Draws>();
  readonly #only: ReadonlySet<Fault>;
  readonly #seed: number;

  constructor(seed: number, only: ReadonlySet<Fault>) {
    this.#seed = seed;
    this.#only = only;
  }

  strikes(fault: Fault, what: string): boolean {
    if (this.isQuiet || !this.#only.has(fault)) return false;
    const name = `${fault}, ${what}`;
    let draws = this.#draws.get(name);
    if (draws === undefined) this.#draws.set(name, (draws = createDraws(this.#seed, name)));
    if (!draws.onceIn(FAULTS[fault])) return false;
    this.counts.set(fault, (this.counts.get(fault) ?? 0) + 1);
    return true;
  }
}
