import { panel, query, type Dashboard } from '../dashboard.ts';
import { all, highest, perSecond, quantile, total } from '../promql.ts';
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
      title: 'What waits for prices',
      panels: [
        panel(
          'Triggers by outcome',
          'ops',
          'Resting orders, stop losses, take profits and ends of time a second that were reached and fired, by what became of them. `not_tradable`, `again` and `failed` are tried again.',
          query(perSecond(all('margrave_triggers_total'), ['kind', 'outcome']), '{{kind}} {{outcome}}'),
        ),
        panel(
          'From the quote to the commit',
          's',
          'How long it takes from the quote that reaches a level to the commit. Where thousands are reached at once, the last of them waits for all the others.',
          query(quantile(0.5, all('margrave_trigger_seconds_bucket')), 'p50'),
          query(quantile(0.99, all('margrave_trigger_seconds_bucket')), 'p99'),
        ),
        panel(
          'Age of what is due',
          's',
          'How long ago the oldest was reached of what could be dealt on and is not settled. TriggersNotFired rings above ten seconds.',
          query(highest(all('margrave_triggers_due_age_seconds')), 'oldest'),
        ),
        panel(
          'Not watched',
          'short',
          'Resting orders and protected positions that the last sweep found not to be watched, and armed. TriggersNotArmed rings.',
          query(highest(all('margrave_not_armed'), ['what']), '{{what}}'),
        ),
        panel(
          'Parts of the symbols',
          'short',
          'Into how many parts the symbols are divided, and how many of them instances work on: SymbolsNotWatched rings when these are fewer.',
          query(total(all('margrave_trigger_shards_held')), 'worked on'),
          query(highest(all('margrave_trigger_shards')), 'all'),
        ),
        panel(
          'Levels and lost quotes',
          'short',
          'Prices and times that are watched; and quotes a second that were told and not heard, of which nobody knows what they touched.',
          query(total(all('margrave_armed_levels')), 'levels'),
          query(perSecond(all('margrave_lost_quotes_total')), 'lost quotes a second'),
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
          'Quotes and account events that were left out. Any at all means two releases that do not understand each other.',
          query(perSecond(all('margrave_unreadable_messages_total'), ['what']), '{{what}}'),
        ),
      ],
    },
  ],
};
