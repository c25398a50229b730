import { once } from 'node:events';
import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';
import type { ComponentLevel, LogLevel } from './log-level.ts';
import { createRedact, type Redact } from './redaction.ts';

/** Writes entries of one component: `log.info({ orderId }, 'Order accepted')`. */
export type Logger = Pick<PinoLogger, 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'>;

export interface Logging {
  /** The logger of a component; asked twice, the same one. */
  readonly component: (name: string) => Logger;
  /** Changes the level of one component, or, without one, that of the service and of every component without a level of its own. */
  readonly setLevel: (level: LogLevel, component?: string) => void;
  /** Resolves when all that was logged so far is written. */
  readonly flush: () => Promise<void>;
  readonly redact: Redact;
}

export interface LoggingOptions {
  readonly service: string;
  readonly level: LogLevel;
  readonly levels: readonly ComponentLevel[];
  /** Exact values that must never appear, besides what looks like a token or a password (`secretValues` gives them). */
  readonly secrets?: readonly string[];
  /** Where lines go: by default standard output, asynchronously. */
  readonly destination?: LogDestination;
}

export interface LogDestination extends DestinationStream {
  /** Resolves when all lines so far are written; absent where a write is never late. */
  readonly flush?: () => Promise<void>;
}

const STANDARD_OUTPUT = 1;

/**
 * Standard output, written in the background. Its own `flush` calls back at once when it does not buffer by size, so that
 * an exit right after would lose lines or turn their order round: an empty write and the `drain` after it wait for all.
 */
function standardOutput(): LogDestination {
  const stream = pino.destination({ fd: STANDARD_OUTPUT, sync: false });
  return {
    write: (line) => {
      stream.write(line);
    },
    flush: async () => {
      const drained = once(stream, 'drain');
      stream.write('');
      await drained;
    },
  };
}

/** Logging as JSON, one line an entry, with the component, the time in UTC and the level as a word. */
export function createLogging(options: LoggingOptions): Logging {
  const redact = createRedact(options.secrets);
  const destination = options.destination ?? standardOutput();
  const root = pino(
    {
      level: 'trace', // each component decides by its own level
      base: { service: options.service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      hooks: { streamWrite: redact },
    },
    destination,
  );
  let serviceLevel = options.level;
  const ownLevels = new Map(options.levels.map(({ component, level }) => [component, level]));
  const components = new Map<string, PinoLogger>();

  return {
    redact,
    component: (name) => {
      let logger = components.get(name);
      if (logger === undefined) {
        logger = root.child({ component: name }, { level: ownLevels.get(name) ?? serviceLevel });
        components.set(name, logger);
      }
      return logger;
    },
    setLevel: (level, component) => {
      if (component === undefined) serviceLevel = level;
      else ownLevels.set(component, level);
      for (const [name, logger] of components) logger.level = ownLevels.get(name) ?? serviceLevel;
    },
    flush: async () => destination.flush?.(),
  };
}
