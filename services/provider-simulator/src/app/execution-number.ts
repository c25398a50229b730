import assert from 'node:assert/strict';

/** A moment of the provider's own clock. */
export interface Moment {
  /** Milliseconds since 1970. */
  readonly ms: number;
  /** The same in RFC 3339, UTC. */
  readonly text: string;
}

/** The two ends of an execution id `{provider}-{date}-{counter}`. */
export interface ExecutionNumber {
  /** The trade date in UTC: `20260105`. */
  readonly date: string;
  readonly counter: bigint;
}

/** More reports than this in a millisecond cannot be made. */
const COUNTS_PER_MS = 1_000n;
const DAY_MS = 86_400_000;

/**
 * The number after the last one. It grows with every report, and it is never below the time of the day: so ids stay unique
 * even where the journal was lost, and even where the clock was set back.
 */
export function nextExecutionNumber(last: ExecutionNumber | undefined, { ms, text }: Moment): ExecutionNumber {
  const date = text.slice(0, 10).replaceAll('-', '');
  const least = BigInt(ms % DAY_MS) * COUNTS_PER_MS;
  if (last === undefined || date > last.date) return { date, counter: least };
  const following = last.counter + 1n;
  return { date: last.date, counter: date === last.date && least > following ? least : following };
}

export const executionIdOf = (provider: string, { date, counter }: ExecutionNumber): string => `${provider}-${date}-${counter}`;

/** The number in an id of our own. */
export function readExecutionNumber(executionId: string): ExecutionNumber {
  const [, date, counter] = /-(\d{8})-(\d+)$/.exec(executionId) ?? [];
  assert(date !== undefined && counter !== undefined, `${executionId} is no execution id of this provider`);
  return { date, counter: BigInt(counter) };
}
