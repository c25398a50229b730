export * from './api.ts';
export type { Configuration } from './configuration.ts';
export { orderFromRow, positionFromRow } from './from-rows.ts';
export { openEngine, type EngineObserver, type EngineWorld, type OpenEngine } from './open-engine.ts';
export { aggregateFromJson, aggregateToJson } from './aggregate-json.ts';
export * from './views.ts';
// The engine in parts, for a simulation to put together over servers of its own.
export { configurationFromRows } from './configuration.ts';
export { createEngine, type EngineParts } from './engine.ts';
export type { Committed } from './executor.ts';
export { createIdPool } from './ids.ts';
export { marketView } from './market-view.ts';
export type { AccountStore, AggregateCache, CommitBatch, CommitOutcome, StoreFailure } from './ports.ts';
export { providerMessages } from './provider-messages.ts';
export { Publisher, type PublisherParts } from './publisher.ts';
export { QuoteBook } from './quote-book.ts';
export { accountRow, orderRow, positionRow } from './to-rows.ts';
export { RecentAccounts } from './recent-accounts.ts';
export { aggregateRows } from './write-behind.ts';
