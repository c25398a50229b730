import type { Account } from '@margrave/domain';
import type { AccountAggregateRows } from '@margrave/store-postgres';
import type { AccountId } from '@margrave/vocabulary';
import { accountFromRows } from './from-rows.ts';
import type { AccountStore, AggregateCache } from './ports.ts';
import type { RecentAccounts } from './recent-accounts.ts';

/** In this process; in the cache; or only in the store. */
export const ACCOUNT_FOUND = ['memory', 'hit', 'miss'] as const;
export type AccountFound = (typeof ACCOUNT_FOUND)[number];

interface Places {
  readonly recent: RecentAccounts;
  readonly cache: AggregateCache;
  readonly store: Pick<AccountStore, 'loadAccounts'>;
  readonly onAccountFound: (found: AccountFound) => void;
}

interface Wanted {
  readonly accountIds: readonly AccountId[];
  /** Those for whom only the store is asked. */
  readonly doubted: ReadonlySet<AccountId>;
  /** The line of history that they are to be of. */
  readonly epoch: string;
}

/** From this process, else from the cache, else from the store: one round trip for all that are missing. */
export async function accountsAtHand(
  { accountIds, doubted, epoch }: Wanted,
  { recent, cache, store, onAccountFound }: Places,
): Promise<Map<AccountId, Account>> {
  const accounts = new Map<AccountId, Account>();
  for (const accountId of accountIds) {
    const account = doubted.has(accountId) ? undefined : recent.get(accountId);
    if (account === undefined) continue;
    accounts.set(accountId, account);
    onAccountFound('memory');
  }
  const take = (where: AccountFound, found: readonly AccountAggregateRows[]): void => {
    for (const account of found.map(accountFromRows)) {
      recent.put(account, epoch);
      accounts.set(account.accountId, account);
      onAccountFound(where);
    }
  };
  const missing = (): AccountId[] => accountIds.filter((accountId) => !accounts.has(accountId));
  const trusted = missing().filter((accountId) => !doubted.has(accountId));
  if (trusted.length > 0) {
    const cached = await cache.read(trusted, epoch);
    const newest = cached.filter(({ account }) => !recent.isOvertaken(account));
    take('hit', newest);
  }
  if (missing().length > 0) {
    const rows = await store.loadAccounts(missing());
    cache.write(rows, epoch);
    take('miss', rows);
  }
  return accounts;
}
