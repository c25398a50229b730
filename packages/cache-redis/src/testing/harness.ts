import { createLogging, type Logger } from '@margrave/runtime';
import { connectCache, type Cache } from '../cache.ts';

/** A log that nobody reads. */
export const quietLog: Logger = createLogging({
  service: 'cache-redis-test',
  level: 'fatal',
  levels: [],
  destination: { write: () => undefined },
}).component('cache');

export async function until(isTrue: () => boolean | Promise<boolean>, withinMs = 30_000): Promise<void> {
  const giveUpAt = performance.now() + withinMs;
  while (!(await isTrue())) {
    if (performance.now() > giveUpAt) throw new Error(`it did not happen within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A cache that is there. */
export async function readyCache(url: string, deadlineMs = 2_000): Promise<Cache> {
  const cache = connectCache({ url, log: quietLog, deadlineMs });
  await until(cache.isReady);
  return cache;
}

/** What a call answered, for a test that expects an answer. */
export function answered<Value>(
  result: { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly refusal: { readonly message: string } },
): Value {
  if (!result.ok) throw new Error(`the cache refused: ${result.refusal.message}`);
  return result.value;
}
