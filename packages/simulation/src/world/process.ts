import type { Draws } from './draws.ts';
import type { Scheduler } from './scheduler.ts';

/** Answers a call, once, whenever it is known. */
export interface Reply<Value> {
  readonly with: (value: Value) => void;
  readonly failure: (error: Error) => void;
}

export interface CallOptions<Value> {
  readonly what: string;
  /** Reached when the request arrives, whether or not the caller still lives. */
  readonly arrive: (reply: Reply<Value>) => void;
  readonly isRequestLost?: boolean;
  readonly isAnswerLost?: boolean;
  readonly slowMs?: number;
  /** After so long the caller is told this, if it was told nothing else. */
  readonly deadline?: { readonly ms: number; readonly error: () => Error };
}

/**
 * One run of a program: from its start to its death everything that it hears and says goes through here. After its death it
 * hears nothing any more, and nothing that it says is heard; what it had asked for still happens.
 */
export class Process {
  readonly name: string;
  readonly scheduler: Scheduler;
  readonly draws: Draws;
  isAlive = true;
  readonly #onDeath: (() => void)[] = [];

  constructor(name: string, scheduler: Scheduler, draws: Draws) {
    this.name = name;
    this.scheduler = scheduler;
    this.draws = draws;
  }

  die(why: string): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    this.scheduler.note(`${this.name} dies: ${why}`);
    for (const told of this.#onDeath) told();
  }

  /** What the rest of the world notices of its death: broken connections. */
  onDeath(told: () => void): void {
    this.#onDeath.push(told);
  }

  after(delayMs: number, what: string, run: () => void): void {
    if (!this.isAlive) return;
    this.scheduler.after(delayMs, `${this.name}: ${what}`, () => {
      if (this.isAlive) run();
    });
  }

  every(everyMs: number, what: string, turn: () => Promise<unknown>): void {
    this.after(everyMs, what, () => {
      void turn().finally(() => this.every(everyMs, what, turn));
    });
  }

  sleep = (ms: number): Promise<void> => new Promise((resolve) => this.after(ms, 'slept', resolve));

  /** Asks a server. What comes back resolves the promise in a step of its own; to the dead nothing comes back. */
  call<Value>({ what, arrive, isRequestLost, isAnswerLost, slowMs = 0, deadline }: CallOptions<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      if (!this.isAlive) return;
      let answered = false;
      const answer = (label: string, act: () => void): void => {
        if (isAnswerLost === true) return;
        this.after(this.draws.between(0, 3) + slowMs, label, () => {
          if (answered) return;
          answered = true;
          act();
        });
      };
      if (deadline !== undefined) {
        this.after(deadline.ms, `${what}: no answer`, () => {
          if (answered) return;
          answered = true;
          reject(deadline.error());
        });
      }
      if (isRequestLost === true) return;
      this.scheduler.after(this.draws.between(0, 3) + slowMs, `${what} of ${this.name}`, () =>
        arrive({
          with: (value) => answer(`${what}: answered`, () => resolve(value)),
          failure: (error) => answer(`${what}: failed`, () => reject(error)),
        }),
      );
    });
  }
}
