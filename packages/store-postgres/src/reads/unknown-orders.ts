import type { Connection } from '../connection/connection.ts';

/** The orders whose provider is silent. */
export interface UnknownOrders {
  readonly orders: number;
  /** Since the oldest of them was placed; zero when there is none. */
  readonly ageMs: number;
}

const STATE = `
select count(*)::integer as orders, coalesce(epoch_ms(clock_timestamp()) - epoch_ms(min(created_at)), 0)::text as age_ms
  from orders where status = 'unknown'`;

export async function unknownOrders(connection: Connection): Promise<UnknownOrders> {
  const [row] = await connection.query(STATE);
  return { orders: row?.['orders'] as number, ageMs: Number(row?.['age_ms']) };
}
