import { collectDefaultMetrics, type Registry } from 'prom-client';
import type { Health } from './health.ts';
import { createMetrics, metric, readAtScrape, setAtScrape } from './metrics.ts';

/** What every service measures of its own process. */
export const processMetricDeclarations = {
  eventLoopLag: metric.gauge({
    name: 'margrave_event_loop_lag_seconds',
    sentence: 'The longest time by which the event loop was late since the metrics were last read.',
  }),
  checkOk: metric.gauge({
    name: 'margrave_check_ok',
    sentence:
      'Whether a check passed just now (1) or not (0): those of `/health/ready`, and of what the service can do without for a while.',
    labels: ['check'],
  }),
};

const SAMPLE_EVERY_MS = 20;

/**
 * Measures the process: memory, CPU, garbage collection under prom-client's names, and how late the event loop is: the
 * worst of a timer that should fire every 20 ms. (The histogram of `perf_hooks` was tried: on Node 24 it missed a loop
 * blocked for 300 ms.)
 *
 * @returns a function that ends the measuring.
 */
export function measureProcess(
  registry: Registry,
  health: Pick<Health, 'everyCheck'>,
  now: () => number = () => performance.now(),
): () => void {
  collectDefaultMetrics({ register: registry });
  const { eventLoopLag, checkOk } = createMetrics(processMetricDeclarations, registry);
  let expectedAt = now() + SAMPLE_EVERY_MS;
  let worstMs = 0;
  const timer = setInterval(() => {
    const at = now();
    worstMs = Math.max(worstMs, at - expectedAt);
    expectedAt = at + SAMPLE_EVERY_MS;
  }, SAMPLE_EVERY_MS);
  timer.unref();
  readAtScrape(checkOk, async () => {
    for (const { name, ok } of await health.everyCheck()) checkOk.set({ check: name }, Number(ok));
  });
  setAtScrape(eventLoopLag, () => {
    // A reader that the loop kept waiting sees that too: the timer may not have fired yet.
    const lagMs = Math.max(worstMs, now() - expectedAt, 0);
    worstMs = 0;
    return lagMs / 1_000;
  });
  return () => clearInterval(timer);
}
