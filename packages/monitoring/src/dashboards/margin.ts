import { panel, query, type Dashboard } from '../dashboard.ts';
import { all, highest, perSecond, quantile } from '../promql.ts';
import { pick } from '../series.ts';

/** Refusals that say how much an account, or all of them, may hold. */
const LIMIT_CODES = /LIMIT_.*/;

export const MARGIN: Dashboard = {
  uid: 'margrave-margin',
  title: 'Margin',
  rows: [
    {
      title: 'What is held',
      panels: [
        panel(
          'Margin of open positions',
          'short',
          'Of all accounts, by their currency, in its units; looked at every half minute.',
          query(highest(pick('margrave_margin', { figure: 'executed' }), ['currency']), '{{currency}}'),
        ),
        panel(
          'Margin reserved by orders in flight',
          'short',
          'What orders hold beside the positions until their provider has answered. It should come and go; what stays is held by unknown orders.',
          query(
            `${highest(pick('margrave_margin', { figure: 'total' }), ['currency'])} - ${highest(pick('margrave_margin', { figure: 'executed' }), ['currency'])}`,
            '{{currency}}',
          ),
        ),
        panel(
          'Unknown orders',
          'short',
          'Orders whose margin stays reserved until their provider speaks, or a dealer settles them.',
          query(highest(all('margrave_unknown_orders'), ['provider']), '{{provider}}'),
        ),
      ],
    },
    {
      title: 'What is refused',
      panels: [
        panel(
          'Orders beyond the free margin',
          'ops',
          'Orders a second that an account could not pay for.',
          query(perSecond(pick('margrave_denials_total', { code: 'MARGIN_EXCEEDS_FREE' })), 'MARGIN_EXCEEDS_FREE'),
        ),
        panel(
          'Orders beyond a limit',
          'ops',
          'Orders a second that a limit of the group refused.',
          query(perSecond(pick('margrave_denials_total', { code: LIMIT_CODES }), ['code']), '{{code}}'),
        ),
        panel(
          'Share of denied commands',
          'percentunit',
          'Of all commands, those that a rule refused. A jump without a jump in prices is a change of configuration.',
          query(
            `${perSecond(pick('margrave_orders_total', { outcome: 'denied' }))} / ${perSecond(all('margrave_orders_total'))}`,
            'denied',
          ),
        ),
      ],
    },
    {
      title: 'How it is decided',
      panels: [
        panel(
          'Deciding one order',
          's',
          'The decision alone: the margin of the whole account before and after. It grows with the positions of an account and with nothing else.',
          query(quantile(0.5, pick('margrave_order_stage_seconds_bucket', { stage: 'decide' })), 'p50'),
          query(quantile(0.99, pick('margrave_order_stage_seconds_bucket', { stage: 'decide' })), 'p99'),
        ),
        panel(
          'Where accounts are found',
          'ops',
          'Accounts a second that a decision needed: in the memory of the process, in Redis, or only in PostgreSQL.',
          query(perSecond(pick('margrave_cache_requests_total', { cache: 'account' }), ['job', 'result']), '{{job}} {{result}}'),
        ),
        panel(
          'Accounts whose books are broken',
          'short',
          'By what does not hold: the balance is not the sum of the entries, or events are missing. provider-worker goes round all accounts, some a second. BooksBroken rings at the first.',
          query(highest(all('margrave_invariant_breaks'), ['invariant']), '{{invariant}}'),
        ),
        panel(
          'Settled by a dealer',
          'ops',
          'Unknown orders a second that a person settled, by what he said.',
          query(perSecond(all('margrave_settlements_total'), ['outcome']), '{{outcome}}'),
        ),
      ],
    },
  ],
};
