import { asError, isBug } from './bug.ts';
import type { Logger } from './logging.ts';
import { sleep } from './retry.ts';

export interface Repeated {
  readonly isRunning: () => boolean;
  /** Finishes the turn in hand and ends. */
  readonly stop: () => Promise<void>;
}

/**
 * Takes turn after turn until it is stopped; a turn that had its hands full is followed by the next at once. What the world
 * does to a turn is logged and tried again; a bug ends it.
 */
export function repeat(
  name: string,
  everyMs: number,
  turn: () => Promise<'more' | 'done'>,
  log: Logger,
  onBug: (error: Error) => void,
): Repeated {
  const stopping = new AbortController();
  let running = true;
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        if ((await turn()) === 'more') continue;
      } catch (error) {
        if (isBug(error)) throw error;
        log.warn({ err: asError(error), turn: name }, 'A turn failed and is taken again');
      }
      await sleep(everyMs, stopping.signal);
    }
  };
  const ended = run()
    .catch((error: unknown) => onBug(asError(error)))
    .finally(() => {
      running = false;
    });
  return {
    isRunning: () => running,
    stop: async () => {
      stopping.abort();
      await ended;
    },
  };
}
