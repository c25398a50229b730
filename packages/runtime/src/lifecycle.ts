import { asError } from './bug.ts';
import { withDeadline } from './deadline.ts';
import type { Logger } from './logging.ts';

/** What the lifecycle needs of the process; `process` itself fits. */
export interface ProcessHost {
  on(event: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
  on(event: 'unhandledRejection' | 'uncaughtException', listener: (error: unknown) => void): unknown;
  exit(code: number): void;
  /** Where it is said that the log itself cannot be written. */
  readonly stderr: { write(text: string): unknown };
}

export interface LifecycleOptions {
  readonly log: Logger;
  /** Writes out what was logged; the last thing before the process ends. */
  readonly flushLog: () => Promise<void>;
  readonly host?: ProcessHost;
  /** How long all parts together may take to stop. */
  readonly stopDeadlineMs?: number;
  /** Told when stopping begins, before the first part stops: readiness turns false here. */
  readonly onStopping?: () => void;
}

export interface Lifecycle {
  /**
   * Starts one part of the service and remembers how to stop it. A part that does not start stops the service, with a
   * non-zero exit; when stopping has begun, no further part is started and the promise stays unsettled: the process ends.
   */
  readonly part: <Value>(
    name: string,
    start: () => Value | Promise<Value>,
    stop?: (value: Value) => void | Promise<void>,
  ) => Promise<Value>;
  /** Stops the parts in reverse order and ends the process with 0. */
  readonly stop: (reason: string) => void;
  /** The same after a bug or a loss that cannot be mended: ends the process with 1. */
  readonly fail: (error: unknown, what: string) => void;
}

interface StartedPart {
  readonly name: string;
  readonly stop: () => void | Promise<void>;
}

const STOP_DEADLINE_MS = 10_000;
const FLUSH_DEADLINE_MS = 1_000;

/**
 * The life of a service: parts started in order, stopped in reverse on SIGTERM, SIGINT or a failure. What stops late is
 * left behind at the deadline. An unhandled rejection or exception is logged once and ends the process at once: its state
 * is not to be trusted, and what was not acknowledged comes again.
 */
export function createLifecycle(options: LifecycleOptions): Lifecycle {
  const { log, flushLog, host = process, stopDeadlineMs = STOP_DEADLINE_MS, onStopping } = options;
  const started: StartedPart[] = [];
  let starting: Promise<unknown> = Promise.resolve();
  let ending: 'no' | 'stopping' | 'exiting' = 'no';

  const exit = async (code: number): Promise<void> => {
    if (ending === 'exiting') return;
    ending = 'exiting';
    // A log that cannot be written must not keep a dead process alive, nor be the reason that it dies in silence.
    await withDeadline(flushLog(), FLUSH_DEADLINE_MS, 'writing the log').catch((error: unknown) => {
      host.stderr.write(`The log could not be written to its end: ${asError(error).message}\n`);
    });
    host.exit(code);
  };

  const stopParts = async (): Promise<boolean> => {
    await starting;
    let clean = true;
    for (let part = started.pop(); part !== undefined; part = started.pop()) {
      try {
        await part.stop();
        log.info({ part: part.name }, 'Part stopped');
      } catch (error) {
        clean = false;
        log.error({ err: asError(error), part: part.name }, 'A part did not stop cleanly');
      }
    }
    return clean;
  };

  const end = (code: 0 | 1): void => {
    if (ending !== 'no') return;
    ending = 'stopping';
    onStopping?.();
    withDeadline(stopParts(), stopDeadlineMs, 'stopping the service').then(
      (clean) => exit(clean ? code : 1),
      (error: unknown) => {
        log.error({ err: asError(error), left: started.map((part) => part.name) }, 'The service did not stop in time');
        return exit(1);
      },
    );
  };

  const stop = (reason: string): void => {
    if (ending === 'no') log.info({ reason }, 'Stopping');
    end(0);
  };

  const fail = (error: unknown, what: string): void => {
    log.fatal({ err: asError(error) }, what);
    end(1);
  };

  const lastResort = (event: string) => (error: unknown) => {
    if (ending === 'exiting') return;
    log.fatal({ err: asError(error), event }, 'An error that nothing handled ends the process');
    void exit(1);
  };

  host.on('SIGTERM', () => stop('SIGTERM'));
  host.on('SIGINT', () => stop('SIGINT'));
  host.on('unhandledRejection', lastResort('unhandledRejection'));
  host.on('uncaughtException', lastResort('uncaughtException'));

  const part: Lifecycle['part'] = async (name, start, stopPart) => {
    if (ending !== 'no') return never();
    const run = (async () => {
      const value = await start();
      started.push({ name, stop: () => stopPart?.(value) });
      log.info({ part: name }, 'Part started');
      return value;
    })();
    starting = Promise.allSettled([starting, run]);
    let value;
    try {
      value = await run;
    } catch (error) {
      fail(error, `${name} did not start`);
      return never();
    }
    // Stopping began while this part was starting: it is stopped with the others, and nothing more is started.
    return ending === 'no' ? value : never();
  };

  return { part, stop, fail };
}

const never = (): Promise<never> => new Promise(() => undefined);
