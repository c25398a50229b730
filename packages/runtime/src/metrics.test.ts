import {
  COUNT_BUCKETS,
  createMetricRegistry,
  createMetrics,
  metric,
  metricRows,
  SECONDS_BUCKETS,
  seriesOf,
  setAtScrape,
} from './metrics.ts';
import { measureProcess } from './process-metrics.ts';

const declarations = {
  orders: metric.counter({
    name: 'margrave_orders_total',
    sentence: 'Orders by flow and outcome.',
    labels: ['flow', 'outcome'],
  }),
  batchSize: metric.histogram({
    name: 'margrave_commit_batch_size',
    sentence: 'Commands in one commit.',
    buckets: COUNT_BUCKETS,
  }),
  denials: metric.counter({
    name: 'margrave_denials_total',
    sentence: 'Denials by code.',
    labels: ['code'],
    series: seriesOf('code', ['PRICE_STALE']),
  }),
  stages: metric.histogram({
    name: 'margrave_stage_seconds',
    sentence: 'How long a stage took.',
    labels: ['stage'],
    series: seriesOf('stage', ['commit']),
    buckets: SECONDS_BUCKETS,
  }),
  outboxDepth: metric.gauge({ name: 'margrave_outbox_depth', sentence: 'Messages that wait to be sent.' }),
};

it('makes what was declared, under its name, and sets a gauge when it is read', async () => {
  const registry = createMetricRegistry();
  const metrics = createMetrics(declarations, registry);
  metrics.orders.inc({ flow: 'local', outcome: 'filled' }, 2);
  metrics.batchSize.observe(3);
  let depth = 7;
  setAtScrape(metrics.outboxDepth, () => Promise.resolve(depth));
  expect(await registry.metrics()).toMatch(/margrave_outbox_depth 7\n/);
  depth = 8;
  const text = await registry.metrics();
  expect(text).toContain('# HELP margrave_orders_total Orders by flow and outcome.');
  expect(text).toContain('margrave_orders_total{flow="local",outcome="filled"} 2');
  expect(text).toContain('margrave_commit_batch_size_bucket{le="4"} 1');
  expect(text).toMatch(/margrave_outbox_depth 8\n/);
});

it('has the series that were declared from the start, as zero', async () => {
  const registry = createMetricRegistry();
  createMetrics(declarations, registry);
  const text = await registry.metrics();
  expect(text).toContain('margrave_denials_total{code="PRICE_STALE"} 0\n');
  expect(text).toContain('margrave_stage_seconds_count{stage="commit"} 0\n');
  expect(text).not.toContain('margrave_orders_total{');
});

it('refuses a name that does not fit its kind, and the same name twice', () => {
  expect(() => metric.counter({ name: 'margrave_orders', sentence: 'Orders.' })).toThrow('not a name for this kind');
  expect(() => metric.gauge({ name: 'orders', sentence: 'Orders.' })).toThrow('not a name for this kind');
  const registry = createMetricRegistry();
  createMetrics(declarations, registry);
  expect(() => createMetrics(declarations, registry)).toThrow('already been registered');
});

it('documents what was declared', () => {
  expect(metricRows(declarations).map(({ name, kind, labels }) => [name, kind, labels])).toEqual([
    ['margrave_commit_batch_size', 'histogram', []],
    ['margrave_denials_total', 'counter', ['code']],
    ['margrave_orders_total', 'counter', ['flow', 'outcome']],
    ['margrave_outbox_depth', 'gauge', []],
    ['margrave_stage_seconds', 'histogram', ['stage']],
  ]);
});

it('says of each check whether it passes at the moment when it is read', async () => {
  const registry = createMetricRegistry();
  let isThere = true;
  const check = () => Promise.resolve([{ name: 'redis', ok: isThere, elapsedMs: 1 }]);
  const stop = measureProcess(registry, { everyCheck: check });
  expect(await registry.metrics()).toContain('margrave_check_ok{check="redis"} 1\n');
  isThere = false;
  expect(await registry.metrics()).toContain('margrave_check_ok{check="redis"} 0\n');
  stop();
});

it('reports the longest time by which the event loop was late, once', async () => {
  const registry = createMetricRegistry();
  const stop = measureProcess(registry, { everyCheck: () => Promise.resolve([]) });
  const lagSeconds = async (): Promise<number> =>
    Number(/^margrave_event_loop_lag_seconds (\S+)$/m.exec(await registry.metrics())?.[1]);
  const blockedUntil = performance.now() + 150;
  while (performance.now() < blockedUntil);
  expect(await lagSeconds()).toBeGreaterThan(0.1);
  // The block shows once more when the timer comes to fire; after that only what a busy machine adds.
  const later: number[] = [];
  while (later.length < 20 && !(Math.min(...later) < 0.1)) {
    await new Promise((resolve) => setTimeout(resolve, 60));
    later.push(await lagSeconds());
  }
  expect(Math.min(...later)).toBeLessThan(0.1);
  stop();
});
