import type { Account, Change, decide, Group, IdSource, Market } from '@margrave/domain';
import type { CommandResult, CommandRows, MessageRow } from '@margrave/store-postgres';
import type { AccountFound } from './accounts-at-hand.ts';
import type { AccountStore, AggregateCache } from './ports.ts';
import type { RecentAccounts } from './recent-accounts.ts';

export interface ExecutorParts {
  readonly decide: typeof decide;
  readonly store: AccountStore;
  readonly cache: AggregateCache;
  readonly recent: RecentAccounts;
  readonly market: () => Market;
  readonly group: (account: Account) => Group;
  /** Ids for a batch of so many commands, fetched ahead: `next` never waits. */
  readonly takeIds: (commands: number) => Promise<IdSource>;
  /** What the change's instructions to providers read like on the wire. */
  readonly providerMessages: (change: Change) => readonly MessageRow[];
  readonly monotonicMs: () => number;
  readonly crash: { readonly beforeCommit: () => void; readonly afterCommit: () => void };
  readonly onCommitted: (committed: readonly Committed[]) => void;
  readonly onConflicts: (conflicts: number) => void;
  readonly onAccountFound: (found: AccountFound) => void;
}

/** A change that is in the store now, with the rows it was written as. */
export interface Committed {
  readonly change: Change;
  readonly rows: CommandRows;
  readonly outbox: Extract<CommandResult, { readonly outcome: 'committed' }>;
}
