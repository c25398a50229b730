export type { CommitBatch, CommitOutcome } from './commit/commit-batch.ts';
export type * from './configuration-rows.ts';
export type { CallReport } from './connection/pool.ts';
export * from './errors.ts';
export { migrate, withAdminConnection, type MigrateOptions } from './migrate.ts';
export type { AdvisoryLockOptions, HeldLock } from './operations/advisory-lock.ts';
export type { OutboxState, UnpublishedRow } from './operations/outbox.ts';
export { ID_BLOCK_SIZE } from './operations/sequences.ts';
export type { PastIds } from './reads/accounts.ts';
export type { EventRange, EventsAfter } from './reads/events.ts';
export {
  checkPageCursor,
  PAGE_LIMIT_MAX,
  type OrderPageRequest,
  type Page,
  type PageCursor,
  type PageRequest,
  type WholePageRequest,
} from './reads/pages.ts';
export type { OfGroup, ProtectedPositionRow, RestingOrderRow, WaitingPageRequest } from './reads/waiting.ts';
export type * from './rows.ts';
export { connectStore, type Store, type StoreOptions } from './store.ts';
export { describeSchema, type Right, type SchemaDescription, type TableDescription } from './admin/describe-schema.ts';
export { createAccounts, type NewAccount } from './admin/open-accounts.ts';
export { ensureServiceLogin, type ServiceLogin, type ServiceRole } from './admin/service-login.ts';
export type { DemoSessions } from './demo/instruments.ts';
export { seedDemo, type SeedDemoOptions } from './demo/seed-demo.ts';
