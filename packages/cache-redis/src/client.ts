import { withDeadline, DeadlineError, type CheckOutcome, type Logger } from '@margrave/runtime';
import { ok, refuse, type Result } from '@margrave/vocabulary';
import { Redis, type ChainableCommander } from 'ioredis';
import { SCRIPTS } from './scripts.ts';

/**
 * Why the cache did not answer. `unavailable`: there is no connection. `timeout`: it may or may not have done what was asked.
 * `refused`: Redis answered with an error. Nobody may depend on the cache, so every caller goes on without it.
 */
export interface CacheFailure {
  readonly reason: 'unavailable' | 'timeout' | 'refused';
  readonly message: string;
}

export interface CacheOptions {
  /** `redis://user:password@host:port/database` */
  readonly url: string;
  /** How long any one call may take. */
  readonly deadlineMs?: number;
  readonly log: Logger;
}

/** A connection to Redis on which nothing hangs and nothing throws. It is made anew for ever when it is lost. */
export interface CacheClient {
  /** One round trip; the replies in the order of the commands. An error in one reply refuses the whole. */
  readonly pipeline: (fill: (commands: ChainableCommander) => void) => Promise<Result<readonly unknown[], CacheFailure>>;
  readonly isReady: () => boolean;
  /** Whether there is a connection, waiting for so long at most, and no longer than for a first failure. */
  readonly isReadyWithin: (waitMsMax: number) => Promise<boolean>;
  readonly check: () => Promise<CheckOutcome>;
  readonly close: () => Promise<void>;
}

const DEADLINE_MS = 250;
const RECONNECT_DELAY_MS_MAX = 1_000;
/** A connection that does not answer for this many deadlines is cut, so that calls fail at once instead of each waiting. */
const DEADLINES_UNTIL_CUT = 4;
const SCRIPT_IS_MISSING = 'NOSCRIPT';

export function connectClient({ url, deadlineMs = DEADLINE_MS, log }: CacheOptions): CacheClient {
  const redis = new Redis(url, {
    commandTimeout: deadlineMs,
    socketTimeout: deadlineMs * DEADLINES_UNTIL_CUT,
    disconnectTimeout: deadlineMs,
    connectTimeout: deadlineMs * DEADLINES_UNTIL_CUT,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    // Its name and version, which it would be refused (cache-rights.ts) and Redis before 7.2 does not know.
    disableClientInfo: true,
    // What was asked before a connection broke has been reported as failed; it must not happen after all.
    autoResendUnfulfilledCommands: false,
    retryStrategy: (attempt) => Math.min(attempt * 50, RECONNECT_DELAY_MS_MAX),
  });
  tellOfConnection(redis, log);

  const loadScripts = (): Promise<unknown> => Promise.all(Object.values(SCRIPTS).map(({ text }) => redis.script('LOAD', text)));

  const run = async (fill: (commands: ChainableCommander) => void): Promise<readonly unknown[]> => {
    const commands = redis.pipeline();
    fill(commands);
    const replies = (await commands.exec()) ?? [];
    const failed = replies.find(([error]) => error !== null);
    if (failed?.[0]) throw failed[0];
    return replies.map(([, reply]) => reply);
  };
  /** The scripts are there until someone flushes them, or Redis starts anew. */
  const runWithScripts = async (fill: (commands: ChainableCommander) => void): Promise<readonly unknown[]> => {
    try {
      return await run(fill);
    } catch (error) {
      if (!(error instanceof Error && error.message.includes(SCRIPT_IS_MISSING))) throw error;
      await loadScripts();
      return run(fill);
    }
  };

  const pipeline: CacheClient['pipeline'] = async (fill) => {
    if (redis.status !== 'ready') return refuse({ reason: 'unavailable', message: `Redis is not connected (${redis.status})` });
    try {
      return ok(await withDeadline(runWithScripts(fill), deadlineMs, 'a call to Redis'));
    } catch (error) {
      return refuse(failureOf(error));
    }
  };

  return {
    pipeline,
    isReady: () => redis.status === 'ready',
    isReadyWithin: async (waitMsMax) => {
      if (redis.status !== 'ready') await firstConnection(redis, waitMsMax);
      return redis.status === 'ready';
    },
    check: async () => {
      const answer = await pipeline((commands) => commands.ping());
      return answer.ok ? { ok: true } : { ok: false, reason: answer.refusal.message };
    },
    close: () => closeClient(redis, deadlineMs),
  };
}

/** Resolves when the connection is there, has failed, or takes too long. */
function firstConnection(redis: Redis, waitMsMax: number): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      redis.off('ready', end).off('close', end);
      resolve();
    };
    const timer = setTimeout(end, waitMsMax);
    redis.on('ready', end).on('close', end);
  });
}

async function closeClient(redis: Redis, deadlineMs: number): Promise<void> {
  const ended = new Promise<void>((resolve) => redis.once('end', () => resolve()));
  redis.disconnect();
  try {
    await withDeadline(ended, deadlineMs, 'closing the connection to Redis');
  } catch (error) {
    // A client that was just trying to connect again never says that it ended; there is nothing more to wait for then.
    if (!(error instanceof DeadlineError)) throw error;
  }
}

/** One line when Redis comes and one when it goes; each failed try only for who looks for it. */
function tellOfConnection(redis: Redis, log: Logger): void {
  let isThere = false;
  redis.on('error', (error: Error) => log.debug({ err: error }, 'Redis connection failed'));
  redis.on('ready', () => {
    isThere = true;
    log.info('Redis is there');
  });
  redis.on('close', () => {
    if (isThere) log.warn('Redis is gone; the cache is done without');
    isThere = false;
  });
}

function failureOf(error: unknown): CacheFailure {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof DeadlineError || message === 'Command timed out') return { reason: 'timeout', message };
  const isReply = error instanceof Error && error.name === 'ReplyError';
  return { reason: isReply ? 'refused' : 'unavailable', message };
}
