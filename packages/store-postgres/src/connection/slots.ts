import { DeadlineError } from '@margrave/runtime';

/** So many at a time, first come, first served, and nobody waits beyond a deadline. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** @throws DeadlineError when no slot became free in time; then none is held. */
  async take(deadlineMs: number, what: string): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const take = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(take), 1);
        reject(new DeadlineError(`${what}, waiting for a connection,`, deadlineMs));
      }, deadlineMs);
      this.#waiting.push(take);
    });
  }

  give(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
