import type { AccountId } from '@margrave/vocabulary';
import type { Connection } from '../connection/connection.ts';

/** Whether the books of an account agree with each other at one moment. */
export interface AccountBooks {
  readonly accountId: AccountId;
  /** The balance is the sum of the account's ledger entries. */
  readonly balanceHolds: boolean;
  /** The account counts as many events as its history ends with. */
  readonly historyHolds: boolean;
}

const BOOKS = `
select account_id::text, balance_e8 = coalesce(entries.sum, 0) as balance_holds, last_sequence = coalesce(history.last, 0) as history_holds
  from (select account_id, balance_e8, last_sequence from accounts where account_id > $1 order by account_id limit $2) a
  cross join lateral (select sum(amount_e8) from ledger_entries e where e.account_id = a.account_id) entries
  cross join lateral (select max(last_sequence) as last from account_changes c where c.account_id = a.account_id) history
  order by a.account_id`;

/** Of the accounts after one, in the order of their ids; null for the first. */
export async function accountBooks(
  connection: Connection,
  after: AccountId | null,
  limit: number,
): Promise<readonly AccountBooks[]> {
  return (await connection.query(BOOKS, [after ?? '0', limit])).map((row) => ({
    accountId: row['account_id'] as AccountId,
    balanceHolds: row['balance_holds'] as boolean,
    historyHolds: row['history_holds'] as boolean,
  }));
}
