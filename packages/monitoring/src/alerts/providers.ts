import type { Alert } from '../alert.ts';
import { PROVIDERS } from '../dashboards/providers.ts';
import { highest } from '../promql.ts';
import { pick } from '../series.ts';

const { uid: dashboard } = PROVIDERS;

/** What goes out to providers and what comes back. */
export const PROVIDER_ALERTS: readonly Alert[] = [
  {
    name: 'ProviderSilent',
    severity: 'page',
    expression: `${highest(pick('margrave_open_requests_age_seconds'), ['provider'])} > 30`,
    forSeconds: 30,
    summary: '{{ $labels.provider }} has left a request unanswered for {{ $value | humanizeDuration }}.',
    seen: { dashboard, panel: 'Age of the oldest request' },
  },
  {
    name: 'UnknownOrders',
    severity: 'page',
    expression: `${highest(pick('margrave_unknown_orders_age_seconds'), ['provider'])} > 300`,
    forSeconds: 0,
    summary:
      'An order at {{ $labels.provider }} is unknown, {{ $value | humanizeDuration }} after it was placed: a dealer has to settle it.',
    seen: { dashboard, panel: 'Age of the oldest unknown order' },
  },
  {
    name: 'WorkerBehind',
    severity: 'page',
    expression: `${highest(pick('margrave_worker_lag_messages'))} > 1000`,
    forSeconds: 120,
    summary: '{{ $value }} reports of providers wait to be booked.',
    seen: { dashboard, panel: 'Reports that wait' },
  },
  {
    name: 'DeadLetters',
    severity: 'ticket',
    expression: `sum(increase(${pick('margrave_dead_letters_total').text}[15m])) > 0`,
    forSeconds: 0,
    summary: 'Messages were put among the dead letters in the last quarter of an hour.',
    seen: { dashboard, panel: 'Dead letters' },
  },
];
