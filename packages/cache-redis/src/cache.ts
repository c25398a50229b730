import type { CheckOutcome } from '@margrave/runtime';
import { createAggregateCache, type AggregateCache } from './aggregate-cache.ts';
import { connectClient, type CacheOptions } from './client.ts';
import { createQuoteCache, type QuoteCache } from './quote-cache.ts';

/** Redis as Margrave uses it: what it forgets is read from PostgreSQL, and what it cannot answer in time is done without. */
export interface Cache {
  readonly aggregates: AggregateCache;
  readonly quotes: QuoteCache;
  readonly isReady: () => boolean;
  /** For readiness: whether Redis answers. */
  readonly check: () => Promise<CheckOutcome>;
  readonly close: () => Promise<void>;
}

/** Begins to connect and returns at once: nobody waits for a cache. Until it is there every call is refused as `unavailable`. */
export function connectCache(options: CacheOptions): Cache {
  const client = connectClient(options);
  return {
    aggregates: createAggregateCache(client),
    quotes: createQuoteCache(client),
    isReady: client.isReady,
    check: client.check,
    close: client.close,
  };
}
