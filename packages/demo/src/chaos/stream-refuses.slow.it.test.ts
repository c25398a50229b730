import { STREAMS } from '@margrave/contracts';
import { testServers } from '@margrave/testkit';
import { jetstreamManager, type JetStreamManager, type StreamConfig } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { audit, untilSettled } from './audit.ts';
import { ChaosClient } from './client.ts';
import type { ServiceProcess } from './process.ts';
import { setStage, type GatewayProcess, type Stage } from './stage.ts';
import { until } from './until.ts';

const STREAM = STREAMS.PROVIDER_ORDERS.name;
const ORDERS = 4;

let stage: Stage;
let nats: NatsConnection;
let streams: JetStreamManager['streams'];
let gateway: GatewayProcess;
let worker: ServiceProcess;
let client: ChaosClient;
let accountId: string;

beforeAll(async () => {
  const servers = await testServers();
  stage = await setStage({ ...servers, seed: 7, providers: ['lp-a'] });
  [accountId = ''] = await stage.openAccounts(1, 'provider');
  client = new ChaosClient('refused', stage.token([accountId]));
  [gateway, worker] = await Promise.all([stage.startGateway(), stage.startWorker()]);
  const { host, username, password } = new URL(servers.natsUrl);
  nats = await connect({ servers: host, user: username, pass: password });
  ({ streams } = await jetstreamManager(nats));
}, 200_000);
afterAll(async () => {
  await nats?.close();
  await stage?.stop();
}, 60_000);

async function place(): Promise<void> {
  for (let number = 0; number < ORDERS; number += 1) client.place(accountId, 'EURUSD', '0.01');
  await client.insist(() => gateway.url);
}

const waiting = async (): Promise<number> => {
  const [row] = await stage.sql<{ n: number }[]>`select count(*)::integer n from outbox where published_at is null`;
  return row?.n ?? 0;
};

async function outboxDepth(): Promise<number> {
  const text = await (await fetch(`${worker.metricsUrl}/metrics`)).text();
  return Number(/^margrave_outbox_depth(?:\{[^}]*\})? (\d+)$/m.exec(text)?.[1] ?? Number.NaN);
}

const stored = async (): Promise<number> => (await streams.info(STREAM)).state.messages;

/** What makes the server refuse, and what takes that back. */
async function change(
  some: (now: StreamConfig) => Promise<Partial<StreamConfig>> | Partial<StreamConfig>,
): Promise<() => Promise<void>> {
  const { config } = await streams.info(STREAM);
  await streams.update(STREAM, await some(config));
  return async () => void (await streams.update(STREAM, config));
}

it('a stream that somebody removed is made anew, and what waited for it leaves (P07)', async () => {
  await place();
  await untilSettled(stage);
  await streams.delete(STREAM);
  await place();
  await untilSettled(stage);
  expect(await waiting()).toBe(0);
  await place();
  await untilSettled(stage);
  expect(await audit(stage, [client])).toEqual([]);
}, 120_000);

it.each([
  ['that is full', () => change(async () => ({ max_msgs: await stored() }))],
  ['that takes only smaller messages', () => change(() => ({ max_msg_size: 16 }))],
  ['that listens to other subjects', () => change(() => ({ subjects: ['elsewhere.>'] }))],
])(
  'a stream %s drops nothing silently: each message waits in the outbox, and is counted, until it is taken (P07)',
  async (_, refuse) => {
    await place();
    await untilSettled(stage);
    const before = await stored();
    const mend = await refuse();
    await place();
    expect(await waiting()).toBeGreaterThanOrEqual(ORDERS);
    await until('the outbox is seen to grow', async () => ((await outboxDepth()) >= ORDERS ? true : undefined));
    // Longer than a new order may wait: what is withdrawn then has to wait as well.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(await waiting()).toBeGreaterThanOrEqual(ORDERS);
    expect(await stored()).toBe(before);
    await mend();
    await untilSettled(stage);
    await place();
    await untilSettled(stage);
    expect(await waiting()).toBe(0);
    expect(await stored()).toBeGreaterThan(before);
    expect(await audit(stage, [client])).toEqual([]);
  },
  120_000,
);
