import { asError } from './bug.ts';

/** Something took longer than its deadline. What it does meanwhile is not known: it may still happen. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
  readonly what: string;
  readonly deadlineMs: number;

  constructor(what: string, deadlineMs: number) {
    super(`${what} took longer than ${deadlineMs} ms`);
    this.what = what;
    this.deadlineMs = deadlineMs;
  }
}

/**
 * The outcome of a promise, if it comes in time, by monotonic time. What comes later is dropped, an error too: the
 * deadline was reported in its stead.
 *
 * @throws DeadlineError when the time is over first.
 */
export function withDeadline<Value>(promise: PromiseLike<Value>, deadlineMs: number, what: string): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new DeadlineError(what, deadlineMs)), deadlineMs);
    promise.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(asError(error));
      },
    );
  });
}
