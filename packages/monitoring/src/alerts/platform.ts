import type { Alert } from '../alert.ts';
import { STORES_AND_BUS } from '../dashboards/stores-and-bus.ts';
import { highest, lowest } from '../promql.ts';
import { pick } from '../series.ts';

const { uid: dashboard } = STORES_AND_BUS;

/** The checks that have an alert of their own. */
const SERVERS = ['postgres', 'nats', 'redis'] as const;

/** Of the servers that several services depend on, each alert names the services that miss it. */
const away = (check: (typeof SERVERS)[number]): string => `${lowest(pick('margrave_check_ok', { check }), ['job'])} == 0`;

/** Services, and the servers that they stand on. */
export const PLATFORM_ALERTS: readonly Alert[] = [
  {
    name: 'ServiceDown',
    severity: 'page',
    expression: `${pick('up').text} == 0`,
    forSeconds: 60,
    summary: '{{ $labels.job }} at {{ $labels.instance }} does not answer.',
    seen: { dashboard, panel: 'Services' },
  },
  {
    name: 'ServiceNotReady',
    severity: 'page',
    // Whatever else a service checks, so that no check can be added that rings nowhere.
    expression: `${lowest(pick('margrave_check_ok', { check: { noneOf: SERVERS } }), ['job', 'instance', 'check'])} == 0`,
    forSeconds: 120,
    summary: '{{ $labels.job }} at {{ $labels.instance }} is not ready: its check "{{ $labels.check }}" fails.',
    seen: { dashboard, panel: 'Checks' },
  },
  {
    name: 'PostgresAway',
    severity: 'page',
    expression: away('postgres'),
    forSeconds: 30,
    summary: '{{ $labels.job }} cannot write to PostgreSQL: no order is taken and no report is booked.',
    seen: { dashboard, panel: 'Checks' },
  },
  {
    name: 'NatsAway',
    severity: 'page',
    expression: away('nats'),
    forSeconds: 60,
    summary: '{{ $labels.job }} has no NATS: requests to providers wait in the outbox, and quotes become stale.',
    seen: { dashboard, panel: 'Checks' },
  },
  {
    name: 'RedisAway',
    severity: 'ticket',
    expression: away('redis'),
    forSeconds: 120,
    summary: '{{ $labels.job }} does without Redis: it reads accounts from PostgreSQL.',
    seen: { dashboard, panel: 'Checks' },
  },
  {
    name: 'OutboxStuck',
    severity: 'page',
    expression: `${highest(pick('margrave_outbox_age_seconds'))} > 30`,
    forSeconds: 60,
    summary:
      'A message has waited in the outbox for {{ $value | humanizeDuration }}: providers and streams do not get what was committed.',
    seen: { dashboard, panel: 'Age of the oldest row in the outbox' },
  },
  {
    name: 'StreamFilling',
    severity: 'ticket',
    expression: `${highest(pick('margrave_stream_fill_ratio'), ['stream'])} > 0.7`,
    forSeconds: 300,
    summary: 'The stream {{ $labels.stream }} is {{ $value | humanizePercentage }} full; when it is full it takes no more.',
    seen: { dashboard, panel: 'How full the streams are' },
  },
  {
    name: 'CacheBehind',
    severity: 'ticket',
    expression: `max by (job) (min_over_time(${pick('margrave_cache_behind_accounts').text}[5m])) > 0`,
    forSeconds: 300,
    summary: '{{ $labels.job }} has not been done with writing accounts to Redis for ten minutes.',
    seen: { dashboard, panel: 'Accounts to be written to Redis' },
  },
  {
    name: 'EventLoopLate',
    severity: 'ticket',
    expression: `max by (job, instance) (avg_over_time(${pick('margrave_event_loop_lag_seconds').text}[5m])) > 0.2`,
    forSeconds: 300,
    summary:
      'The event loop of {{ $labels.job }} at {{ $labels.instance }} is late by {{ $value | humanizeDuration }} again and again.',
    seen: { dashboard, panel: 'Event loop late by' },
  },
];
