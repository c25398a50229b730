import { panel, query, type Dashboard } from '../dashboard.ts';
import { all, highest, perSecond, quantile } from '../promql.ts';

export const PROVIDERS: Dashboard = {
  uid: 'margrave-providers',
  title: 'Providers',
  rows: [
    {
      title: 'What they owe an answer for',
      panels: [
        panel(
          'Requests in their hands',
          'short',
          'Requests that were sent to a provider and that it has not finished.',
          query(highest(all('margrave_open_requests'), ['provider']), '{{provider}}'),
        ),
        panel(
          'Age of the oldest request',
          's',
          'Since it was sent. It rises without a break when a provider is silent. ProviderSilent rings above 30 s.',
          query(highest(all('margrave_open_requests_age_seconds'), ['provider']), '{{provider}}'),
        ),
        panel(
          'Unknown orders',
          'short',
          'Orders whose provider said nothing within its limit; it was asked about them.',
          query(highest(all('margrave_unknown_orders'), ['provider']), '{{provider}}'),
        ),
        panel(
          'Age of the oldest unknown order',
          's',
          'Since it was placed. UnknownOrders rings after five minutes: a dealer has to ask the provider, and settle it.',
          query(highest(all('margrave_unknown_orders_age_seconds'), ['provider']), '{{provider}}'),
        ),
        panel(
          'Requests that were asked about',
          'ops',
          'Requests a second whose provider was silent beyond its limit.',
          query(perSecond(all('margrave_silent_requests_total')), 'asked about'),
        ),
      ],
    },
    {
      title: 'What they report',
      panels: [
        panel(
          'Reports by outcome',
          'ops',
          'Reports a second of each provider. `parked` ones can never be booked and are among the dead letters; `later` ones come again.',
          query(perSecond(all('margrave_reports_total'), ['provider', 'outcome']), '{{provider}} {{outcome}}'),
        ),
        panel(
          'Booking a batch of reports',
          's',
          'From delivery to commit.',
          query(quantile(0.5, all('margrave_report_batch_seconds_bucket')), 'p50'),
          query(quantile(0.99, all('margrave_report_batch_seconds_bucket')), 'p99'),
        ),
        panel(
          'Reports that wait',
          'short',
          'In the stream, not acknowledged yet. WorkerBehind rings above a thousand.',
          query(highest(all('margrave_worker_lag_messages')), 'waiting'),
        ),
        panel(
          'Dead letters',
          'ops',
          'Messages a second that were put aside because nothing can be made of them.',
          query(perSecond(all('margrave_dead_letters_total')), 'dead letters'),
        ),
        panel(
          'Requests left to the relay',
          'ops',
          'Rows of the outbox a second that whoever committed them had not published.',
          query(perSecond(all('margrave_relayed_total')), 'relayed'),
        ),
      ],
    },
  ],
};
