import { panel, query, type Dashboard } from '../dashboard.ts';
import { all, highest, lowest, perSecond, total } from '../promql.ts';
import { pick } from '../series.ts';

export const MARKET_DATA: Dashboard = {
  uid: 'margrave-market-data',
  title: 'Market data',
  rows: [
    {
      title: 'What comes in',
      panels: [
        panel(
          'Ticks by result',
          'ops',
          'Ticks of the feed a second, by what became of them. All at zero while a session is open: the feed is silent.',
          query(perSecond(all('margrave_ticks_total'), ['result']), '{{result}}'),
        ),
        panel(
          'Connection to the feed',
          'none',
          '1 while there is one. A connection on which nothing comes is one, too: look at the ticks.',
          query(lowest(all('margrave_feed_connected'), ['instance']), '{{instance}}'),
        ),
        panel(
          'Connections made anew',
          'ops',
          'How often a second a silent connection was cut and made anew.',
          query(perSecond(all('margrave_feed_reconnects_total'), ['instance']), '{{instance}}'),
        ),
      ],
    },
    {
      title: 'What is known',
      panels: [
        panel(
          'Age of the oldest quote',
          's',
          'By class, among symbols whose session is open. Beyond the stale limit of the symbol (10 s for fx, 30 s for others) its orders are refused.',
          query(highest(all('margrave_feed_age_seconds'), ['class']), '{{class}}'),
        ),
        panel(
          'Symbols by state',
          'short',
          'Only `fresh` ones can be traded. `closed` ones have no session now.',
          query(highest(all('margrave_symbols'), ['state']), '{{state}}'),
        ),
      ],
    },
    {
      title: 'What is told',
      panels: [
        panel(
          'Quotes told',
          'ops',
          'Quotes a second on NATS, and those that could not be told.',
          query(perSecond(all('margrave_quotes_total'), ['result']), '{{result}}'),
        ),
        panel(
          'Instances that tell quotes',
          'none',
          'One of all: the others stand by. Zero means that nobody holds the lock in PostgreSQL.',
          query(total(all('margrave_market_data_active')), 'active'),
        ),
        panel(
          'Quotes written to Redis',
          'ops',
          'Writes a second, by result. Without them services that start wait for the next tick of each symbol.',
          query(perSecond(pick('margrave_cache_requests_total', { cache: 'quotes' }), ['result']), '{{result}}'),
        ),
      ],
    },
  ],
};
