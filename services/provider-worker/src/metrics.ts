import { engineMetricDeclarations } from '@margrave/account-engine';
import { STREAM_NAMES } from '@margrave/contracts';
import { metric, SECONDS_BUCKETS, seriesOf, type Metrics } from '@margrave/runtime';

export const REPORT_OUTCOMES = ['booked', 'repeated', 'parked', 'later'] as const;
export type ReportOutcomeName = (typeof REPORT_OUTCOMES)[number];

export const metricDeclarations = {
  reports: metric.counter({
    name: 'margrave_reports_total',
    sentence: 'Reports of providers by what became of them: booked, repeated, put aside, or to be tried again.',
    labels: ['provider', 'outcome'],
  }),
  batchSeconds: metric.histogram({
    name: 'margrave_report_batch_seconds',
    sentence: 'How long a batch of reports took from delivery to its commit.',
    buckets: SECONDS_BUCKETS,
  }),
  ...engineMetricDeclarations,
  deadLetters: metric.counter({
    name: 'margrave_dead_letters_total',
    sentence: 'Messages that were put among the dead letters.',
  }),
  outboxDepth: metric.gauge({ name: 'margrave_outbox_depth', sentence: 'Rows of the outbox that wait to be published.' }),
  outboxAgeSeconds: metric.gauge({ name: 'margrave_outbox_age_seconds', sentence: 'Age of the oldest of them.' }),
  unknownOrders: metric.gauge({
    name: 'margrave_unknown_orders',
    sentence: 'Orders whose provider is silent: settle them if it stays so.',
    labels: ['provider'],
  }),
  unknownAgeSeconds: metric.gauge({
    name: 'margrave_unknown_orders_age_seconds',
    sentence: 'How long ago the oldest of them was placed.',
    labels: ['provider'],
  }),
  openRequests: metric.gauge({
    name: 'margrave_open_requests',
    sentence: 'Requests that were sent to a provider and that it has not finished.',
    labels: ['provider'],
  }),
  openRequestAgeSeconds: metric.gauge({
    name: 'margrave_open_requests_age_seconds',
    sentence: 'How long ago the oldest of them was made.',
    labels: ['provider'],
  }),
  margin: metric.gauge({
    name: 'margrave_margin',
    sentence:
      'Margin of all accounts of a currency, in its units: of positions (`executed`), and with what orders in flight reserve (`total`).',
    labels: ['currency', 'figure'],
  }),
  workerLag: metric.gauge({
    name: 'margrave_worker_lag_messages',
    sentence: 'Reports in the stream that are not acknowledged yet.',
  }),
  invariantBreaks: metric.gauge({
    name: 'margrave_invariant_breaks',
    sentence:
      'Accounts whose balance was not the sum of their entries (`balance`), or whose events were not those that they count (`history`), when they were looked at last.',
    labels: ['invariant'],
    series: seriesOf('invariant', ['balance', 'history']),
  }),
  streamFill: metric.gauge({
    name: 'margrave_stream_fill_ratio',
    sentence:
      'How much of the bytes that a stream may hold it does, or of the messages that it may hold of one subject: at 1 it takes no more.',
    labels: ['stream'],
    series: seriesOf('stream', STREAM_NAMES),
  }),
  relayed: metric.counter({
    name: 'margrave_relayed_total',
    sentence: 'Rows of the outbox that the relay had to look at.',
  }),
  silent: metric.counter({
    name: 'margrave_silent_requests_total',
    sentence: 'Requests that a provider left unanswered and was asked about.',
  }),
};

export type WorkerMetrics = Metrics<typeof metricDeclarations>;
