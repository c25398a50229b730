import { setTimeout as timeout } from 'node:timers/promises';
import { isBug } from './bug.ts';

/** A number from 0 up to, not including, 1. Injected, so that a test or a simulation can repeat a run. */
export type Random = () => number;

/** Waits; ends early, without an error, when the signal is aborted. */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>;

export const sleep: Sleep = async (ms, signal) => {
  try {
    await timeout(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  }
};

export interface Backoff {
  readonly firstMs: number;
  readonly maxMs: number;
}

/**
 * How long to wait before the next attempt: doubled with each failure up to the maximum, of which between a half and the
 * whole is taken, so that those who failed together do not return together.
 *
 * @param failures how many attempts failed so far, from 1.
 */
export function backoffMs(backoff: Backoff, failures: number, random: Random): number {
  const wholeMs = Math.min(backoff.maxMs, backoff.firstMs * 2 ** Math.min(failures - 1, 30));
  return Math.round(wholeMs / 2 + (wholeMs / 2) * random());
}

export interface RetryOptions {
  readonly attemptsMax: number;
  readonly backoff: Backoff;
  readonly random: Random;
  readonly sleep?: Sleep;
  /** Whether another attempt can help; by default it can, unless the error is a bug. */
  readonly isTransient?: (error: unknown) => boolean;
  /** Told of every failure that is followed by another attempt. */
  readonly onRetry?: (error: unknown, failures: number, delayMs: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Attempts until one succeeds.
 *
 * @throws the last attempt's error, when there were enough of them, when it is not transient or when the signal is aborted.
 */
export async function retry<Value>(attempt: (failures: number) => Promise<Value>, options: RetryOptions): Promise<Value> {
  const { attemptsMax, backoff, random, isTransient = (error) => !isBug(error), onRetry, signal } = options;
  const isAborted = (): boolean => signal?.aborted === true;
  for (let failures = 0; ;) {
    try {
      return await attempt(failures);
    } catch (error) {
      failures += 1;
      if (failures >= attemptsMax || isAborted() || !isTransient(error)) throw error;
      const delayMs = backoffMs(backoff, failures, random);
      onRetry?.(error, failures, delayMs);
      await (options.sleep ?? sleep)(delayMs, signal);
      if (isAborted()) throw error;
    }
  }
}
