import { TICK_RESULTS, type TickResult } from '@margrave/domain';
import { FEED_REFUSALS, type FeedRefusal } from '@margrave/feed-firebase';
import { metric, readAtScrape, SECONDS_BUCKETS, seriesOf, setAtScrape, type Metrics } from '@margrave/runtime';
import { SYMBOL_STATES, type QuoteDesk } from './app/quote-desk.ts';

/** What became of a tick: by the rules of the domain, by the reading of the feed, or because no instrument is called so. */
export type TickOutcome = TickResult | FeedRefusal | 'unknown_symbol';
export const TICK_OUTCOMES: readonly TickOutcome[] = [...TICK_RESULTS, ...FEED_REFUSALS, 'unknown_symbol'];

export const metricDeclarations = {
  ticks: metric.counter({
    name: 'margrave_ticks_total',
    sentence: 'Ticks of the feed by what became of them; `accepted` ones made a tradable quote.',
    labels: ['result'],
  }),
  feedAge: metric.gauge({
    name: 'margrave_feed_age_seconds',
    sentence: 'Age of the quote that has stood longest among the symbols of a class whose session is open.',
    labels: ['class'],
  }),
  feedConnected: metric.gauge({
    name: 'margrave_feed_connected',
    sentence: 'Whether there is a connection to the feed; one on which nothing comes counts as well.',
  }),
  feedReconnects: metric.counter({
    name: 'margrave_feed_reconnects_total',
    sentence: 'Connections to the feed that were made anew because nothing came on them.',
  }),
  symbols: metric.gauge({
    name: 'margrave_symbols',
    sentence:
      'Symbols by the state of their quote: fresh, stale, of unknown age, missing, or closed with the last price of the session.',
    labels: ['state'],
    series: seriesOf('state', SYMBOL_STATES),
  }),
  quotes: metric.counter({
    name: 'margrave_quotes_total',
    sentence: 'Quotes told on NATS, and those that could not be told and were tried again.',
    labels: ['result'],
  }),
  cacheRequests: metric.counter({
    name: 'margrave_cache_requests_total',
    sentence: 'Calls to Redis by cache and result.',
    labels: ['cache', 'result'],
    series: ['done', 'unavailable', 'timeout', 'refused'].map((result) => ({ cache: 'quotes', result })),
  }),
  queries: metric.histogram({
    name: 'margrave_query_seconds',
    sentence: 'How long calls of the store took, by statement.',
    labels: ['statement'],
    buckets: SECONDS_BUCKETS,
  }),
  active: metric.gauge({
    name: 'margrave_market_data_active',
    sentence: 'Whether this instance is the one that tells quotes.',
  }),
} as const;

type MeasuredOf<Name extends keyof typeof metricDeclarations> = Metrics<typeof metricDeclarations>[Name];

export type MarketDataMetrics = ReturnType<typeof countMarketData>;

/** Numbers that change with every tick are counted plainly and handed to prom-client when somebody reads them. */
export function countMarketData(metrics: Metrics<typeof metricDeclarations>) {
  const ticks = new Map<TickOutcome, number>(TICK_OUTCOMES.map((outcome) => [outcome, 0]));
  const quotes = new Map([
    ['told', 0],
    ['not_told', 0],
  ]);
  countAtScrape(metrics.ticks, ticks);
  countAtScrape(metrics.quotes, quotes);
  return {
    countTick: (outcome: TickOutcome): void => add(ticks, outcome),
    countQuote: (wasTold: boolean): void => add(quotes, wasTold ? 'told' : 'not_told'),
    countQuery: (statement: string, seconds: number): void => metrics.queries.observe({ statement }, seconds),
    countReconnect: (): void => metrics.feedReconnects.inc(),
    countCacheWrite: (result: string): void => metrics.cacheRequests.inc({ cache: 'quotes', result }),
    watch: (world: { readonly desk: QuoteDesk; readonly isConnected: () => boolean; readonly isActive: () => boolean }): void => {
      setAtScrape(metrics.feedConnected, () => Number(world.isConnected()));
      setAtScrape(metrics.active, () => Number(world.isActive()));
      readAtScrape(metrics.symbols, () => {
        const states = world.desk.states();
        for (const state of SYMBOL_STATES) metrics.symbols.set({ state }, states[state]);
      });
      readAtScrape(metrics.feedAge, () => {
        metrics.feedAge.reset();
        for (const [instrumentClass, ageMs] of world.desk.oldestAgeMsByClass()) {
          metrics.feedAge.set({ class: instrumentClass }, ageMs / 1_000);
        }
      });
    },
  };
}

const add = <Key>(counts: Map<Key, number>, key: Key): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};

/** Raises a counter by what was counted since it was read last. */
function countAtScrape(counter: MeasuredOf<'ticks' | 'quotes'>, counts: Map<string, number>): void {
  // A result that never happened is zero, not unknown.
  for (const result of counts.keys()) counter.inc({ result }, 0);
  readAtScrape(counter, () => {
    for (const [result, count] of counts) {
      if (count > 0) counter.inc({ result }, count);
      counts.set(result, 0);
    }
  });
}
