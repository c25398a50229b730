import { ACCOUNT_FOUND, type EngineObserver } from '@margrave/account-engine';
import type { OperationId } from '@margrave/contracts';
import { COUNT_BUCKETS, metric, SECONDS_BUCKETS, seriesOf, type Metrics } from '@margrave/runtime';
import type { CallReport } from '@margrave/store-postgres';
import { DENIAL_CODES } from '@margrave/vocabulary';

const STAGES = ['receive', 'load', 'price', 'decide', 'commit'] as const;
export type Stage = (typeof STAGES)[number];

/** Requests whose failure must be seen the first time that it happens. */
const COMMANDS: readonly OperationId[] = ['placeOrder', 'closePosition'];

export const metricDeclarations = {
  orderStage: metric.histogram({
    name: 'margrave_order_stage_seconds',
    sentence: `How long a client command spent in each stage: ${STAGES.join(', ')}.`,
    labels: ['stage'],
    series: seriesOf('stage', STAGES),
    buckets: SECONDS_BUCKETS,
  }),
  orders: metric.counter({
    name: 'margrave_orders_total',
    sentence: 'Client commands by the flow of their order (`none` where none was made) and what they were answered with.',
    labels: ['flow', 'outcome'],
    series: [
      { flow: 'local', outcome: 'filled' },
      { flow: 'provider', outcome: 'queued' },
      ...['local', 'provider'].map((flow) => ({ flow, outcome: 'denied' })),
      ...['replayed', 'busy', 'unavailable', 'unknown'].map((outcome) => ({ flow: 'none', outcome })),
    ],
  }),
  denials: metric.counter({
    name: 'margrave_denials_total',
    sentence: 'Orders that a rule refused, by its code.',
    labels: ['code'],
    series: seriesOf('code', DENIAL_CODES),
  }),
  requests: metric.histogram({
    name: 'margrave_http_request_seconds',
    sentence: 'How long a request took, from its headers to the last byte of the answer, by route and class of status.',
    labels: ['route', 'status'],
    series: COMMANDS.flatMap((route) => ['2xx', '4xx', '5xx'].map((status) => ({ route, status }))),
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  }),
  commitBatchSize: metric.histogram({
    name: 'margrave_commit_batch_size',
    sentence: 'How many commands were committed together.',
    buckets: COUNT_BUCKETS,
  }),
  commitConflicts: metric.counter({
    name: 'margrave_commit_conflicts_total',
    sentence: 'Accounts whose commands lost against another writer and were decided again.',
  }),
  commitRetries: metric.counter({
    name: 'margrave_commit_retries_total',
    sentence: 'Commits that were tried again because other transactions were in their way.',
  }),
  cacheRequests: metric.counter({
    name: 'margrave_cache_requests_total',
    sentence: 'Accounts that were looked for: `memory` of this process, `hit` or `miss` in Redis.',
    labels: ['cache', 'result'],
    series: ACCOUNT_FOUND.map((result) => ({ cache: 'account', result })),
  }),
  cacheBehind: metric.gauge({
    name: 'margrave_cache_behind_accounts',
    sentence: 'Accounts that wait to be written to Redis after their commits.',
  }),
  queries: metric.histogram({
    name: 'margrave_query_seconds',
    sentence: 'How long a statement of the database took, the wait for a session included.',
    labels: ['statement'],
    buckets: SECONDS_BUCKETS,
  }),
  settlements: metric.counter({
    name: 'margrave_settlements_total',
    sentence:
      'Settlements of unknown orders by operators: `executed`, `nothing_executed`, or what they were answered with instead.',
    labels: ['outcome'],
    series: seriesOf('outcome', ['executed', 'nothing_executed']),
  }),
  unreadableMessages: metric.counter({
    name: 'margrave_unreadable_messages_total',
    sentence: 'Messages that could not be read and were left out, by what they should have been.',
    labels: ['what'],
    series: seriesOf('what', ['quote', 'event']),
  }),
};

export type GatewayMetrics = Metrics<typeof metricDeclarations>;

/** The engine's and the store's happenings as metrics. */
export const engineObserver = (metrics: GatewayMetrics): EngineObserver => ({
  batch: (size) => metrics.commitBatchSize.observe(size),
  conflicts: (count) => metrics.commitConflicts.inc(count),
  cacheRequest: (cache, result) => metrics.cacheRequests.inc({ cache, result }),
  unreadable: (what) => metrics.unreadableMessages.inc({ what }),
});

/** A histogram's children are looked up by their labels each time; statements are few, and each child is kept. */
export function observeQueries({ queries }: GatewayMetrics): (report: CallReport) => void {
  const timers = new Map<string, ReturnType<typeof queries.labels>>();
  return ({ statement, seconds }) => {
    let timer = timers.get(statement);
    if (timer === undefined) timers.set(statement, (timer = queries.labels(statement)));
    timer.observe(seconds);
  };
}
