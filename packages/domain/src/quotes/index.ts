export { clientQuote, type ClientQuote, type Markup } from './client-quote.ts';
export { widenExtremes, type Extremes } from './extremes.ts';
export { quoteAgeMs, SILENT_FEED, UNKNOWN_AGE_MS, type FeedTick, type RawQuote, type SymbolFeed } from './symbol-feed.ts';
export { takeTick, TICK_RESULTS, type QuoteRules, type TakenTick, type TickResult } from './take-tick.ts';
