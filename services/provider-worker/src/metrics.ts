import { COUNT_BUCKETS, metric, SECONDS_BUCKETS } from '@margrave/runtime';

export const metricDeclarations = {
  reports: metric.counter({
    name: 'margrave_reports_total',
    sentence: 'Reports of providers by what became of them: booked, repeated, put aside, or to be tried again.',
    labels: ['outcome'],
  }),
  batchSeconds: metric.histogram({
    name: 'margrave_report_batch_seconds',
    sentence: 'How long a batch of reports took from delivery to its commit.',
    buckets: SECONDS_BUCKETS,
  }),
  commitBatchSize: metric.histogram({
    name: 'margrave_commit_batch_size',
    sentence: 'How many commands one commit held.',
    buckets: COUNT_BUCKETS,
  }),
  commitConflicts: metric.counter({
    name: 'margrave_commit_conflicts_total',
    sentence: 'Accounts on which a batch lost against another writer and decided again.',
  }),
  commitRetries: metric.counter({
    name: 'margrave_commit_retries_total',
    sentence: 'Commits that were tried again because other transactions were in their way.',
  }),
  querySeconds: metric.histogram({
    name: 'margrave_query_seconds',
    sentence: 'How long calls of the store took, by statement.',
    labels: ['statement'],
    buckets: SECONDS_BUCKETS,
  }),
  cacheRequests: metric.counter({
    name: 'margrave_cache_requests_total',
    sentence: 'Where accounts were found.',
    labels: ['cache', 'result'],
  }),
  deadLetters: metric.counter({
    name: 'margrave_dead_letters_total',
    sentence: 'Messages that were put among the dead letters.',
  }),
  outboxDepth: metric.gauge({ name: 'margrave_outbox_depth', sentence: 'Rows of the outbox that wait to be published.' }),
  outboxAgeSeconds: metric.gauge({ name: 'margrave_outbox_age_seconds', sentence: 'Age of the oldest of them.' }),
  unknownOrders: metric.gauge({
    name: 'margrave_unknown_orders',
    sentence: 'Orders whose provider is silent: settle them if it stays so.',
  }),
  unknownAgeSeconds: metric.gauge({
    name: 'margrave_unknown_orders_age_seconds',
    sentence: 'How long ago the oldest of them was placed.',
  }),
  workerLag: metric.gauge({
    name: 'margrave_worker_lag_messages',
    sentence: 'Reports in the stream that are not acknowledged yet.',
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
