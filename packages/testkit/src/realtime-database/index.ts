export type { Json, JsonObject } from './data-tree.ts';
export type { FeedFaults } from './faults.ts';
export type { FeedLayout, FeedWrite } from './feed-writes.ts';
export { createPriceGenerator, type GeneratorOptions, type PriceGenerator } from './price-generator.ts';
export { SEED_SYMBOLS, type SeedSymbol } from './seed-symbols.ts';
export { startRealtimeDatabase, type Clock, type RealtimeDatabase, type RealtimeDatabaseOptions } from './start.ts';
export { createSeededRandom, type SeededRandom } from './seeded-random.ts';
