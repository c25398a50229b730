import { sleep, withDeadline } from '@margrave/runtime';
import { openConnection, type Connection, type ConnectionOptions } from '../connection/connection.ts';

export interface AdvisoryLockOptions {
  /** Ends the wait for the lock. */
  readonly signal?: AbortSignal;
  /** How often the lock is tried while another holds it, and looked after while it is held. */
  readonly intervalMs?: number;
  /** How long one look may take before the lock counts as lost. */
  readonly deadlineMs?: number;
  /** Told at each try that finds the lock in the hands of another session. */
  readonly onHeldElsewhere?: () => void;
}

/** A lock that one session in the world holds at a time. */
export interface HeldLock {
  /** Resolves with the reason when the lock is, or may be, lost. What it protected must stop then. */
  readonly lost: Promise<string>;
  readonly release: () => Promise<void>;
}

const INTERVAL_MS = 500;
const DEADLINE_MS = 2_000;

// A session that hears nothing of its client ends, and frees the lock, in about ten seconds; the client gives up earlier.
const SESSION_SETTINGS = { tcp_keepalives_idle: '4', tcp_keepalives_interval: '2', tcp_keepalives_count: '3' };

/** `pg_locks` shows the two halves of the key; only the session that asks can know that it still holds the lock. */
const STILL_HELD = `
select exists (select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() and granted and objsubid = 1
  and (classid::bigint << 32 | objid::bigint) = hashtextextended($1, 0)) as held`;

/**
 * Waits until this process holds the named lock, on a session of its own, through losses of the connection. Resolves with
 * nothing when the signal ended the wait.
 *
 * @param onFailure told of every attempt that failed.
 */
export async function holdAdvisoryLock(
  connectionOptions: ConnectionOptions,
  name: string,
  onFailure: (error: unknown) => void,
  options: AdvisoryLockOptions = {},
): Promise<HeldLock | undefined> {
  const { signal, intervalMs = INTERVAL_MS, deadlineMs = DEADLINE_MS, onHeldElsewhere } = options;
  const session = { ...connectionOptions, sessionSettings: SESSION_SETTINGS };
  const look = (connection: Connection, text: string): Promise<unknown> =>
    withDeadline(connection.query(text, [name]), deadlineMs, `the lock ${name}`).then(([row]) => row?.['held']);

  let connection: Connection | undefined;
  while (signal?.aborted !== true) {
    try {
      connection ??= await openConnection(session);
      if ((await look(connection, 'select pg_try_advisory_lock(hashtextextended($1, 0)) as held')) === true) {
        return watch(connection, name, intervalMs, () => look(connection as Connection, STILL_HELD));
      }
      onHeldElsewhere?.();
    } catch (error) {
      connection?.destroy();
      connection = undefined;
      onFailure(error);
    }
    await sleep(intervalMs, signal);
  }
  await connection?.end();
  return undefined;
}

function watch(connection: Connection, name: string, intervalMs: number, isHeld: () => Promise<unknown>): HeldLock {
  const released = new AbortController();
  const lost = (async (): Promise<string> => {
    for (;;) {
      await sleep(intervalMs, released.signal);
      if (released.signal.aborted) return 'it was released';
      try {
        if ((await isHeld()) !== true) return 'the session does not hold it any more';
      } catch (error) {
        connection.destroy();
        return error instanceof Error ? error.message : String(error);
      }
    }
  })();
  return {
    lost: lost.then((reason) => `the lock ${name} is lost: ${reason}`),
    release: async () => {
      released.abort();
      await lost;
      await connection.end();
    },
  };
}
