import { setTimeout as timeout } from 'node:timers/promises';
import { DeadlineError, withDeadline } from './deadline.ts';
import { backoffMs, retry, type RetryOptions } from './retry.ts';

describe('withDeadline', () => {
  it('gives the outcome that comes in time', async () => {
    await expect(withDeadline(Promise.resolve(7), 1_000, 'a read')).resolves.toBe(7);
    await expect(withDeadline(Promise.reject(new Error('gone')), 1_000, 'a read')).rejects.toThrow('gone');
  });

  it('rejects with what was late and by which deadline, and drops what comes after', async () => {
    const late = timeout(20).then(() => {
      throw new Error('too late to be heard');
    });
    const failure = withDeadline(late, 5, 'a read');
    await expect(failure).rejects.toBeInstanceOf(DeadlineError);
    await expect(failure).rejects.toMatchObject({ what: 'a read', deadlineMs: 5, message: 'a read took longer than 5 ms' });
    await timeout(30);
  });
});

describe('backoffMs', () => {
  it('doubles with each failure up to its maximum, and takes between a half and the whole of it', () => {
    const backoff = { firstMs: 100, maxMs: 1_000 };
    expect([1, 2, 3, 4, 5, 1_000].map((failures) => backoffMs(backoff, failures, () => 0))).toEqual([
      50, 100, 200, 400, 500, 500,
    ]);
    expect([1, 2, 5].map((failures) => backoffMs(backoff, failures, () => 0.999_999))).toEqual([100, 200, 1_000]);
  });
});

describe('retry', () => {
  const attempts = (errors: readonly Error[], options: Partial<RetryOptions> = {}) => {
    const slept: number[] = [];
    let made = 0;
    const outcome = retry(
      () => {
        made += 1;
        const error = errors[made - 1];
        return error === undefined ? Promise.resolve('done') : Promise.reject(error);
      },
      {
        attemptsMax: 3,
        backoff: { firstMs: 10, maxMs: 1_000 },
        random: () => 0.5,
        sleep: (ms) => {
          slept.push(ms);
          return Promise.resolve();
        },
        ...options,
      },
    );
    return outcome.then(
      (value) => ({ value, made, slept }),
      (error: Error) => ({ error: error.message, made, slept }),
    );
  };
  const transient = (message: string): Error => new Error(message);

  it('attempts until one succeeds, waiting longer each time', async () => {
    expect(await attempts([transient('a'), transient('b')])).toEqual({ value: 'done', made: 3, slept: [8, 15] });
  });
  it('gives up with the last error', async () => {
    expect(await attempts([transient('a'), transient('b'), transient('c')])).toEqual({ error: 'c', made: 3, slept: [8, 15] });
  });
  it('does not repeat a bug', async () => {
    expect(await attempts([new TypeError('no such property')])).toMatchObject({ error: 'no such property', made: 1 });
  });
  it('ends when it is told to stop', async () => {
    const stop = new AbortController();
    expect(await attempts([transient('a')], { signal: stop.signal, onRetry: () => stop.abort() })).toMatchObject({
      error: 'a',
      made: 1,
    });
  });
});
