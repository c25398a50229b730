import { EXECUTIONS_CONSUMER, ProviderExecutionV1, QuoteV1 } from '@margrave/contracts';
import { testServers } from '@margrave/testkit';
import type { ProviderName, SymbolName } from '@margrave/vocabulary';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { audit, untilSettled } from './audit.ts';
import { ChaosClient } from './client.ts';
import type { ServiceProcess } from './process.ts';
import { setStage, type GatewayProcess, type Stage } from './stage.ts';
import { until } from './until.ts';

/** With SLOW_CONSUMER_BACKLOG=50000 as large as was promised; the ticks are ten times as many. */
const REPORTS = Number(process.env['SLOW_CONSUMER_BACKLOG'] ?? '10000');
const TICKS = 10 * REPORTS;
/** One gets through a thousand a second at the least, on a machine that it does not have to itself. */
const DRAINED_MS_MAX = 5_000 + REPORTS;
/**
 * What a worker holds at once are the reports that it has not acknowledged, `maxAckPending` of them and not the backlog, and one
 * quote of each symbol. 5 000 reports, decoded, are less than 50 MB; the rest is what Node takes before it collects.
 */
const GROWTH_BYTES_MAX = 200 * 2 ** 20;
const AT_ONCE = 500;
const LIVE_ORDERS = 40;

let stage: Stage;
let nats: NatsConnection;
let gateway: GatewayProcess;
let worker: ServiceProcess;
let client: ChaosClient;
let accounts: readonly string[];

beforeAll(async () => {
  const servers = await testServers();
  stage = await setStage({ ...servers, seed: 17, providers: ['lp-a'] });
  const { host, username, password } = new URL(servers.natsUrl);
  nats = await connect({ servers: host, user: username, pass: password });
  accounts = await stage.openAccounts(4, 'provider');
  client = new ChaosClient('slow', stage.token(accounts));
  [gateway, worker] = await Promise.all([
    stage.startGateway(),
    // It stands still for less than that: nothing is delivered twice for want of time.
    stage.startWorker({ ACK_WAIT: '5m', RELAY_OLDER_THAN: '2s' }),
  ]);
}, 200_000);

afterAll(async () => {
  await nats?.close();
  await stage?.stop();
}, 60_000);

async function place(count: number): Promise<void> {
  for (let number = 0; number < count; number += 1) client.place(accounts[number % accounts.length] ?? '', 'EURUSD', '0.01');
  await client.insist(() => gateway.url);
}

async function residentBytes(): Promise<number> {
  const text = await (await fetch(`${worker.metricsUrl}/metrics`)).text();
  const line = text.split('\n').find((each) => each.startsWith('process_resident_memory_bytes'));
  if (line === undefined) throw new Error(`there is no such metric:\n${text.slice(0, 500)}`);
  return Number(line.split(' ').at(-1));
}

/** The same report of an order that is over, again and again under new message ids. */
async function repeatReports(name: string, count: number): Promise<void> {
  const manager = await jetstreamManager(nats);
  const first = await manager.streams.getMessage('EXECUTIONS', { seq: 1 });
  if (first === null) throw new Error('no provider ever reported anything');
  const stream = jetstream(nats);
  const subject = ProviderExecutionV1.subject({ provider: 'lp-a' as ProviderName });
  for (let sent = 0; sent < count; sent += AT_ONCE) {
    const some = Array.from({ length: AT_ONCE }, (_, index) =>
      stream.publish(subject, first.data, { msgID: `${name}-${sent + index}` }),
    );
    await Promise.all(some);
  }
}

/** Quotes that are all older than what everybody has. */
async function floodWithTicks(count: number): Promise<void> {
  const subject = QuoteV1.subject({ symbol: 'EURUSD' as SymbolName });
  const body = JSON.stringify({ ...QuoteV1.example, sequence: '1' });
  for (let sent = 1; sent <= count; sent += 1) {
    nats.publish(subject, body);
    if (sent % 10_000 === 0) await nats.flush();
  }
}

const backlog = async (): Promise<number> => {
  const manager = await jetstreamManager(nats);
  const info = await manager.consumers.info(EXECUTIONS_CONSUMER.stream, EXECUTIONS_CONSUMER.durable);
  return info.num_pending + info.num_ack_pending;
};

it(`a worker that stands still while ${REPORTS} reports and ${TICKS} ticks arrive holds no more of them than it may, loses none and catches up (P20)`, async () => {
  await place(LIVE_ORDERS);
  await untilSettled(stage);
  const before = await residentBytes();

  worker.signal('SIGSTOP');
  await repeatReports('first', REPORTS / 2);
  // What is not booked yet lies in the middle of what was booked long ago.
  await place(LIVE_ORDERS);
  await floodWithTicks(TICKS);
  await repeatReports('second', REPORTS / 2);
  expect(await backlog()).toBeGreaterThanOrEqual(REPORTS);
  worker.signal('SIGCONT');

  const resumedMs = performance.now();
  let most = before;
  await until(
    'the backlog is drained',
    async () => {
      most = Math.max(most, await residentBytes());
      return (await backlog()) === 0 ? true : undefined;
    },
    DRAINED_MS_MAX,
    async () => `${await backlog()} are left`,
  );
  const { ending } = worker;
  process.stderr.write(
    `drained ${REPORTS} reports in ${Math.round(performance.now() - resumedMs)} ms, ${Math.round((most - before) / 2 ** 20)} MB more\n`,
  );
  expect(most - before).toBeLessThan(GROWTH_BYTES_MAX);
  await untilSettled(stage);
  await place(LIVE_ORDERS);
  await untilSettled(stage);
  expect(await audit(stage, [client])).toEqual([]);
  expect(ending()).toBeUndefined();
}, 240_000);
