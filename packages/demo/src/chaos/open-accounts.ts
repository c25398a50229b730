import { createAccounts } from '@margrave/store-postgres';
import type { AccountId, Currency, GroupId, MoneyE8 } from '@margrave/vocabulary';

export type Flow = 'local' | 'provider';

const GROUPS: Readonly<Record<Flow, string>> = { local: 'standard', provider: 'raw' };

/** What each account begins with. */
export const DEPOSIT_E8 = 100_000_000_000_000n as MoneyE8;

/** Live hedging accounts in USD, of the flow that is wanted. */
export const openAccounts = (databaseUrl: string, count: number, flow: Flow): Promise<readonly AccountId[]> =>
  createAccounts(databaseUrl, count, {
    ownerId: 'user-chaos',
    type: 'live',
    groupId: GROUPS[flow] as GroupId,
    currency: 'USD' as Currency,
    leverage: 100n,
    mode: 'hedging',
    depositE8: DEPOSIT_E8,
  });
