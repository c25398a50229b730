import { createAccounts } from '@margrave/store-postgres';
import type { AccountId, Currency, GroupId, MoneyE8 } from '@margrave/vocabulary';
import postgres from 'postgres';

/** An account of the demo, and where its orders are filled. */
export interface DemoAccount {
  readonly accountId: string;
  readonly currency: string;
  readonly mode: string;
  /** Null where orders are filled in house. */
  readonly provider: string | null;
}

/** An account for who looks at the demo: no trader of ours trades on it. */
export async function openVisitorsAccount(adminDatabaseUrl: string): Promise<AccountId> {
  const [accountId] = await createAccounts(adminDatabaseUrl, 1, {
    ownerId: 'owner-visitor',
    type: 'demo',
    groupId: 'standard' as GroupId,
    currency: 'USD' as Currency,
    leverage: 100n,
    mode: 'hedging',
    depositE8: 1_000_000_000_000n as MoneyE8,
  });
  if (accountId === undefined) throw new Error('the visitor’s account was not opened');
  return accountId;
}

/** All accounts there are, as the books have them. */
export async function readAccounts(databaseUrl: string): Promise<readonly DemoAccount[]> {
  const sql = postgres(databaseUrl, { max: 1 });
  try {
    return await sql<DemoAccount[]>`
      select account_id::text as "accountId", a.currency, a.mode, g.provider
        from accounts a join groups g using (group_id) order by account_id`;
  } finally {
    await sql.end();
  }
}
