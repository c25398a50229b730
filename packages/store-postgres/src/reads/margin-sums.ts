import type { Connection } from '../connection/connection.ts';

/** The margin of all accounts of one currency, in units of it: for a chart, not for the books. */
export interface MarginSum {
  readonly currency: string;
  /** Of open positions. */
  readonly executed: number;
  /** Of open positions and orders in flight. */
  readonly total: number;
}

/** Reads every account: to be asked a few times a minute at most. */
const SUMS = `
select currency, (sum(margin_executed_e8) / 1e8)::text as executed, (sum(margin_total_e8) / 1e8)::text as total
  from accounts group by currency order by currency`;

export async function marginSums(connection: Connection): Promise<readonly MarginSum[]> {
  return (await connection.query(SUMS)).map((row) => ({
    currency: row['currency'] as string,
    executed: Number(row['executed']),
    total: Number(row['total']),
  }));
}
