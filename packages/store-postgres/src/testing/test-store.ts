import { testServers } from '@margrave/testkit';
import type { AccountId, Currency, GroupId, MoneyE8 } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import { createAccounts } from '../admin/open-accounts.ts';
import { ensureServiceLogin } from '../admin/service-login.ts';
import { seedDemo } from '../demo/seed-demo.ts';
import { withAdminConnection } from '../migrate.ts';
import type { Row } from '../connection/connection.ts';
import { connectStore, type Store, type StoreOptions } from '../store.ts';
import type { AccountRow, CommandResult } from '../rows.ts';

export const silentLog = { warn: (): void => undefined };

export interface TestStore {
  readonly adminUrl: string;
  readonly serviceUrl: string;
  readonly store: Store;
  readonly epoch: string;
  /** Asks as the administrator. */
  readonly admin: (text: string) => Promise<readonly Row[]>;
  /** So many new accounts with 10 000 USD. */
  readonly accounts: (count: number) => Promise<AccountRow[]>;
  readonly account: (accountId: AccountId) => Promise<AccountRow>;
}

/** A store on a database of its own, with the demo's configuration, as a service sees it. */
export async function openTestStore(options: Partial<StoreOptions> = {}): Promise<TestStore> {
  const { databaseUrl } = await testServers();
  return seededStore(databaseUrl, options);
}

export async function seededStore(adminUrl: string, options: Partial<StoreOptions> = {}): Promise<TestStore> {
  await seedDemo(adminUrl);
  const serviceUrl = await ensureServiceLogin(adminUrl, { name: 'margrave_test', password: 'test' });
  const store = connectStore({
    databaseUrl: serviceUrl,
    applicationName: 'test',
    log: silentLog,
    deadlineMs: 10_000,
    ...options,
  });
  const account = async (accountId: AccountId): Promise<AccountRow> => {
    const [aggregate] = await store.loadAccounts([accountId]);
    assert(aggregate !== undefined, `there is no account ${accountId}`);
    return aggregate.account;
  };
  return {
    adminUrl,
    serviceUrl,
    store,
    epoch: await store.epoch(),
    admin: (text) => withAdminConnection(adminUrl, (connection) => connection.query(text)),
    accounts: async (count) => {
      const ids = await createAccounts(adminUrl, count, {
        ownerId: 'user-1',
        type: 'demo',
        groupId: 'standard' as GroupId,
        currency: 'USD' as Currency,
        leverage: 100n,
        mode: 'hedging',
        depositE8: 1_000_000_000_000n as MoneyE8,
      });
      const aggregates = await store.loadAccounts(ids);
      return ids.map((id) => aggregates.find((held) => held.account.accountId === id)!.account);
    },
    account,
  };
}

export const outcomes = (results: readonly CommandResult[]): string[] => results.map(({ outcome }) => outcome);
