import { EXECUTIONS_CONSUMER, ProviderExecutionV1 } from '@margrave/contracts';
import { formatE8, type ProviderName, type RequestId } from '@margrave/vocabulary';
import { gatewayClient } from '@margrave/demo';
import { AckPolicy, jetstream, jetstreamManager, RetentionPolicy, StorageType, type JetStreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { Sql } from 'postgres';
import { AS_INSTALLED, MEASURED_ORDER, type BenchStage } from './bench-stage.ts';
import { capture, type Captured } from './floor/captured.ts';
import { FLOOR_EXECUTIONS } from './floor/floor-executions.ts';
import type { LoadAccount } from './load/load-plan.ts';
import { answeredWith, runLoad } from './load/run-load.ts';
import type { Program } from './program.ts';
import { proveFills } from './proof.ts';
import { exactly, figureOf, rowOf, type Figure, type MeasuredRow } from './row.ts';

const PROVIDER = 'lp-a' as ProviderName;
const ROUNDS = 3;
const REPORTS_A_ROUND = 2_000;
const PUBLISHED_AT_ONCE = 500;
const LOOK_EVERY_MS = 5;
const DRAINED_MS_MAX = 120_000;
const CROWD = 64;
/** What one worker books in a second passes, whatever its floor does. */
const PER_SECOND_BAR = 3_000;

/** How many reports of providers one worker books in a second, beside a program that only writes the same rows. */
export async function measureConfirmations(bench: BenchStage, say: (sentence: string) => void): Promise<MeasuredRow[]> {
  const { host, username, password } = new URL(bench.servers.nats.url);
  const nats = await connect({ servers: host, user: username, pass: password });
  const worker = await bench.stage.startWorker(AS_INSTALLED);
  try {
    const manager = await jetstreamManager(nats);
    const symbol = await providerSymbol(bench.stage.sql);
    const floor = await prepareFloor(bench, nats, manager, symbol);
    await placeOrders(bench.gateway.url, bench.accounts.provider);
    const subject = ProviderExecutionV1.subject({ provider: PROVIDER });
    const contenders = [
      { sql: bench.stage.sql, program: worker, ...EXECUTIONS_CONSUMER, subject },
      { sql: bench.floorSql, program: floor, ...FLOOR_EXECUTIONS },
    ];
    const rates: number[][] = [[], []];
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const [index, contender] of contenders.entries()) {
        const perSecond = await book(contender, nats, manager, symbol);
        // The first round compiles.
        if (round > 0) rates[index]?.push(perSecond);
      }
    }
    await floor.stop();
    const [ours, other] = rates.map(figureOf) as [Figure, Figure];
    say(`confirmations: ${Math.round(ours.median)} reports/s, floor ${Math.round(other.median)}`);
    const row = { row: 'confirmations, one worker', unit: 'reports/s', betterIs: 'higher', ours } as const;
    const isFastEnough = ours.median >= PER_SECOND_BAR;
    return [
      isFastEnough
        ? rowOf({ ...row, other: exactly(PER_SECOND_BAR), otherName: `the bar (floor ${Math.round(other.median)})`, bar: 1 })
        : rowOf({ ...row, other, otherName: 'floor', bar: 0.6 }),
    ];
  } finally {
    await worker.stop();
    await nats.close();
  }
}

/** Its stream, its consumer, as many orders as the product has, and the program that is to book them. */
async function prepareFloor(
  bench: BenchStage,
  nats: NatsConnection,
  manager: JetStreamManager,
  symbol: string,
): Promise<Program> {
  const { stream, durable, subject } = FLOOR_EXECUTIONS;
  const kept = { storage: StorageType.File, retention: RetentionPolicy.Limits };
  await manager.streams.add({ name: stream, subjects: [subject], ...kept });
  await manager.consumers.add(stream, { durable_name: durable, ack_policy: AckPolicy.Explicit, max_ack_pending: 5_000 });
  const { placed, filled } = await captureOrderAndFill(bench, nats, symbol);
  const orders = await bench.startFloor(placed);
  await placeOrders(orders.url, bench.floorAccounts.provider);
  await orders.stop();
  return bench.startFloor(filled, 'reports');
}

interface Contender {
  readonly sql: Sql;
  readonly program: Pick<Program, 'signal'>;
  readonly subject: string;
  readonly stream: string;
  readonly durable: string;
}

/** Puts reports before a program that stands still, lets it go, and says how many it booked in a second. */
async function book(contender: Contender, nats: NatsConnection, manager: JetStreamManager, symbol: string): Promise<number> {
  const { sql, program, subject, stream, durable } = contender;
  const orders = await queuedOrders(sql, REPORTS_A_ROUND);
  program.signal('SIGSTOP');
  await publish(nats, subject, orders, symbol);
  program.signal('SIGCONT');
  const startedMs = performance.now();
  await drained(manager, stream, durable);
  const seconds = (performance.now() - startedMs) / 1_000;
  await proveFills(
    sql,
    orders.map(({ orderId }) => orderId),
  );
  return orders.length / seconds;
}

