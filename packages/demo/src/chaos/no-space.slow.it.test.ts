import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrate } from '@margrave/store-postgres';
import { busAnswers, startServers, whyNoSmallDisk, type Servers } from '@margrave/testkit';
import { serverLogins } from '../broker.ts';
import { watchServer } from '../supervised.ts';
import { audit, untilSettled } from './audit.ts';
import { ChaosClient } from './client.ts';
import type { ServiceProcess } from './process.ts';
import { readiness } from './run/inflict.ts';
import { setStage, type GatewayProcess, type Stage } from './stage.ts';
import { until } from './until.ts';

const RED_MS_MAX = 5_000;
const GREEN_MS_MAX = 30_000;
/** More than a full disk lasts before anybody is told of it. */
const FULL_MS = 6_000;

let servers: Servers;
let stage: Stage;
let gateway: GatewayProcess;
let worker: ServiceProcess;
let client: ChaosClient;
let accounts: readonly string[];
let endWatch: () => Promise<void>;

beforeAll(async () => {
  servers = await startServers({
    purpose: 'test',
    log: () => undefined,
    logins: serverLogins,
    onSignal: 'leave to caller',
    smallDisks: whyNoSmallDisk() === undefined,
  });
  await migrate(servers.postgres.url, {});
  stage = await setStage({
    natsUrl: servers.nats.url,
    redisUrl: servers.redis.url,
    databaseUrl: servers.postgres.url,
    seed: 15,
    providers: ['lp-a'],
  });
  endWatch = watchServer(servers.postgres, () => undefined);
  accounts = [...(await stage.openAccounts(2, 'local')), ...(await stage.openAccounts(2, 'provider'))];
  client = new ChaosClient('space', stage.token(accounts));
  [gateway, worker] = await Promise.all([stage.startGateway(), stage.startWorker({ RELAY_OLDER_THAN: '2s' })]);
}, 200_000);

afterAll(async () => {
  for (const server of [servers?.postgres, servers?.nats]) server?.disk?.free();
  await endWatch?.();
  await stage?.stop();
  await servers?.stop();
}, 60_000);

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Orders on every account, a few a second, answered or not, until it is told to stop. */
function load(): { readonly end: () => Promise<void> } {
  let going = true;
  const trade = async (accountId: string): Promise<void> => {
    for (; going; await pause(200)) await client.give(gateway.url, client.place(accountId, 'EURUSD', '0.01'));
  };
  const trading = Promise.all(accounts.map(trade));
  return {
    end: async () => {
      going = false;
      await trading;
    },
  };
}

/** How long until both say that they are ready, or that they are not. */
async function untilReadiness(wanted: boolean, services: readonly ServiceProcess[], withinMs: number): Promise<number> {
  const startedMs = performance.now();
  const isSo = async ({ metricsUrl, name }: ServiceProcess): Promise<void> => {
    let last = '';
    const look = async (): Promise<true | undefined> => {
      const { ready, said } = await readiness(metricsUrl);
      last = said;
      return ready === wanted ? true : undefined;
    };
    await until(`${name} is ${wanted ? 'ready' : 'not ready'}`, look, withinMs, () => Promise.resolve(last));
  };
  await Promise.all(services.map(isSo));
  return performance.now() - startedMs;
}

/** What was told while nothing could be committed was committed before; what was not told is asked again, and all of it agrees. */
async function nothingIsLost(): Promise<void> {
  await client.insist(() => gateway.url, 30_000);
  await untilSettled(stage);
  expect(await audit(stage, [client])).toEqual([]);
}

const onSmallDisk = whyNoSmallDisk() === undefined ? it : it.skip;

onSmallDisk(
  'a database whose disk is full: orders are refused with 503, readiness is red within five seconds, and both are over when there is space (P37)',
  async () => {
    const disk = servers.postgres.disk;
    if (disk === null) throw new Error(`the servers are ${servers.source}, whose disks cannot be filled: MARGRAVE_SERVERS=local`);
    const trading = load();
    await pause(1_000);
    const before = { ...client.encounters };
    disk.fill();
    const startedMs = performance.now();
    await untilReadiness(false, [gateway, worker], RED_MS_MAX);
    await pause(Math.max(0, FULL_MS - (performance.now() - startedMs)));
    disk.free();
    await untilReadiness(true, [gateway, worker], GREEN_MS_MAX);
    await pause(1_000);
    await trading.end();
    expect(client.encounters.unavailable).toBeGreaterThan(before.unavailable);
    await nothingIsLost();
    expect([gateway.ending(), worker.ending()]).toEqual([undefined, undefined]);
  },
  120_000,
);

