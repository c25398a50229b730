import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureStreams } from '@margrave/bus-nats';
import { STREAMS } from '@margrave/contracts';
import { gatewayClient, openAccounts, serverLogins, setStage, type Flow, type GatewayProcess, type Stage } from '@margrave/demo';
import { migrate, seedDemo } from '@margrave/store-postgres';
import { startServers, type Servers } from '@margrave/testkit';
import { connect } from '@nats-io/transport-node';
import postgres, { type Sql } from 'postgres';
import { capture, type Captured } from './floor/captured.ts';
import type { LoadAccount } from './load/load-plan.ts';
import { startProgram, type Program } from './program.ts';

/** Orders go around these, so that no account piles up more positions than a busy trader has. */
export const ACCOUNTS_A_FLOW = 2_000;
const SEED = 2_026;
/** One client is as good as many here: what bounds a noisy one is not measured. */
const UNLIMITED = { ACCOUNT_READS_PER_SECOND: '1000000', ACCOUNT_READS_BURST: '1000000' };
/** A provider that is measured answers when the bench says so. */
const NEVER_MS = 2_147_483_647;

/** The product on servers of its own, and beside it a database of the same schema for the programs that it is compared with. */
export interface BenchStage {
  readonly servers: Servers;
  readonly stage: Stage;
  readonly gateway: GatewayProcess;
  readonly databaseUrl: string;
  readonly floorDatabaseUrl: string;
  readonly floorSql: Sql;
  readonly accounts: Readonly<Record<Flow, readonly LoadAccount[]>>;
  /** The accounts of the floor's database, as many. */
  readonly floorAccounts: Readonly<Record<Flow, readonly LoadAccount[]>>;
  /** What one order of a flow wrote. */
  readonly captured: Readonly<Record<Flow, Captured>>;
  /** Starts a program that copies what was captured, and listens. */
  readonly startFloor: (captured: Captured, program?: 'orders' | 'reports') => Promise<Program>;
  readonly startSequential: () => Promise<Program>;
  readonly stop: () => Promise<void>;
}

const fileOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const FLOOR = { orders: fileOf('./floor/floor-main.ts'), reports: fileOf('./floor/floor-reports-main.ts') };
const SEQUENTIAL = fileOf('./sequential/sequential-main.ts');

/** @throws ServersUnavailable in one sentence when a server cannot be had. */
export async function setBenchStage(say: (sentence: string) => void): Promise<BenchStage> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).toReversed()) await each();
  };
  try {
    const servers = await startServers({ purpose: 'bench', log: say, logins: serverLogins, onSignal: 'leave to caller' });
    stops.push(() => servers.stop());
    const databaseUrl = servers.postgres.url;
    await migrate(databaseUrl, {});
    const { natsUrl, redisUrl } = { natsUrl: servers.nats.url, redisUrl: servers.redis.url };
    await makeStreams(natsUrl);
    const stage = await setStage({ natsUrl, redisUrl, databaseUrl, seed: SEED, providers: [] });
    stops.push(() => stage.stop());
    await stage.sql`update providers set silence_limit_ms = ${NEVER_MS}`;
    const floorDatabaseUrl = await anotherDatabase(databaseUrl, stage.sql);
    const floorSql = postgres(floorDatabaseUrl, { max: 2, onnotice: () => undefined });
    stops.push(() => floorSql.end());
    const gateway = await stage.startGateway(UNLIMITED);
    const opened = async (url: string, flow: Flow): Promise<readonly LoadAccount[]> =>
      (await openAccounts(url, ACCOUNTS_A_FLOW, flow)).map((accountId) => ({ accountId, token: stage.token([accountId]) }));
    const accounts = { local: await opened(databaseUrl, 'local'), provider: await opened(databaseUrl, 'provider') };
    const floorAccounts = {
      local: await opened(floorDatabaseUrl, 'local'),
      provider: await opened(floorDatabaseUrl, 'provider'),
    };
    const captured = {
      local: await captureOrder(stage, gateway, 'local'),
      provider: await captureOrder(stage, gateway, 'provider'),
    };
    const folder = mkdtempSync(join(tmpdir(), 'margrave-bench-'));
    stops.push(async () => rmSync(folder, { recursive: true, force: true }));
    const environment = { DATABASE_URL: floorDatabaseUrl, REDIS_URL: redisUrl, NATS_URL: natsUrl };
    const started = async (file: string, args: readonly string[]): Promise<Program> => {
      const program = await startProgram(file, args, environment);
      stops.push(program.stop);
      return program;
    };
    return {
      servers,
      stage,
      gateway,
      databaseUrl,
      floorDatabaseUrl,
      floorSql,
      accounts,
      floorAccounts,
      captured,
      startFloor: (rows, program = 'orders') => {
        const file = join(folder, `${randomUUID()}.json`);
        writeFileSync(file, JSON.stringify(rows));
        return started(FLOOR[program], [file]);
      },
      startSequential: () => started(SEQUENTIAL, []),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** As the operator's step before an installation starts: without them the gateway would be measured at failing to publish. */
async function makeStreams(natsUrl: string): Promise<void> {
  const { host, username, password } = new URL(natsUrl);
  const client = await connect({ servers: host, user: username, pass: password });
  try {
    const reports = await ensureStreams(client, Object.values(STREAMS));
    const faults = reports.flatMap((report) => report.faults);
    if (faults.length > 0) throw new Error(`the streams are not as they must be: ${faults.join('. ')}`);
  } finally {
    await client.close();
  }
}

/** With the same schema, on the same server. */
async function anotherDatabase(databaseUrl: string, sql: Sql): Promise<string> {
  await sql`create database floor`;
  const url = new URL(databaseUrl);
  url.pathname = '/floor';
  await migrate(url.href, {});
  await seedDemo(url.href, { sessions: 'always' });
  return url.href;
}

/** The second order of an account, which is what most orders are. */
async function captureOrder(stage: Stage, gateway: GatewayProcess, flow: Flow): Promise<Captured> {
  const [accountId = ''] = await stage.openAccounts(1, flow);
  const client = gatewayClient(gateway.url, stage.token([accountId]));
  const place = async (key: string): Promise<string> => {
    const order = { clientOrderId: key, ...MEASURED_ORDER, type: 'market' };
    const { status, body } = await client.post(`/v1/accounts/${accountId}/orders`, order);
    if (status !== 201) throw new Error(`an order was answered with ${status} ${JSON.stringify(body)}`);
    return JSON.stringify(body);
  };
  await place('first');
  return capture(stage.sql, { accountId, key: 'second' }, () => place('second'));
}

/** What every measured order is. */
export const MEASURED_ORDER = { symbol: 'EURUSD', side: 'buy', volume: '0.01' } as const;

/** The worker of the stage is as impatient as tests need it. It stands still here for longer than the bus would wait. */
export const AS_INSTALLED = { ACK_WAIT: '5m', RELAY_OLDER_THAN: '2s', RELAY_EVERY: '500ms' } as const;
