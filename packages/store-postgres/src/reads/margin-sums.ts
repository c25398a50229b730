import assert from 'node:assert/strict';
import type { AccountId } from '@margrave/vocabulary';
import type { Connection } from '../connection/connection.ts';

/** The margin of some accounts of one currency, in units of it: for a chart, not for the books. */
export interface MarginSum {
  readonly currency: string;
  /** Of open positions. */
  readonly executed: number;
  /** Of open positions and orders in flight. */
  readonly total: number;
}

/** `next`: the account after which to go on; null when there is none after these. */
export interface MarginSums {
  readonly sums: readonly MarginSum[];
  readonly next: AccountId | null;
}

/** More in one statement would hold up what the session is waited for. */
const ACCOUNTS_MAX = 10_000;

const SUMS = `
select currency, (sum(margin_executed_e8) / 1e8)::text as executed, (sum(margin_total_e8) / 1e8)::text as total,
    count(*)::integer as accounts, max(account_id)::text as last
  from (select account_id, currency, margin_executed_e8, margin_total_e8 from accounts
    where account_id > $1 order by account_id limit $2) a
  group by currency order by currency`;

/** Of so many accounts after one, in the order of their ids; null for the first. */
export async function marginSums(connection: Connection, after: AccountId | null, limit: number): Promise<MarginSums> {
  assert(Number.isInteger(limit) && limit >= 1 && limit <= ACCOUNTS_MAX, `from 1 to ${ACCOUNTS_MAX} accounts are summed at once`);
  const rows = await connection.query(SUMS, [after ?? '0', limit]);
  const accounts = rows.reduce((sum, row) => sum + (row['accounts'] as number), 0);
  const last = rows.map((row) => BigInt(row['last'] as string)).reduce((a, b) => (a > b ? a : b), 0n);
  return {
    sums: rows.map((row) => ({
      currency: row['currency'] as string,
      executed: Number(row['executed']),
      total: Number(row['total']),
    })),
    next: accounts < limit ? null : (`${last}` as AccountId),
  };
}
