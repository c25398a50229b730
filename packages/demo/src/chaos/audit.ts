import { describeFindings, isBroken, verifyBooks, type Finding } from '@margrave/verify-books';
import type { ChaosClient, Command } from './client.ts';
import { compareExecutions, readProviderBooks, type SentOrder } from './provider-books.ts';
import type { Stage } from './stage.ts';
import { compareToldEvents, type EventsKept } from './told-events.ts';
import { until } from './until.ts';

const LIVE = ['queued', 'working', 'partially_filled', 'unknown'];
/** What is written to Redis behind the last commits is there by then, also where Redis was once too slow to take it. */
const WRITE_BEHIND_MS_MAX = 4_000;
const WRITE_BEHIND_LOOK_EVERY_MS = 500;

const PROVIDER_MS_MAX = 10_000;
const PROVIDER_LOOK_EVERY_MS = 200;

/** A provider that did not answer when it was asked is asked again after half a minute. */
const SETTLED_MS_MAX = 60_000;

/** Resolves when no order waits for anybody, no provider owes a word and no message is still to be sent. */
export async function untilSettled({ sql }: Pick<Stage, 'sql'>): Promise<void> {
  const waiting = async (): Promise<string[]> => {
    const rows = await sql<{ what: string }[]>`
      select 'order ' || order_id || ' is ' || status what from orders
        where status in ('queued', 'working', 'partially_filled', 'unknown')
      union all select 'a word on request ' || request_id || ' is owed' from provider_requests
        where ended_at is null and kind <> 'status'
      union all select 'outbox row ' || outbox_id || ' waits' from outbox where published_at is null
      limit 10`;
    return rows.map(({ what }) => what);
  };
  await until(
    'every order and message arrives',
    async () => ((await waiting()).length === 0 ? true : undefined),
    SETTLED_MS_MAX,
    async () => (await waiting()).join('; '),
  );
}

interface OrderRow {
  readonly account_id: string;
  readonly client_order_id: string;
  readonly order_id: string;
  readonly status: string;
}

/**
 * Compares what clients were told with what is, once everything has settled, and gives what is wrong, in sentences: orders
 * that were told and are not there or are otherwise, keys with two orders or with two answers, orders of nobody, requests that a
 * provider took twice, executions that are in a provider's own books and not in ours or the other way round, events that were not told once, and
 * whatever `verify:books` finds.
 */
export async function audit(
  stage: Pick<Stage, 'sql' | 'redisUrl' | 'natsUrl' | 'journals'>,
  clients: readonly ChaosClient[],
  eventsKept: EventsKept = 'all kept',
): Promise<readonly string[]> {
  const rows = await stage.sql<OrderRow[]>`
    select account_id::text, client_order_id, order_id::text, status::text from orders where client_order_id is not null`;
  const orders = new Map<string, OrderRow[]>();
  for (const row of rows) {
    const name = `${row.account_id} ${row.client_order_id}`;
    orders.set(name, [...(orders.get(name) ?? []), row]);
  }
  const commands = clients.flatMap((client) => client.commands);
  const known = new Set(commands.map(nameOf));
  const faults = [
    ...clients.flatMap((client) => client.faults),
    ...commands.flatMap((command) => faultsOf(command, orders.get(nameOf(command)) ?? [])),
    ...[...orders.keys()].filter((name) => !known.has(name)).map((name) => `${name} is an order that no client gave`),
    ...takenTwice(stage.journals),
  ];
  if (commands.length === 0) faults.push('no client ever gave a command');
  faults.push(...(await differencesWithProviders(stage)));
  faults.push(...(await compareToldEvents(stage.sql, stage.natsUrl, eventsKept)));
  const broken = await brokenAtRest(stage);
  if (broken.length > 0) faults.push(describeFindings(broken));
  return faults;
}

async function brokenAtRest({ sql, redisUrl }: Pick<Stage, 'sql' | 'redisUrl'>): Promise<readonly Finding[]> {
  for (const untilMs = performance.now() + WRITE_BEHIND_MS_MAX; ;) {
    const broken = (await verifyBooks(sql, { redisUrl, atRest: true })).filter(isBroken);
    if (broken.length === 0 || performance.now() > untilMs) return broken;
    await new Promise((resolve) => setTimeout(resolve, WRITE_BEHIND_LOOK_EVERY_MS));
  }
}

const nameOf = ({ accountId, key }: Command): string => `${accountId} ${key}`;

function faultsOf({ key, told }: Command, orders: readonly OrderRow[]): readonly string[] {
  const [first, ...later] = told;
  const [order, ...more] = orders;
  if (first === undefined) return [`${key} was never answered`];
  const faults = later.filter(({ body }) => body !== first.body).map(({ body }) => `${key} was told ${first.body}, then ${body}`);
  if (more.length > 0) faults.push(`${key} has ${orders.length} orders`);
  if (order === undefined) return [...faults, `${key} was told ${first.body}, and there is no such order`];
  if (order.order_id !== first.orderId) faults.push(`${key} was told of order ${first.orderId} and is ${order.order_id}`);
  const isAsTold = order.status === first.orderStatus || (LIVE.includes(first.orderStatus) && order.status !== 'denied');
  if (!isAsTold) faults.push(`${key} was told ${first.orderStatus} and is ${order.status}`);
  return faults;
}

function takenTwice(journals: readonly string[]): readonly string[] {
  const { taken } = readProviderBooks(journals);
  if (taken.length === 0) return ['no provider ever took an order'];
  const twice = taken.filter((requestId, index) => taken.indexOf(requestId) !== index);
  return twice.map((requestId) => `request ${requestId} was taken for new twice`);
}

/** Over for us, an order may still be executed: what a provider did in this moment is on its way. */
async function differencesWithProviders({ sql, journals }: Pick<Stage, 'sql' | 'journals'>): Promise<readonly string[]> {
  const untilMs = performance.now() + PROVIDER_MS_MAX;
  for (;;) {
    const books = readProviderBooks(journals);
    const orders = await sql<{ requestId: string; orderId: string; filled: string }[]>`
      select request_id::text "requestId", order_id::text "orderId", filled_volume_e8::text filled
        from orders where request_id is not null`;
    const sent = orders.map(({ filled, ...order }): SentOrder => ({ ...order, filledE8: BigInt(filled) }));
    const differences = compareExecutions(books, sent);
    if (differences.length === 0 || performance.now() > untilMs) return differences;
    await new Promise((resolve) => setTimeout(resolve, PROVIDER_LOOK_EVERY_MS));
  }
}
