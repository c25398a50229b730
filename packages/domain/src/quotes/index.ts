export { clientAskE8, clientBidE8, clientQuote, type ClientQuote, type Markup } from './client-quote.ts';
export { widenExtremes, type Extremes } from './extremes.ts';
export {
  quoteAgeMs,
  SILENT_FEED,
  UNKNOWN_AGE_MS,
  type FeedTick,
  type RawQuote,
  type SpikeCandidate,
  type SymbolFeed,
} from './symbol-feed.ts';
export { SPIKE_AGREEING_TICKS, SPIKE_SETTLE_MS } from './spike.ts';
export { takeTick, TICK_RESULTS, type QuoteRules, type TakenTick, type TickResult } from './take-tick.ts';
