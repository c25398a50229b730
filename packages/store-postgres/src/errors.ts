/** What is known of a call that failed: nothing was changed by it, or nobody knows. */
export type FailureOutcome = 'nothing_happened' | 'unknown';

/**
 * `deadline`: no answer in time. `connection`: no connection, or it was lost. `contention`: other transactions were in the
 * way, again and again. `too_late`: it reached the server after its deadline. `server`: the server could not (disk full,
 * shutting down, read only).
 */
export type UnavailableReason = 'deadline' | 'connection' | 'contention' | 'too_late' | 'server';

/** The store could not do it now. With the outcome `unknown`, look the command's key up before deciding anything again. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
  readonly statement: string;
  readonly reason: UnavailableReason;
  readonly outcome: FailureOutcome;

  constructor(statement: string, reason: UnavailableReason, outcome: FailureOutcome, cause?: unknown) {
    const because = cause instanceof Error ? `: ${cause.message}` : '';
    super(`${statement}: ${reason}, ${outcome === 'unknown' ? 'outcome unknown' : 'nothing happened'}${because}`, { cause });
    this.statement = statement;
    this.reason = reason;
    this.outcome = outcome;
  }
}

/** The store is on another line of history than the caller (a restore, a promotion): nothing it cached counts. */
export class EpochChanged extends Error {
  override readonly name = 'EpochChanged';
}

/** The statement itself is wrong: a row that a constraint forbids, a journal that does not sum to zero. A bug; nothing happened. */
export class StatementRefused extends Error {
  override readonly name = 'StatementRefused';
  readonly statement: string;
  /** SQLSTATE. */
  readonly code: string;

  constructor(statement: string, code: string, cause: Error) {
    super(`${statement}: ${cause.message}`, { cause });
    this.statement = statement;
    this.code = code;
  }
}

/** The database is set so that it may lose or spoil what it acknowledged, or is not the one this build needs. */
export class UnsafeDatabase extends Error {
  override readonly name = 'UnsafeDatabase';
  readonly setting: string;
  readonly value: string;
  /** What to do about it. */
  readonly advice: string;

  constructor(setting: string, value: string, advice: string) {
    super(`${setting} is ${value}: ${advice}`);
    this.setting = setting;
    this.value = value;
    this.advice = advice;
  }
}

/**
 * What the caller of a failed call may assume. `unknown`: a commit was sent and its answer never came. `unavailable`: nothing
 * happened, it may be tried again. `epoch`: what the caller knows is of another line of history. `bug`: none of these.
 */
export type StoreFailure = 'unknown' | 'unavailable' | 'epoch' | 'bug';

export function failureOf(error: unknown): StoreFailure {
  if (error instanceof StoreUnavailable) return error.outcome === 'unknown' ? 'unknown' : 'unavailable';
  if (error instanceof UnsafeDatabase) return 'unavailable';
  return error instanceof EpochChanged ? 'epoch' : 'bug';
}
