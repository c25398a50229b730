import { panel, query, type Dashboard } from '../dashboard.ts';
import { all, perSecond, quantile } from '../promql.ts';
import { pick } from '../series.ts';

const REQUESTS = 'margrave_http_request_seconds_count';

export const ORDERS: Dashboard = {
  uid: 'margrave-orders',
  title: 'Orders',
  rows: [
    {
      title: 'What clients are told',
      panels: [
        panel(
          'Commands by outcome',
          'ops',
          'Orders and closings a second, by flow and by what they were answered with. `busy`, `unavailable` and `unknown` had no answer of their own.',
          query(perSecond(all('margrave_orders_total'), ['flow', 'outcome']), '{{flow}} {{outcome}}'),
        ),
        panel(
          'Denials by code',
          'ops',
          'Orders a second that a rule refused. PRICE_STALE or PRICE_UNAVAILABLE on all symbols means the feed; one code alone is mostly one client.',
          query(perSecond(all('margrave_denials_total'), ['code']), '{{code}}'),
        ),
        panel(
          'Requests by status',
          'ops',
          'Requests of clients and staff a second, by class of status.',
          query(perSecond(all(REQUESTS), ['status']), '{{status}}'),
        ),
        panel(
          'Share of server errors',
          'percentunit',
          'Of all requests, those answered with 5xx: what a client sees of our faults. GatewayErrors rings above 1 %.',
          query(`${perSecond(pick(REQUESTS, { status: '5xx' }))} / ${perSecond(all(REQUESTS))}`, '5xx'),
        ),
      ],
    },
    {
      title: 'How long it takes',
      panels: [
        panel(
          'Placing an order',
          's',
          'From the headers of the request to the last byte of the answer.',
          query(quantile(0.5, pick('margrave_http_request_seconds_bucket', { route: 'placeOrder' })), 'p50'),
          query(quantile(0.99, pick('margrave_http_request_seconds_bucket', { route: 'placeOrder' })), 'p99'),
        ),
        panel(
          'Stages of a command (p99)',
          's',
          'Where the time of a command goes: reading it, loading the account, pricing, deciding, committing. A slow commit is PostgreSQL, a slow load is Redis.',
          query(quantile(0.99, all('margrave_order_stage_seconds_bucket'), ['stage']), '{{stage}}'),
        ),
        panel(
          'Commands in one commit',
          'short',
          'Commands gather while a commit is in flight: the fuller the batches, the nearer the limit.',
          query(quantile(0.5, all('margrave_commit_batch_size_bucket'), ['job']), '{{job}} p50'),
          query(quantile(0.99, all('margrave_commit_batch_size_bucket'), ['job']), '{{job}} p99'),
        ),
      ],
    },
    {
      title: 'Others in the way',
      panels: [
        panel(
          'Conflicts',
          'ops',
          'Accounts a second whose commands lost against another writer and were decided again. Two gateways with one busy account have some.',
          query(perSecond(all('margrave_commit_conflicts_total'), ['job']), '{{job}}'),
        ),
        panel(
          'Commits tried again',
          'ops',
          'Commits a second that other transactions stood in the way of. Mostly somebody works on the tables by hand.',
          query(perSecond(all('margrave_commit_retries_total'), ['job']), '{{job}}'),
        ),
        panel(
          'Messages that could not be read',
          'ops',
          'Quotes and account events that the gateway left out. Any at all means two releases that do not understand each other.',
          query(perSecond(all('margrave_unreadable_messages_total'), ['what']), '{{what}}'),
        ),
      ],
    },
  ],
};
