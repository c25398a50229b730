import { DeadlineError, withDeadline } from '@margrave/runtime';
import { ConnectionLost, openConnection, type Connection, type ConnectionOptions } from './connection.ts';
import { endsSession, typedFailure } from './failure.ts';
import { Slots } from './slots.ts';

/** One call as it ended, for metrics and slow-query logs. */
export interface CallReport {
  /** The name of the statement, of which there are few. */
  readonly statement: string;
  readonly seconds: number;
  readonly outcome: 'done' | 'failed';
}

export interface PoolOptions {
  readonly connection: ConnectionOptions;
  readonly size: number;
  /** How long a call may take that names no deadline of its own, waiting for a connection included. */
  readonly deadlineMs: number;
  readonly onCall: (report: CallReport) => void;
}

/** What a piece of work has of the pool. */
export interface Lease {
  readonly connection: Connection;
  /** Called right before something is sent that commits a change: from then on a lost answer leaves the outcome unknown. */
  readonly commits: () => void;
  /** What is left of the deadline. */
  readonly leftMs: () => number;
}

/**
 * So many sessions, each for one call at a time, so that no call waits behind another on the wire. A call that misses its
 * deadline takes its session down with it: nothing else tells a silent server from a slow one.
 */
export class Pool {
  readonly #options: PoolOptions;
  readonly #slots: Slots;
  readonly #idle: Connection[] = [];
  readonly #open = new Set<Connection>();
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#slots = new Slots(options.size);
  }

  /**
   * Runs work on a session of its own.
   *
   * @throws StoreUnavailable, EpochChanged, StatementRefused, UnsafeDatabase, or whatever the work itself throws.
   */
  async run<Value>(
    statement: string,
    work: (lease: Lease) => Promise<Value>,
    deadlineMs = this.#options.deadlineMs,
  ): Promise<Value> {
    const startedAt = performance.now();
    const leftMs = (): number => Math.max(1, deadlineMs - (performance.now() - startedAt));
    const report = (outcome: CallReport['outcome']): void =>
      this.#options.onCall({ statement, seconds: (performance.now() - startedAt) / 1_000, outcome });
    let mayHaveHappened = false;
    const commits = (): void => {
      mayHaveHappened = true;
    };
    try {
      const value = await this.#inSlot(statement, leftMs, (connection) =>
        withDeadline(work({ connection, commits, leftMs }), leftMs(), statement),
      );
      report('done');
      return value;
    } catch (error) {
      report('failed');
      throw typedFailure(statement, error, mayHaveHappened);
    }
  }

  /** Ends every session in order, and lets no other begin. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#open].map((connection) => connection.end()));
  }

  async #inSlot<Value>(
    statement: string,
    leftMs: () => number,
    work: (connection: Connection) => Promise<Value>,
  ): Promise<Value> {
    await this.#slots.take(leftMs(), statement);
    try {
      const connection = await this.#connection(leftMs());
      try {
        const value = await work(connection);
        this.#idle.push(connection);
        return value;
      } catch (error) {
        if (error instanceof DeadlineError || endsSession(error)) connection.destroy();
        else this.#idle.push(connection);
        throw error;
      }
    } finally {
      this.#slots.give();
    }
  }

  async #connection(deadlineMs: number): Promise<Connection> {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) if (!idle.isClosed()) return idle;
    if (this.#closed) throw new ConnectionLost(new Error('the store is closed'));
    const connectTimeoutMs = Math.min(deadlineMs, this.#options.connection.connectTimeoutMs);
    const connection = await openConnection({
      ...this.#options.connection,
      connectTimeoutMs,
      onClose: (closed) => this.#open.delete(closed),
    });
    this.#open.add(connection);
    return connection;
  }
}
