/**
 * Database time without asking for it each time: the last answer plus the monotonic time since. Sessions open and close by it
 * on every instance alike, whatever its machine's clock says.
 */
export class DatabaseClock {
  readonly #ask: () => Promise<number>;
  readonly #monotonicMs: () => number;
  #offsetMs: number | undefined;

  constructor(ask: () => Promise<number>, monotonicMs: () => number) {
    this.#ask = ask;
    this.#monotonicMs = monotonicMs;
  }

  /** Asks anew. Rejects when the database does not answer; then the clock goes on from its last answer. */
  async adjust(): Promise<void> {
    const askedAtMs = this.#monotonicMs();
    const databaseNowMs = await this.#ask();
    // It was read somewhere between the question and the answer.
    this.#offsetMs = databaseNowMs - (askedAtMs + this.#monotonicMs()) / 2;
  }

  /** Epoch milliseconds; undefined before the first answer. */
  nowMs(): number | undefined {
    return this.#offsetMs === undefined ? undefined : Math.floor(this.#monotonicMs() + this.#offsetMs);
  }
}
