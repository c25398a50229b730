import { createHealth } from './health.ts';
import { createLogging } from './logging.ts';
import { createMetricRegistry, createMetrics, metric, setAtScrape } from './metrics.ts';
import { listenForObservation, type Observation } from './observation.ts';
import { createRedact } from './redaction.ts';

const registry = createMetricRegistry();
const { depth } = createMetrics({ depth: metric.gauge({ name: 'margrave_outbox_depth', sentence: 'What waits.' }) }, registry);
const health = createHealth({ redact: createRedact() });
const log = createLogging({ service: 'test', level: 'silent', levels: [] }).component('observation');
let observation: Observation;
const get = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${observation.port}${path}`, init);

beforeAll(async () => {
  observation = await listenForObservation({ port: 0, host: '127.0.0.1', registry, health, log });
});
afterAll(() => observation.stop());

it('shows the metrics in the form Prometheus reads', async () => {
  depth.set(3);
  const response = await get('/metrics');
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=/);
  expect(await response.text()).toContain('margrave_outbox_depth 3');
});

it('answers health by status and says which check failed', async () => {
  expect((await get('/health/live')).status).toBe(200);
  const waiting = await get('/health/ready');
  expect([waiting.status, await waiting.json()]).toMatchObject([
    503,
    { checks: [{ name: 'phase', reason: 'the service is starting' }] },
  ]);
  health.setPhase('serving');
  expect((await get('/health/ready', { method: 'HEAD' })).status).toBe(200);
});

it('knows nothing else', async () => {
  expect((await get('/')).status).toBe(404);
  expect((await get('/metrics', { method: 'POST' })).status).toBe(405);
});

it('answers without details when a metric cannot be read', async () => {
  setAtScrape(depth, () => Promise.reject(new Error('a secret of the database')));
  const response = await get('/metrics');
  expect([response.status, await response.text()]).toEqual([500, 'failed\n']);
});
