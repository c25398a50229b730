import { cpSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FaultProxy, startServers, testServers, type RunningServer, type Servers } from '@margrave/testkit';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { serverLogins } from '../broker.ts';
import { audit, untilSettled } from './audit.ts';
import { ChaosClient } from './client.ts';
import { howItDied, type ServiceProcess } from './process.ts';
import { readProviderBooks } from './provider-books.ts';
import { crashAt, setStage, type GatewayProcess, type Stage } from './stage.ts';
import { until } from './until.ts';

/** So long after its acceptance nobody sends a new order any more. */
const SEND_BEFORE_MS = 2_000;

let servers: Servers;
let nats: RunningServer;
let stage: Stage;
let gateway: GatewayProcess;
/** Between the client and the gateway. */
let wire: FaultProxy;
let worker: ServiceProcess;
let client: ChaosClient;
let local: string;
let atProvider: string;
let copies: string | undefined;

beforeAll(async () => {
  servers = await startServers({ purpose: 'test', log: () => undefined, logins: serverLogins, onSignal: 'leave to caller' });
  nats = servers.nats;
  const { redisUrl, databaseUrl } = await testServers();
  stage = await setStage({ natsUrl: nats.url, redisUrl, databaseUrl, seed: 13 });
  [local = ''] = await stage.openAccounts(1, 'local');
  [atProvider = ''] = await stage.openAccounts(1, 'provider');
  [gateway, worker] = await Promise.all([stage.startGateway(), stage.startWorker({ RELAY_OLDER_THAN: '2s' })]);
  wire = await FaultProxy.start({ host: '127.0.0.1', port: Number(new URL(gateway.url).port) });
  client = new ChaosClient('away', stage.token([local, atProvider]));
  copies = await mkdtemp(join(tmpdir(), 'margrave-store-'));
}, 200_000);

afterAll(async () => {
  await wire?.close();
  await stage?.stop();
  await servers?.stop();
  if (copies !== undefined) rmSync(copies, { recursive: true, force: true });
}, 60_000);

