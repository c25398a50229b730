import type { Connection } from './connection.ts';

/** The database's time, epoch milliseconds. */
export async function readDatabaseNowMs(connection: Connection): Promise<number> {
  const [row] = await connection.query('select epoch_ms(clock_timestamp())::text as now_ms');
  return Number(row?.['now_ms']);
}

/**
 * The database's time without asking for it: the last answer's plus the monotonic time since. It runs behind the database by
 * at most that answer's way back.
 */
export class DatabaseClock {
  #offsetMs: number | undefined;

  /** Takes the database time of an answer that has just arrived. */
  note(databaseNowMs: number): void {
    this.#offsetMs = databaseNowMs - performance.now();
  }

  /** Epoch milliseconds; asks only before the first answer. */
  async nowMs(connection: Connection): Promise<number> {
    if (this.#offsetMs === undefined) this.note(await readDatabaseNowMs(connection));
    return Math.floor((this.#offsetMs ?? 0) + performance.now());
  }
}
