export { runVerifyBooks } from './command.ts';
export { isBroken, type Finding } from './finding.ts';
export { describeFindings, verifyBooks } from './verify-books.ts';
export type { CacheCheck } from './invariants/cache.ts';
