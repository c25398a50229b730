export type { AggregateCache, AggregateRecord } from './aggregate-cache.ts';
export { CACHE_OPERATOR, CACHE_RIGHTS, redisUsers, type CacheRights } from './cache-rights.ts';
export { connectCache, type Cache } from './cache.ts';
export type { CacheFailure, CacheOptions } from './client.ts';
export { KEY_FAMILIES, type KeyFamily } from './keys.ts';
export type { CachedGroupQuote, CachedQuote, GroupPrices, QuoteCache, QuoteRecord } from './quote-cache.ts';
