import type { AccountV1 } from '@margrave/contracts';
import type { Sql } from 'postgres';
import type { Tally } from './trader.ts';

export interface OrderCounts {
  readonly flow: string;
  readonly status: string;
  readonly count: number;
}

/** Orders by flow and status, closes apart: what the database holds, not what clients think. */
export const countOrders = (sql: Sql): Promise<readonly OrderCounts[]> => sql<OrderCounts[]>`
  select flow::text, case when closes_position_id is null then '' else 'close ' end || status::text as status, count(*)::integer count
    from orders group by 1, 2 order by 1, 2`;

export const filled = (counts: readonly OrderCounts[], flow: string): number =>
  counts.filter((row) => row.flow === flow && row.status === 'filled').reduce((sum, row) => sum + row.count, 0);

export const withStatus = (counts: readonly OrderCounts[], status: string): number =>
  counts.filter((row) => row.status === status).reduce((sum, row) => sum + row.count, 0);

/** The value below which so much of the list lies; undefined of an empty one. */
export function quantile(values: readonly number[], part: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

export interface Moment {
  readonly seconds: number;
  readonly quotesPerSecond: number;
  readonly counts: readonly OrderCounts[];
  readonly tally: Tally;
  readonly account: AccountV1 | undefined;
}

/** A few lines that tell a person how the broker is doing. */
export function describeMoment({ seconds, quotesPerSecond, counts, tally, account }: Moment): string {
  const flows = ['local', 'provider'].map((flow) => {
    const rows = counts.filter((row) => row.flow === flow).map((row) => `${row.status} ${row.count}`);
    return `  ${flow.padEnd(9)} ${rows.length === 0 ? 'nothing yet' : rows.join(' · ')}`;
  });
  const [p50, p99] = [quantile(tally.placementMs, 0.5), quantile(tally.placementMs, 0.99)];
  const placement = p50 === undefined || p99 === undefined ? 'none yet' : `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;
  const figures =
    account === undefined
      ? 'not read yet'
      : `balance ${account.balance} · equity ${account.equity ?? '–'} · margin ${account.marginTotal} · free ${account.freeMargin ?? '–'} ${account.currency}`;
  return [
    `${seconds.toFixed(0).padStart(4)} s  quotes ${quotesPerSecond.toFixed(0)}/s · placement as the client sees it: ${placement} (${tally.placements} orders)`,
    ...flows,
    `  account   ${account?.accountId ?? ''} ${figures}`,
  ].join('\n');
}
