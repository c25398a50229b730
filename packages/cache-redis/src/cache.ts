import type { CheckOutcome } from '@margrave/runtime';
import { createAggregateCache, type AggregateCache } from './aggregate-cache.ts';
import { connectClient, type CacheOptions } from './client.ts';
import { createQuoteCache, type QuoteCache } from './quote-cache.ts';

/** Redis as Margrave uses it: what it forgets is read from PostgreSQL, and what it cannot answer in time is done without. */
export interface Cache {
  readonly aggregates: AggregateCache;
  readonly quotes: QuoteCache;
  readonly isReady: () => boolean;
  /** Whether Redis is there, waiting for so long at most, and no longer than for a first failure. */
  readonly isReadyWithin: (waitMsMax: number) => Promise<boolean>;
  /** For readiness: whether Redis answers. */
  readonly check: () => Promise<CheckOutcome>;
  readonly close: () => Promise<void>;
}

/** Begins to connect and returns at once: nobody depends on a cache. Until it is there every call is refused as `unavailable`. */
export function connectCache(options: CacheOptions): Cache {
  const client = connectClient(options);
  return {
    aggregates: createAggregateCache(client),
    quotes: createQuoteCache(client),
    isReady: client.isReady,
    isReadyWithin: client.isReadyWithin,
    check: client.check,
    close: client.close,
  };
}
