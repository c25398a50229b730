import type { Alert } from '../alert.ts';
import { MARGIN } from '../dashboards/margin.ts';
import { MARKET_DATA } from '../dashboards/market-data.ts';
import { ORDERS } from '../dashboards/orders.ts';
import { highest, perSecond, total } from '../promql.ts';
import { pick } from '../series.ts';

const REQUESTS = 'margrave_http_request_seconds_count';
const COMMITS = 'margrave_commit_batch_size_count';

/** What clients notice at once, answers that fail or are refused, and what they must never notice. */
export const CLIENT_ALERTS: readonly Alert[] = [
  {
    name: 'GatewayErrors',
    severity: 'page',
    expression: `${perSecond(pick(REQUESTS, { status: '5xx' }), [], '5m')} / ${perSecond(pick(REQUESTS), [], '5m')} > 0.01`,
    forSeconds: 120,
    summary: '{{ $value | humanizePercentage }} of the requests to the gateway are answered with a server error.',
    seen: { dashboard: ORDERS.uid, panel: 'Share of server errors' },
  },
  {
    name: 'FeedSilent',
    severity: 'page',
    // Where no session is open, nothing is expected to be said.
    expression: `${perSecond(pick('margrave_ticks_total'), [], '1m')} == 0 and ${total(pick('margrave_symbols', { state: /fresh|stale|unknown_age/ }))} > 0`,
    forSeconds: 30,
    summary:
      'Sessions are open and no tick has come from the feed for a minute: orders are refused as their prices become stale.',
    seen: { dashboard: MARKET_DATA.uid, panel: 'Ticks by result' },
  },
  {
    name: 'QuotesNotTold',
    severity: 'page',
    expression: `${perSecond(pick('margrave_quotes_total', { result: 'told' }), [], '1m')} == 0 and ${total(pick('margrave_symbols', { state: 'fresh' }))} > 0`,
    forSeconds: 30,
    summary: 'Prices come in and no quote goes out: gateways refuse orders as the quotes that they have become stale.',
    seen: { dashboard: MARKET_DATA.uid, panel: 'Quotes told' },
  },
  {
    name: 'QuotesStale',
    severity: 'ticket',
    expression: `${highest(pick('margrave_symbols', { state: /stale|missing/ }), ['state'])} > 0`,
    forSeconds: 300,
    summary: '{{ $value }} symbols have been {{ $labels.state }} for five minutes: their orders are refused.',
    seen: { dashboard: MARKET_DATA.uid, panel: 'Symbols by state' },
  },
  {
    name: 'BooksBroken',
    severity: 'page',
    expression: `${highest(pick('margrave_invariant_breaks'), ['invariant'])} > 0`,
    forSeconds: 0,
    summary:
      'The books of {{ $value }} accounts do not hold ({{ $labels.invariant }}): somebody tampered with them, or we have a bug.',
    seen: { dashboard: MARGIN.uid, panel: 'Accounts whose books are broken' },
  },
  {
    name: 'CommitsRetried',
    severity: 'ticket',
    expression: `${perSecond(pick('margrave_commit_retries_total'), ['job'], '5m')} / ${perSecond(pick(COMMITS), ['job'], '5m')} > 0.05`,
    forSeconds: 300,
    summary: '{{ $labels.job }} tries {{ $value | humanizePercentage }} of its commits again: other transactions are in its way.',
    seen: { dashboard: ORDERS.uid, panel: 'Commits tried again' },
  },
];
