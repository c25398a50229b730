import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY_MS = 500;

type Seen<Value> = { readonly found: Value } | { readonly missing: string } | { readonly hopeless: string };

/**
 * Looks until nothing is missing. `what` is a sentence that is to become true.
 *
 * @param look - gives what was waited for, or says in words what is missing still, or why it will never come; what it throws counts
 *   as missing.
 * @throws Error with what was missing last.
 */
export async function until<Value>(
  what: string,
  msMax: number,
  stop: AbortSignal,
  look: () => Promise<Seen<Value>>,
): Promise<Value> {
  const untilMs = performance.now() + msMax;
  for (;;) {
    stop.throwIfAborted();
    const seen: Seen<Value> = await look().catch((error: unknown) => ({
      missing: error instanceof Error ? error.message : String(error),
    }));
    if ('found' in seen) return seen.found;
    if ('hopeless' in seen) throw new Error(`it will not come to it that ${what}: ${seen.hopeless}`);
    if (performance.now() >= untilMs)
      throw new Error(`it did not come to it within ${msMax / 1_000} s that ${what}: ${seen.missing}`);
    await sleep(LOOK_EVERY_MS, undefined, { signal: stop });
  }
}
