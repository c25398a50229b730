import type {
  AccountAggregateRows,
  CommandKeyRow,
  CommandResult,
  CommandRows,
  OrderRow,
  PositionRow,
} from '@margrave/store-postgres';
import type { AccountId, OrderId, PositionId, ProviderName } from '@margrave/vocabulary';

/**
 * What the engine needs of the store that is the truth. `@margrave/store-postgres` is one; a simulation is another.
 * A rejected call is told apart by `failureOf`.
 */
export interface AccountStore {
  readonly epoch: () => Promise<string>;
  readonly loadAccounts: (accountIds: readonly AccountId[]) => Promise<readonly AccountAggregateRows[]>;
  /** Orders that may be over and positions that may be closed. */
  readonly loadPast: (
    ids: PastIds,
  ) => Promise<{ readonly orders: readonly OrderRow[]; readonly positions: readonly PositionRow[] }>;
  readonly commitBatch: CommitBatch;
  /** One transaction: locks the accounts in id order, loads them, and gives the lock to `work`. */
  readonly withLockedAccounts: <Value>(
    accountIds: readonly AccountId[],
    work: (accounts: readonly AccountAggregateRows[], commitBatch: CommitBatch) => Promise<Value>,
  ) => Promise<Value>;
  /** Those of an account's keys that were used. It may lock the account, so never within `withLockedAccounts`. */
  readonly findCommandKeys: (accountId: AccountId, keys: readonly string[]) => Promise<readonly CommandKeyRow[]>;
  readonly findAppliedExecutions: (
    executions: readonly { readonly provider: ProviderName; readonly executionId: string }[],
  ) => Promise<readonly { readonly provider: ProviderName; readonly executionId: string; readonly contentHash: string }[]>;
  readonly failureOf: (error: unknown) => StoreFailure;
}

export interface PastIds {
  readonly orderIds: readonly OrderId[];
  readonly positionIds: readonly PositionId[];
}

export type CommitBatch = (epoch: string, commands: readonly CommandRows[]) => Promise<CommitOutcome>;

export interface CommitOutcome {
  readonly results: readonly CommandResult[];
}

/**
 * `unknown`: a commit was sent and its answer never came. `unavailable`: nothing happened. `epoch`: the store is on another
 * line of history than the caller's caches. `bug`: neither; it must not be retried.
 */
export type StoreFailure = 'unknown' | 'unavailable' | 'epoch' | 'bug';

/** The aggregate cache outside the process: written behind the commit, and allowed to lose everything. */
export interface AggregateCache {
  readonly read: (accountIds: readonly AccountId[], epoch: string) => Promise<readonly AccountAggregateRows[]>;
  readonly write: (accounts: readonly AccountAggregateRows[], epoch: string) => void;
}
