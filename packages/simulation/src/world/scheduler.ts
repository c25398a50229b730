import { createHash } from 'node:crypto';

interface Event {
  readonly atMs: number;
  readonly number: number;
  readonly what: string;
  readonly run: () => void;
}

/** The microtasks that a step set off have all run when the next macrotask runs. Nothing else in the process is waited for. */
const microtasks = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * The only clock and the only order of things: one step after another, the earliest first, those of one moment in the order in
 * which they were asked for. A step is over when everything that could go on because of it has come to wait for another step.
 */
export class Scheduler {
  nowMs = 0;
  steps = 0;
  /** The last steps, for a person; as many as are kept. */
  readonly trace: string[] = [];
  readonly #heap: Event[] = [];
  readonly #digest = createHash('sha256');
  readonly #traceMax: number;
  #asked = 0;

  constructor(traceMax: number) {
    this.#traceMax = traceMax;
  }

  after(delayMs: number, what: string, run: () => void): void {
    this.#asked += 1;
    this.#push({ atMs: this.nowMs + Math.max(0, Math.round(delayMs)), number: this.#asked, what, run });
  }

  /** Takes the next step; false when there is none. */
  async step(): Promise<boolean> {
    const event = this.#pop();
    if (event === undefined) return false;
    this.nowMs = event.atMs;
    this.steps += 1;
    this.#note(event.what);
    event.run();
    await microtasks();
    return true;
  }

  /** Says something that belongs to the step in hand. */
  note(what: string): void {
    this.#note(`  ${what}`);
  }

  /** Of everything that happened so far, in its order. */
  digest(): string {
    return this.#digest.copy().digest('hex');
  }

  #note(what: string): void {
    const line = `${this.nowMs} ${what}`;
    this.#digest.update(`${line}\n`);
    if (this.#traceMax === 0) return;
    this.trace.push(`step ${this.steps} at ${(this.nowMs / 1_000).toFixed(3)} s: ${what}`);
    if (this.trace.length > this.#traceMax) this.trace.shift();
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let index = heap.push(event) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(event, heap[parent]!)) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = event;
  }

  #pop(): Event | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isBefore(heap[child]!, last)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}

const isBefore = (a: Event, b: Event): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.number < b.number);