const place = async (): Promise<void> => {
  client.place(local, 'EURUSD', '0.01');
  client.place(atProvider, 'EURUSD', '0.02');
  await client.insist(() => gateway.url);
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Orders in both flows, a few a second, for so long. */
async function placeFor(ms: number): Promise<void> {
  for (const untilMs = performance.now() + ms; performance.now() < untilMs; await pause(200)) await place();
}

it.each([0, 1])(
  'a reply cut on the wire after %i bytes is harmless: the same key gives the first answer (P04)',
  async (afterBytes) => {
    const cut = `http://127.0.0.1:${wire.port}`;
    for (let round = 1; round <= 10; round += 1) {
      for (const accountId of [local, atProvider]) {
        const command = client.place(accountId, 'EURUSD', '0.01');
        await wire.setMode({ kind: 'cut_replies', afterBytes });
        expect(await client.give(cut, command)).toBe(false);
        const first = await until('the order is placed', async () => {
          const [row] = await stage.sql<{ body: string }[]>`
          select answer_body body from command_keys where account_id = ${accountId} and key = ${command.key}`;
          return row;
        });
        await wire.setMode({ kind: 'pass' });
        expect(await client.give(cut, command)).toBe(true);
        expect(JSON.parse(command.told[0]?.body ?? '')).toEqual(JSON.parse(first.body));
      }
    }
  },
  60_000,
);

/** Of the provider's orders of one account placed after a moment: how they stand, and whether the provider ever took them. */
async function fates(sinceOrderId: string): Promise<readonly { status: string; taken: boolean }[]> {
  const taken = new Set(readProviderBooks(stage.journals).taken);
  const rows = await stage.sql<{ status: string; request: string }[]>`
    select status::text, request_id::text request from orders
      where account_id = ${atProvider} and order_id > ${sinceOrderId} and request_id is not null`;
  return rows.map(({ status, request }) => ({ status, taken: taken.has(request) }));
}

const newestOrder = async (): Promise<string> => {
  const [row] = await stage.sql<{ id: string }[]>`select coalesce(max(order_id), 0)::text id from orders`;
  return row?.id ?? '0';
};

const waitingRows = async (): Promise<number> => {
  const [row] = await stage.sql<{ n: string }[]>`select count(*)::text n from outbox where published_at is null`;
  return Number(row?.n);
};

describe('a bus that is away under load', () => {
  it.each([
    // What waits in the connection to a server that stands still comes too late, and is the provider's to reject.
    ['stands still (P05)', ['cancelled', 'rejected'], () => nats.pause(), () => nats.resume()],
    ['is gone (P06)', ['cancelled'], () => nats.stop(), () => nats.restart()],
  ])(
    'that %s: orders are accepted and wait, those past their sendBefore are %j, and each is said once',
    async (_, late, away, back) => {
      await placeFor(1_000);
      const before = await newestOrder();
      await away();
      await placeFor(5_000);
      expect(await waitingRows()).toBeGreaterThan(10);
      await back();
      await placeFor(1_000);
      await untilSettled(stage);
      const outage = await fates(before);
      expect(outage.filter(({ status }) => late.includes(status)).length).toBeGreaterThan(0);
      expect(outage.filter(({ status }) => status === 'filled').length).toBeGreaterThan(0);
      expect(outage.filter(({ status, taken }) => status === 'filled' && !taken)).toEqual([]);
      expect(await audit(stage, [client])).toEqual([]);
    },
    90_000,
  );
});

/** What the server loses when the machine loses power: everything after a moment, or everything. */
async function lose(what: 'tail' | 'store', meanwhile: () => Promise<void>): Promise<void> {
  const { dataFolder } = nats;
  const copy = join(copies ?? '', what);
  if (dataFolder !== null && what === 'tail') {
    await nats.pause();
    cpSync(dataFolder, copy, { recursive: true });
    await nats.resume();
  }
  await meanwhile();
  if (dataFolder === null) {
    await removeStreams(); // Of a store in a container its streams can be lost, all of them, and not its tail.
    return;
  }
  await nats.kill9();
  rmSync(dataFolder, { recursive: true });
  if (what === 'tail') cpSync(copy, dataFolder, { recursive: true });
  await nats.restart();
}

async function removeStreams(): Promise<void> {
  const { host, username, password } = new URL(nats.url);
  const connection = await connect({ servers: host, user: username, pass: password });
  const manager = await jetstreamManager(connection);
  for await (const stream of manager.streams.list()) await manager.streams.delete(stream.config.name);
  await connection.close();
}

describe('a message store that loses (P18)', () => {
  it.each(['tail', 'store'] as const)(
    'its %s: orders stay, executions that were lost are asked for, and numbers used again hide nothing',
    async (what) => {
      await placeFor(500);
      await untilSettled(stage);
      const before = await newestOrder();
      await lose(what, async () => {
        await placeFor(500);
        await untilSettled(stage);
        // Reports that nobody has booked are only in the store.
        await worker.stop();
        await placeFor(1_000);
        await pause(500);
      });
      await placeFor(1_000);
      worker = await stage.startWorker();
      await placeFor(500);
      await untilSettled(stage);
      const lost = await fates(before);
      expect(lost.filter(({ status }) => status === 'filled').length).toBeGreaterThan(5);
      expect(lost.filter(({ status, taken }) => status === 'filled' && !taken)).toEqual([]);
      expect(await audit(stage, [client], 'some lost')).toEqual([]);
    },
    120_000,
  );

  it('an order that had left, before its gateway could note it: what was executed of it is booked, late', async () => {
    await untilSettled(stage);
    const before = await newestOrder();
    await lose('store', async () => {
      // Nobody books the report or finds the order in the outbox.
      await worker.stop();
      const dying = await stage.startGateway(crashAt('gateway.after-publish'));
      await client.give(dying.url, client.place(atProvider, 'EURUSD', '0.02'));
      expect(await howItDied(dying)).toBe('SIGKILL');
      await until('the provider has executed it', async () => {
        const { executedE8 } = readProviderBooks(stage.journals);
        const [order] = await stage.sql<{ request: string }[]>`
          select request_id::text request from orders where order_id > ${before}`;
        return (executedE8.get(order?.request ?? '') ?? 0n) > 0n ? true : undefined;
      });
      await pause(SEND_BEFORE_MS);
    });
    worker = await stage.startWorker();
    await client.insist(() => gateway.url);
    await untilSettled(stage);
    const orders = await stage.sql`select status::text, flags from orders where order_id > ${before}`;
    expect(orders).toMatchObject([{ status: 'filled', flags: ['late_fill'] }]);
    expect(await audit(stage, [client], 'some lost')).toEqual([]);
  }, 120_000);
});