onSmallDisk(
  'a bus whose disk is full: orders are taken and wait in the outbox, the worker is red within five seconds, and a bus that was started anew has everything (P37)',
  async () => {
    const { nats } = servers;
    if (nats.disk === null)
      throw new Error(`the servers are ${servers.source}, whose disks cannot be filled: MARGRAVE_SERVERS=local`);
    const trading = load();
    await pause(1_000);
    nats.disk.fill();
    await untilReadiness(false, [worker], RED_MS_MAX);
    const [told] = client.commands.flatMap((command) => (command.told.length > 0 ? [command] : [])).slice(-1);
    await until('an order is accepted while the bus is full', async () =>
      client.commands.slice(-5).some((command) => command !== told && command.told.length > 0) ? true : undefined,
    );
    expect((await readiness(gateway.metricsUrl)).ready).toBe(true);
    nats.disk.free();
    // NATS 2.9 answers nobody after its disk was full, until its supervisor starts it anew.
    if (!(await busAnswers(nats.url, 1_000))) await nats.kill9().then(() => nats.restart());
    await untilReadiness(true, [worker], GREEN_MS_MAX);
    await trading.end();
    await nothingIsLost();
    expect([gateway.ending(), worker.ending()]).toEqual([undefined, undefined]);
  },
  120_000,
);

/** Whether strace is there and may look into another process, a server that is no container. */
function canTrace(): boolean {
  if (process.env['MARGRAVE_SERVERS'] === 'containers') return false;
  const other = spawn('sleep', ['10'], { stdio: 'ignore' });
  const { error } = spawnSync('strace', ['-o', '/dev/null', '-p', `${other.pid}`], { stdio: 'ignore', timeout: 1_000 });
  other.kill('SIGKILL');
  // One that may not attach ends at once.
  return error !== undefined && 'code' in error && error.code === 'ETIMEDOUT';
}

const withStrace = canTrace() ? it : it.skip;

/** From now on nothing that the server writes can be made to last. Resolves when it is so. */
async function failEveryFsync(dataFolder: string): Promise<ChildProcess> {
  const postmaster = readFileSync(join(dataFolder, 'postmaster.pid'), 'utf8').split('\n')[0] ?? '';
  const children = readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8').trim().split(' ');
  const inject = ['fsync', 'fdatasync', 'sync_file_range'].flatMap((call) => ['-e', `inject=${call}:error=EIO`]);
  const attach = [postmaster, ...children].flatMap((pid) => ['-p', pid]);
  const strace = spawn('strace', ['-f', '-e', 'trace=fsync,fdatasync,sync_file_range', ...inject, ...attach, '-o', '/dev/null'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await new Promise<void>((resolve, reject) => {
    strace.stderr.on('data', (text: Buffer) => text.toString().includes('attached') && resolve());
    strace.once('exit', (code) => reject(new Error(`strace ended with ${code}`)));
  });
  return strace;
}

withStrace(
  'a database that cannot make anything last acknowledges nothing, readiness is red within five seconds, and it recovers when it can (P37)',
  async () => {
    const { dataFolder } = servers.postgres;
    if (dataFolder === null)
      throw new Error(`the servers are ${servers.source}, which strace cannot reach: MARGRAVE_SERVERS=local`);
    const trading = load();
    await pause(1_000);
    const strace = await failEveryFsync(dataFolder);
    await untilReadiness(false, [gateway, worker], RED_MS_MAX);
    const told = client.commands.filter((command) => command.told.length > 0).length;
    await pause(2_000);
    expect(client.commands.filter((command) => command.told.length > 0)).toHaveLength(told);
    const ended = new Promise((resolve) => strace.once('exit', resolve));
    strace.kill('SIGTERM');
    await ended;
    await untilReadiness(true, [gateway, worker], GREEN_MS_MAX);
    await trading.end();
    await nothingIsLost();
  },
  120_000,
);