async function providerSymbol(sql: Sql): Promise<string> {
  const [row] = await sql<{ symbol: string }[]>`
    select provider_symbol as symbol from provider_instruments where provider = ${PROVIDER} and symbol = ${MEASURED_ORDER.symbol}`;
  if (row === undefined) throw new Error(`${PROVIDER} does not trade ${MEASURED_ORDER.symbol}`);
  return row.symbol;
}

/** As many as are confirmed in all rounds. */
async function placeOrders(url: string, accounts: readonly LoadAccount[]): Promise<void> {
  const requestsMax = REPORTS_A_ROUND * (ROUNDS + 1);
  const order = { ...MEASURED_ORDER, keyPrefix: 'confirm-' };
  const result = await runLoad({
    url,
    accounts,
    order,
    requestsMax,
    connections: CROWD,
    warmUpMs: 0,
    measuredMs: DRAINED_MS_MAX,
  });
  const placed = answeredWith(result, 201);
  if (placed !== requestsMax) throw new Error(`of ${requestsMax} orders ${JSON.stringify(result.statuses)} were answered`);
}

interface QueuedOrder {
  readonly orderId: string;
  readonly requestId: RequestId;
  readonly priceE8: string;
}

/** At the worst price that was reserved, which is a price that the provider may fill at. */
const queuedOrders = (sql: Sql, limit: number): Promise<readonly QueuedOrder[]> => sql<QueuedOrder[]>`
  select order_id::text as "orderId", request_id::text as "requestId", reserved_price_e8::text as "priceE8"
    from orders where status = 'queued' order by order_id desc limit ${limit}`;

async function publish(nats: NatsConnection, subject: string, orders: readonly QueuedOrder[], symbol: string): Promise<void> {
  const stream = jetstream(nats);
  for (let sent = 0; sent < orders.length; sent += PUBLISHED_AT_ONCE) {
    const some = orders.slice(sent, sent + PUBLISHED_AT_ONCE).map((order) => {
      const report = fillOf(order, symbol);
      return stream.publish(subject, JSON.stringify(report), { msgID: `${subject}:${report.executionId}` });
    });
    await Promise.all(some);
  }
}

const fillOf = ({ requestId, priceE8 }: QueuedOrder, symbol: string): ProviderExecutionV1 => ({
  executionId: `bench-${requestId}`,
  requestId,
  providerOrderId: null,
  executionType: 'fill',
  symbol,
  side: MEASURED_ORDER.side,
  lastVolume: MEASURED_ORDER.volume,
  lastPrice: formatE8(BigInt(priceE8)),
  cumulativeVolume: MEASURED_ORDER.volume,
  leavesVolume: '0',
  reason: null,
  transactTime: new Date().toISOString(),
});

async function drained(manager: JetStreamManager, stream: string, durable: string): Promise<void> {
  const untilMs = performance.now() + DRAINED_MS_MAX;
  for (;;) {
    const { num_pending: waiting, num_ack_pending: unacknowledged } = await manager.consumers.info(stream, durable);
    if (waiting + unacknowledged === 0) return;
    if (performance.now() > untilMs) throw new Error(`${waiting + unacknowledged} reports of ${stream} were never booked`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** What one order and its fill write, the second of their account. Of the same order, so that what a fill releases was reserved. */
async function captureOrderAndFill(
  { stage, gateway }: BenchStage,
  nats: NatsConnection,
  symbol: string,
): Promise<{ readonly placed: Captured; readonly filled: Captured }> {
  const [accountId = ''] = await stage.openAccounts(1, 'provider');
  const client = gatewayClient(gateway.url, stage.token([accountId]));
  const place = async (key: string): Promise<string> => {
    const { body } = await client.post(`/v1/accounts/${accountId}/orders`, {
      clientOrderId: key,
      ...MEASURED_ORDER,
      type: 'market',
    });
    return JSON.stringify(body);
  };
  const orderOf = async (key: string): Promise<QueuedOrder> => {
    const [order] = await stage.sql<QueuedOrder[]>`
      select order_id::text as "orderId", request_id::text as "requestId", reserved_price_e8::text as "priceE8"
        from orders where account_id = ${accountId} and client_order_id = ${key}`;
    if (order === undefined) throw new Error('there is no order to be filled');
    return order;
  };
  const manager = await jetstreamManager(nats);
  const fill = async (order: QueuedOrder): Promise<string> => {
    await publish(nats, ProviderExecutionV1.subject({ provider: PROVIDER }), [order], symbol);
    await drained(manager, EXECUTIONS_CONSUMER.stream, EXECUTIONS_CONSUMER.durable);
    await proveFills(stage.sql, [order.orderId]);
    return '';
  };
  await place('first');
  await fill(await orderOf('first'));
  const placed = await capture(stage.sql, { accountId, key: 'second' }, () => place('second'));
  const order = await orderOf('second');
  const { orderId, requestId } = order;
  const filled = await capture(stage.sql, { accountId, orderId, requestId, executionId: `bench-${requestId}` }, () =>
    fill(order),
  );
  return { placed, filled };
}
