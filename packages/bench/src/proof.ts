import type { Flow } from '@margrave/demo';
import type { Sql } from 'postgres';
import type { Captured } from './floor/captured.ts';
import { MEASURED_ORDER } from './bench-stage.ts';
import { parseE8 } from '@margrave/vocabulary';

/** Throws when PostgreSQL does not hold what was answered: then there is no figure. */
function want(what: string, found: Readonly<Record<string, unknown>>, wanted: Readonly<Record<string, unknown>>): void {
  const wrong = Object.keys(wanted).filter((name) => String(found[name]) !== String(wanted[name]));
  if (wrong.length === 0) return;
  throw new Error(`${what}: ${wrong.map((name) => `${name} is ${String(found[name])}, not ${String(wanted[name])}`).join('; ')}`);
}

const VOLUME_E8 = parseE8(MEASURED_ORDER.volume) ?? 0n;

/** Each order that was answered stands, is filled or queued as its flow has it, and holds what it must hold; no other does. */
export async function proveOrders(sql: Sql, flow: Flow, keyPrefix: string, placed: number): Promise<void> {
  const status = flow === 'local' ? 'filled' : 'queued';
  const [found = {}] = await sql`
    select count(*)::text as orders, count(*) filter (where o.status::text = ${status})::text as "in status",
        coalesce(sum(o.volume_e8), 0)::text as volume, count(d.deal_id)::text as deals, count(p.position_id)::text as positions,
        count(r.request_id)::text as requests, count(k.key)::text as keys, count(c.decision_id)::text as decisions
      from orders o left join deals d using (account_id, order_id) left join positions p on p.position_id = d.position_id
        left join provider_requests r using (order_id) left join command_keys k on k.account_id = o.account_id and k.key = o.client_order_id
        left join decisions c on c.decision_id = o.decision_id
      where o.client_order_id like ${`${keyPrefix}%`}`;
  const filled = flow === 'local' ? placed : 0;
  want(`orders of ${keyPrefix}`, found, {
    orders: placed,
    'in status': placed,
    volume: VOLUME_E8 * BigInt(placed),
    deals: filled,
    positions: filled,
    requests: placed - filled,
    keys: placed,
    decisions: placed,
  });
}

/** The floor wrote each of the captured rows once for each order, and moved the accounts by what the captured order moved them. */
export async function proveFloor(sql: Sql, captured: Captured, keyPrefix: string, placed: number): Promise<void> {
  const [found = {}] = await sql`
    select count(*)::text as orders, count(k.key)::text as keys, coalesce(sum(o.volume_e8), 0)::text as volume,
        count(c.decision_id)::text as decisions
      from orders o left join command_keys k on k.account_id = o.account_id and k.key = o.client_order_id
        left join decisions c on c.decision_id = o.decision_id
      where o.client_order_id like ${`${keyPrefix}%`}`;
  want(`orders of the floor, ${keyPrefix}`, found, {
    orders: placed,
    keys: placed,
    volume: VOLUME_E8 * BigInt(placed),
    decisions: placed,
  });
  const ofOrders = captured.inserted.filter(({ columns }) => columns.some(({ name }) => name === 'order_id'));
  for (const { table, rows } of ofOrders) {
    const [counted = {}] = await sql`
      select count(*)::text as rows from ${sql(table)} t
        where t.order_id in (select order_id from orders where client_order_id like ${`${keyPrefix}%`})`;
    want(`${table} of the floor, ${keyPrefix}`, counted, { rows: rows.length * placed });
  }
}

export async function proveSequential(sql: Sql, keyPrefix: string, placed: number): Promise<void> {
  const [found = {}] = await sql`
    select count(*)::text as orders from sequential_orders where key like ${`${keyPrefix}%`}`;
  want(`orders of the sequential baseline, ${keyPrefix}`, found, { orders: placed });
}

/** Each of the orders is filled, by one deal, with a position, and its execution is applied. */
export async function proveFills(sql: Sql, orderIds: readonly string[]): Promise<void> {
  const [found = {}] = await sql`
    select count(*)::text as orders, count(*) filter (where o.status = 'filled')::text as filled, count(d.deal_id)::text as deals,
        count(p.position_id)::text as positions, count(x.execution_id)::text as executions,
        count(r.request_id) filter (where r.ended_at is not null)::text as "requests ended",
        coalesce(sum(o.filled_volume_e8), 0)::text as volume
      from orders o left join deals d using (account_id, order_id) left join positions p on p.position_id = d.position_id
        left join applied_executions x on x.execution_id = d.execution_id and x.provider = d.provider
        left join provider_requests r on r.request_id = o.request_id
      where o.order_id = any(${orderIds as string[]}::bigint[])`;
  const wanted = orderIds.length;
  want('fills', found, {
    orders: wanted,
    filled: wanted,
    deals: wanted,
    positions: wanted,
    executions: wanted,
    'requests ended': wanted,
    volume: VOLUME_E8 * BigInt(wanted),
  });
}
