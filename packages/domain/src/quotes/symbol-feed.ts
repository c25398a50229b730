import type { PriceE8 } from '@margrave/vocabulary';

/** What the feed said of one symbol. A side that is absent is as it was; null says that the feed deleted it. */
export interface FeedTick {
  readonly bidE8?: PriceE8 | null;
  readonly askE8?: PriceE8 | null;
  /** The feed's own time of these values in epoch milliseconds. Compared only with an earlier one of the same symbol. */
  readonly timeMs?: number;
  /** First values after a connection was made: how long they have stood is not known. */
  readonly snapshot: boolean;
}

/** The best prices of the market before any group's markup. */
export interface RawQuote {
  readonly bidE8: PriceE8;
  readonly askE8: PriceE8;
  /** When it arrived, on this process's monotonic clock; null when nobody knows how old it is. */
  readonly atMs: number | null;
}

/** A level beyond the spike limit that waits for others to agree with it. */
export interface SpikeCandidate {
  readonly bidE8: PriceE8;
  readonly askE8: PriceE8;
  readonly agreeingTicks: number;
  readonly sinceMs: number;
}

/** Everything remembered of one symbol between two ticks. */
export interface SymbolFeed {
  /** Each raw side as it came last, whether or not a quote could be made of it; null when there is none. */
  readonly bidE8: PriceE8 | null;
  readonly askE8: PriceE8 | null;
  readonly timeMs: number | null;
  readonly candidate: SpikeCandidate | null;
  /** The last quote that passed every check. It stays through bad ticks and deletions; only its age grows. */
  readonly quote: RawQuote | null;
}

export const SILENT_FEED: SymbolFeed = { bidE8: null, askE8: null, timeMs: null, candidate: null, quote: null };

/** Stated for a quote of unknown age: older than any stale limit, so that it values what is open and trades nothing. */
export const UNKNOWN_AGE_MS = 604_800_000;

/** Whole milliseconds since the quote arrived; `nowMs` is of the clock that stamped it. */
export const quoteAgeMs = (quote: RawQuote, nowMs: number): number =>
  quote.atMs === null ? UNKNOWN_AGE_MS : Math.max(0, Math.min(UNKNOWN_AGE_MS, Math.floor(nowMs - quote.atMs)));
