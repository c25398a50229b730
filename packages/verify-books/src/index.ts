export { runVerifyBooks } from './command.ts';
export { isBroken, type Finding } from './finding.ts';
export { symbolMargins, type SymbolHolding } from './margin.ts';
export { rational, times } from './rational.ts';
export { replayHistory } from './history/replay.ts';
export type { LoggedEvent } from './history/events.ts';
export type { StoredRows } from './history/stored-rows.ts';
export { describeFindings, verifyBooks } from './verify-books.ts';
export type { CacheCheck } from './invariants/cache.ts';
