import { COUNT_BUCKETS, metric, SECONDS_BUCKETS } from '@margrave/runtime';

export const metricDeclarations = {
  requests: metric.counter({
    name: 'margrave_simulator_requests_total',
    sentence: 'Requests that were taken, by kind; malformed and unreadable ones are kinds of their own.',
    labels: ['kind'],
  }),
  repeatedRequests: metric.counter({
    name: 'margrave_simulator_repeated_requests_total',
    sentence: 'Requests that came again and changed nothing.',
  }),
  reports: metric.counter({
    name: 'margrave_simulator_reports_total',
    sentence: 'Reports that were decided, by execution type, whether they are sent or kept silent.',
    labels: ['type'],
  }),
  sendingsOpen: metric.gauge({
    name: 'margrave_simulator_sendings_open',
    sentence: 'Reports on their way that the stream has not confirmed.',
  }),
  ordersOpen: metric.gauge({
    name: 'margrave_simulator_orders_open',
    sentence: 'Orders of which something is still to be executed.',
  }),
  journalSeconds: metric.histogram({
    name: 'margrave_simulator_journal_write_seconds',
    sentence: 'How long a write of the journal and its sync took.',
    buckets: SECONDS_BUCKETS,
  }),
  journalBatch: metric.histogram({
    name: 'margrave_simulator_journal_batch_size',
    sentence: 'How many entries one write of the journal kept.',
    buckets: COUNT_BUCKETS,
  }),
  deliveries: metric.counter({
    name: 'margrave_simulator_deliveries_total',
    sentence: 'Deliveries of requests by what the bus was answered.',
    labels: ['outcome'],
  }),
};
