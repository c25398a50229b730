import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, seedDemo } from '@margrave/store-postgres';
import { FaultProxy, startRealtimeDatabase, startServers, type RunningServer, type Servers, freePort } from '@margrave/testkit';
import postgres, { type Sql } from 'postgres';
import { serverLogins, serviceStarts } from '../../broker.ts';
import { newSecret, signToken } from '../../gateway-client.ts';
import { supervise, watchServer, type SupervisedService } from '../../supervised.ts';
import { openAccounts } from '../open-accounts.ts';
import { untilPriced, untilReady } from '../../until-ready.ts';
import { SERVERS, WIRES, type ServerName, type ServiceName, type WireName } from './fault.ts';

/** One service of the arena, which is started again whenever it ends. */
export interface ArenaService {
  readonly pid: () => number | undefined;
  readonly metricsUrl: string;
  readonly logFile: string;
  /** How often it has ended so far, by whatever. */
  readonly endings: () => readonly string[];
}

/** A whole broker whose every process, wire and disk can be broken, and which puts itself together again. */
export interface Arena {
  readonly sql: Sql;
  readonly redisUrl: string;
  readonly natsUrl: string;
  readonly journals: readonly string[];
  readonly folder: string;
  readonly servers: Servers;
  readonly services: ReadonlyMap<ServiceName, ArenaService>;
  readonly wires: ReadonlyMap<WireName, FaultProxy>;
  /** Of the gateways, through the wires of the clients. */
  readonly gatewayUrls: readonly string[];
  /** Of the first gateway, past its wire: for what is looked up when all is over. */
  readonly directUrl: string;
  readonly openAccounts: (count: number, flow: 'local' | 'provider') => Promise<readonly string[]>;
  readonly token: (accounts: readonly string[]) => string;
  readonly stop: () => Promise<void>;
}

/** A minute is too short to wait half of it for a message that a worker took with it when it died. */
const IMPATIENT = { 'provider-worker': { ACK_WAIT: '2s' } } as const;
const TOKEN_LIFETIME_MS = 24 * 3_600_000;
const SETTINGS: readonly (readonly [ServerName, string])[] = [
  ['nats', 'NATS_URL'],
  ['redis', 'REDIS_URL'],
  ['postgres', 'DATABASE_URL'],
];

export interface ArenaRequest {
  readonly seed: number;
  readonly smallDisks: boolean;
  readonly say: (sentence: string) => void;
}

/** Starts servers, wires, a price feed and all services with two gateways, and resolves when they can be traded with. */
export async function buildArena({ seed, smallDisks, say }: ArenaRequest): Promise<Arena> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).toReversed()) await each();
  };
  try {
    const servers = await startServers({
      purpose: 'chaos',
      log: say,
      logins: serverLogins,
      onSignal: 'leave to caller',
      smallDisks,
    });
    stops.push(() => servers.stop());
    const databaseUrl = servers.postgres.url;
    await migrate(databaseUrl, {});
    await seedDemo(databaseUrl, { sessions: 'always' });
    const folder = mkdtempSync(join(tmpdir(), 'margrave-chaos-'));
    const feed = await startRealtimeDatabase({ seed, mode: 'live' });
    stops.push(() => feed.close());
    const ports = [await freePort(), await freePort()];
    const wires = await strungWires(servers, ports);
    stops.push(async () => void (await Promise.all([...wires.values()].map((wire) => wire.close()))));
    const secret = newSecret();
    const { services, ready } = await startedServices({ servers, wires, ports, folder, seed, secret, feed: feed.environment });
    stops.push(async () => void (await Promise.all([...services.values()].map((service) => service.stop()))));
    await ready;
    const gatewayUrls = WIRES.slice(0, 2).map((wire) => `http://127.0.0.1:${wires.get(wire)?.port}`);
    await Promise.all(gatewayUrls.map((url) => untilPriced(url, secret)));
    const watches = SERVERS.map((name) => watchServer(servers[name], () => undefined));
    stops.push(async () => void (await Promise.all(watches.map((end) => end()))));
    const sql = postgres(databaseUrl, { max: 2, onnotice: () => undefined });
    stops.push(() => sql.end());
    return {
      sql,
      folder,
      servers,
      services,
      wires,
      gatewayUrls,
      redisUrl: servers.redis.url,
      natsUrl: servers.nats.url,
      directUrl: `http://127.0.0.1:${ports[0]}`,
      journals: ['lp-a', 'lp-b'].map((provider) => join(folder, `${provider}.journal.jsonl`)),
      token: (accounts) => signToken(secret, accounts, TOKEN_LIFETIME_MS),
      openAccounts: (count, flow) => openAccounts(databaseUrl, count, flow),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Removes the logs and journals of a run that nobody has to look into. */
export const forget = ({ folder }: Pick<Arena, 'folder'>): void => rmSync(folder, { recursive: true, force: true });

async function strungWires(servers: Servers, gatewayPorts: readonly number[]): Promise<Map<WireName, FaultProxy>> {
  const portOf = (server: string): number => {
    const gateway = ['order-gateway', 'order-gateway 2'].indexOf(server);
    return gateway >= 0 ? (gatewayPorts[gateway] ?? 0) : (servers[server as ServerName] satisfies RunningServer).port;
  };
  const strung = WIRES.map(async (wire) => {
    const port = portOf(wire.split(' > ')[1] ?? '');
    return [wire, await FaultProxy.start({ host: '127.0.0.1', port })] as const;
  });
  return new Map(await Promise.all(strung));
}

interface ServicesRequest {
  readonly servers: Servers;
  readonly wires: ReadonlyMap<WireName, FaultProxy>;
  readonly ports: readonly number[];
  readonly folder: string;
  readonly seed: number;
  readonly secret: string;
  readonly feed: Readonly<Record<string, string>>;
}

/** Each service is told of the wires in the place of the servers. */
async function startedServices({ servers, wires, ports, folder, seed, secret, feed }: ServicesRequest) {
  const starts = await serviceStarts(
    {
      options: { seed, feed: 'live', ownProvider: undefined },
      natsUrl: servers.nats.url,
      redisUrl: servers.redis.url,
      databaseUrl: servers.postgres.url,
      folder,
      gateways: ports.map((port) => ({ port, adminPort: 0 })),
      say: () => undefined,
    },
    feed,
    secret,
  );
  const services = new Map<ServiceName, ArenaService & Pick<SupervisedService, 'stop'>>();
  for (const start of starts) {
    const name = start.name as ServiceName;
    const endings: string[] = [];
    const environment = {
      ...overWires(name, start.environment, wires),
      ...IMPATIENT[name as keyof typeof IMPATIENT],
    };
    const { pid, stop } = supervise({ ...start, environment, say: (sentence) => void endings.push(sentence) });
    const { metricsUrl, logFile } = start;
    services.set(name, { pid, stop, metricsUrl, logFile, endings: () => endings });
  }
  return { services, ready: Promise.all(starts.map(untilReady)) };
}

function overWires(
  name: ServiceName,
  environment: Readonly<Record<string, string>>,
  wires: ReadonlyMap<WireName, FaultProxy>,
): Record<string, string> {
  const changed = { ...environment };
  for (const [server, setting] of SETTINGS) {
    const proxy = wires.get(`${name} > ${server}` as WireName);
    const direct = changed[setting];
    if (proxy === undefined || direct === undefined) continue;
    const url = new URL(direct);
    url.port = `${proxy.port}`;
    changed[setting] = url.href;
  }
  return changed;
}
