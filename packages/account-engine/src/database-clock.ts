/** How long an estimate holds before a fresh sample replaces it, however it compares: clocks drift. */
const ESTIMATE_MS_MAX = 60_000;

/**
 * Database time between two answers of the database: what it last said, plus the monotonic time since. An answer travels, so
 * every sample is a little late and the latest one seen is the best.
 */
export class DatabaseClock {
  readonly #monotonicMs: () => number;
  #offsetMs: number;
  #estimatedAtMs: number;

  constructor(databaseNowMs: number, monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
    this.#estimatedAtMs = monotonicMs();
    this.#offsetMs = databaseNowMs - this.#estimatedAtMs;
  }

  /** Epoch milliseconds, whole. */
  nowMs(): number {
    return Math.floor(this.#monotonicMs() + this.#offsetMs);
  }

  take(databaseNowMs: number): void {
    const nowMs = this.#monotonicMs();
    const offsetMs = databaseNowMs - nowMs;
    if (offsetMs <= this.#offsetMs && nowMs - this.#estimatedAtMs < ESTIMATE_MS_MAX) return;
    this.#offsetMs = offsetMs;
    this.#estimatedAtMs = nowMs;
  }
}
