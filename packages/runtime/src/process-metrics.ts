import { collectDefaultMetrics, type Registry } from 'prom-client';
import { createMetrics, metric, setAtScrape } from './metrics.ts';

/** What every service measures of its own process. */
export const processMetricDeclarations = {
  eventLoopLag: metric.gauge({
    name: 'margrave_event_loop_lag_seconds',
    sentence: 'The longest time by which the event loop was late since the metrics were last read.',
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
export function measureProcess(registry: Registry, now: () => number = () => performance.now()): () => void {
  collectDefaultMetrics({ register: registry });
  const { eventLoopLag } = createMetrics(processMetricDeclarations, registry);
  let expectedAt = now() + SAMPLE_EVERY_MS;
  let worstMs = 0;
  const timer = setInterval(() => {
    const at = now();
    worstMs = Math.max(worstMs, at - expectedAt);
    expectedAt = at + SAMPLE_EVERY_MS;
  }, SAMPLE_EVERY_MS);
  timer.unref();
  setAtScrape(eventLoopLag, () => {
    // A reader that the loop kept waiting sees that too: the timer may not have fired yet.
    const lagMs = Math.max(worstMs, now() - expectedAt, 0);
    worstMs = 0;
    return lagMs / 1_000;
  });
  return () => clearInterval(timer);
}
