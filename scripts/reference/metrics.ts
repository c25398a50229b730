import type { MetricRow, ServiceDescription } from '@margrave/runtime';
import { code, table } from './markdown.ts';
import { GENERATED_NOTE } from './page.ts';
import { sharedAndOwn } from './services.ts';

/** docs/reference/metrics.md: what every service measures, for who watches them. */
export function metricsPage(services: readonly ServiceDescription[]): string {
  const { shared, own } = sharedAndOwn(services.map(({ name, metrics }) => ({ name, rows: metrics })));
  return [
    GENERATED_NOTE,
    '# Metrics',
    'At `/metrics` of each service’s `METRICS_PORT`, in the form that Prometheus reads; `/health/live` and `/health/ready` stand beside it. Times are in seconds. No label names an account, an order or a token.',
    '## Every service',
    'Besides what `prom-client` measures of a Node.js process (`process_…`, `nodejs_…`):',
    metricTable(shared),
    ...own.flatMap(({ name, rows }) => [`## ${name}`, metricTable(rows)]),
    '',
  ].join('\n\n');
}

const metricTable = (rows: readonly MetricRow[]): string =>
  table(
    ['metric', 'type', 'labels', 'meaning'],
    rows.map(({ name, kind, labels, sentence }) => [
      code(name),
      kind,
      labels.length === 0 ? 'none' : labels.map(code).join(', '),
      sentence,
    ]),
  );
