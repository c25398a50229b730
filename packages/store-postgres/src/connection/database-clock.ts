import type { Connection } from './connection.ts';

/** The database's time, epoch milliseconds. */
export async function readDatabaseNowMs(connection: Connection): Promise<number> {
  const [row] = await connection.query('select epoch_ms(clock_timestamp())::text as now_ms');
  return Number(row?.['now_ms']);
}

/** How long an estimate holds before a fresh sample replaces it, however it compares: clocks drift. */
const ESTIMATE_MS_MAX = 60_000;

/**
 * Database time between two answers of the database: what it last said, plus the monotonic time since. An answer travels, so
 * every sample is a little late and the latest one seen is the best: the clock never runs ahead of the database.
 */
export class DatabaseClock {
  readonly #monotonicMs: () => number;
  #estimate: { readonly offsetMs: number; readonly takenAtMs: number } | undefined;

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  /** Epoch milliseconds, whole; undefined before the first sample. */
  nowMs(): number | undefined {
    return this.#estimate && Math.floor(this.#monotonicMs() + this.#estimate.offsetMs);
  }

  /** Takes the database time of an answer that has just arrived. */
  take(databaseNowMs: number): void {
    const takenAtMs = this.#monotonicMs();
    const offsetMs = databaseNowMs - takenAtMs;
    const held = this.#estimate;
    if (held === undefined || offsetMs > held.offsetMs || takenAtMs - held.takenAtMs >= ESTIMATE_MS_MAX) {
      this.#estimate = { offsetMs, takenAtMs };
    }
  }
}
