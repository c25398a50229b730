import { listenToFeed, type Feed, type FeedSettings } from '@margrave/feed-firebase';
import type { Logger } from '@margrave/runtime';
import type { QuoteDesk } from '../app/quote-desk.ts';
import type { FeedWatch } from '../app/watch-feed.ts';
import type { MarketDataMetrics } from '../metrics.ts';

export interface FeedInput {
  readonly settings: FeedSettings;
  readonly desk: QuoteDesk;
  readonly watch: FeedWatch;
  readonly metrics: MarketDataMetrics;
  readonly log: Logger;
}

/** Something new to say about at most this many names; a feed may invent names without end. */
const NAMES_TOLD_MAX = 500;

/** Listens to the feed and brings each tick to the desk. */
export function listenForTicks({ settings, desk, watch, metrics, log }: FeedInput): Feed {
  const told = new Set<string>();
  /** A fault of the feed is said once for each symbol and reason, however many ticks have it; metrics count them all. */
  const tellOnce = (uncheckedSymbol: string, reason: string, sentence: string): void => {
    const key = `${reason} ${uncheckedSymbol}`;
    if (told.size >= NAMES_TOLD_MAX || told.has(key)) return;
    told.add(key);
    log.warn({ symbol: uncheckedSymbol, reason }, sentence);
  };

  return listenToFeed(settings, {
    onTick: (tick) => {
      watch.heard();
      const result = desk.take(tick.symbol, tick);
      metrics.countTick(result);
      if (result === 'unknown_symbol') tellOnce(tick.symbol, result, 'The feed has a symbol that no instrument is called by');
    },
    onRefused: ({ uncheckedSymbol, reason }) => {
      watch.heard();
      metrics.countTick(reason);
      tellOnce(uncheckedSymbol, reason, 'The feed says something that is no price');
    },
    onConnection: (connected) => {
      told.clear();
      if (connected) log.info('The feed is connected');
      else log.warn('The connection to the feed was lost');
    },
    onDenied: (reason) => log.error({ reason }, 'The feed does not let us listen'),
  });
}
