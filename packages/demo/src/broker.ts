import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { natsAuthorization } from '@margrave/bus-nats';
import { redisUsers } from '@margrave/cache-redis';
import { busRights } from '@margrave/contracts';
import { ensureServiceLogin, migrate, seedDemo, type ServiceRole } from '@margrave/store-postgres';
import {
  findPrometheus,
  freePort,
  loginUrl,
  startRealtimeDatabase,
  startServers,
  type ServerLogins,
  type Servers,
} from '@margrave/testkit';
import { formatE8, type ProviderName } from '@margrave/vocabulary';
import postgres from 'postgres';
import { openVisitorsAccount } from './accounts.ts';
import { claimPort } from './claimed-port.ts';
import { AUDIENCE, ISSUER, newSecret } from './gateway-client.ts';
import { startMonitoring } from './monitoring.ts';
import type { DemoOptions } from './options.ts';
import { supervise, watchServer, type SupervisedService } from './supervised.ts';
import { untilPriced, untilReady } from './until-ready.ts';

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));
const GATEWAY_PORT = 8080;
const ADMIN_PORT = 8081;

const PROVIDERS = ['lp-a', 'lp-b'] as ProviderName[];

/** Who may log in to the servers of the demo, and to do what. */
export const serverLogins: ServerLogins = {
  nats: (passwordOf) => natsAuthorization(busRights(PROVIDERS), passwordOf),
  redis: redisUsers,
};

/** All services of a broker, each a process of its own. */
export interface Services {
  readonly gatewayUrls: readonly string[];
  /** Where each gateway listens for staff. */
  readonly adminUrls: readonly string[];
  readonly tokenSecret: string;
  /** Each service's name and where its metrics and its log are. */
  readonly services: readonly {
    readonly name: string;
    readonly metricsUrl: string;
    readonly logFile: string;
    readonly pid: () => number | undefined;
  }[];
  readonly stop: () => Promise<void>;
}

/** A whole broker on this machine. */
export interface Broker extends Services {
  /** Of the administrator, for those who look at the books. */
  readonly databaseUrl: string;
  readonly servers: Servers;
  /** The account that no trader of the demo trades on. */
  readonly visitorsAccountId: string;
  /** Where the operator's and the providers' logins stand; readable by who runs the demo. */
  readonly loginsFile: string;
  /** Where a Prometheus reads the services, where there is one on this machine. */
  readonly prometheusUrl: string | undefined;
}

/** Starts servers, a price feed and all services, and resolves when they can be traded with. */
export async function startBroker(options: DemoOptions, say: (sentence: string) => void): Promise<Broker> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).toReversed()) await each();
  };
  try {
    const servers = await startServers({ purpose: 'demo', log: say, logins: serverLogins, onSignal: 'leave to caller' });
    stops.push(() => servers.stop());
    const databaseUrl = servers.postgres.url;
    await migrate(databaseUrl, {});
    await seedDemo(databaseUrl, { sessions: options.sessions === 'always' ? 'always' : 'exchange' });
    const visitorsAccountId = await openVisitorsAccount(databaseUrl);
    const gateway = await claimPort(GATEWAY_PORT);
    stops.push(() => gateway.release());
    if (gateway.port !== GATEWAY_PORT) say(`port ${GATEWAY_PORT} is taken; the gateway listens on ${gateway.port}`);
    const admin = await claimPort(ADMIN_PORT);
    stops.push(() => admin.release());
    const folder = join(REPOSITORY, '.margrave', 'demo', `${process.pid}`);
    const services = await startServices({
      options,
      natsUrl: servers.nats.url,
      redisUrl: servers.redis.url,
      databaseUrl,
      folder,
      gateways: [{ port: gateway.port, adminPort: admin.port }],
      say,
    });
    stops.push(() => services.stop());
    const watches = [servers.nats, servers.redis, servers.postgres].map((server) => watchServer(server, say));
    stops.push(async () => void (await Promise.all(watches.map((end) => end()))));
    const loginsFile = writeLogins(folder, servers);
    stops.push(() => rm(loginsFile, { force: true }));
    const prometheus = await startMonitoring(services.services, findPrometheus(), say);
    stops.push(async () => prometheus?.stop());
    return { ...services, servers, databaseUrl, visitorsAccountId, loginsFile, prometheusUrl: prometheus?.url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** For who wants to be a provider of the demo, or to look into its servers. */
function writeLogins(folder: string, { nats, redis, postgres: database }: Servers): string {
  const file = join(folder, 'logins.json');
  const providers = PROVIDERS.map((provider) => [provider, { NATS_URL: loginUrl(nats.url, provider) }]);
  const operator = { NATS_URL: nats.url, REDIS_URL: redis.url, DATABASE_URL: database.url };
  writeFileSync(file, `${JSON.stringify({ operator, ...Object.fromEntries(providers) }, null, 2)}\n`, { mode: 0o600 });
  return file;
}

/** For clients, and for staff. */
export interface GatewayPorts {
  readonly port: number;
  readonly adminPort: number;
}

export interface ServicesRequest {
  readonly options: Pick<DemoOptions, 'seed' | 'feed' | 'ownProvider'>;
  /** These three of the operator, on servers that have the users of `serverLogins`. */
  readonly natsUrl: string;
  readonly redisUrl: string;
  /** Of the administrator of a migrated and seeded database. */
  readonly databaseUrl: string;
  /** For logs and the providers' journals. */
  readonly folder: string;
  /** The ports of each gateway that is wanted. */
  readonly gateways: readonly GatewayPorts[];
  /** How often the simulated providers misbehave, in which ways; a little of some, unless told. */
  readonly misbehave?: string;
  readonly say: (sentence: string) => void;
}

/** Starts a price feed and all services on servers that run, and resolves when every service is ready and every symbol has a price. */
export async function startServices(request: ServicesRequest): Promise<Services> {
  const { options, folder, gateways, say } = request;
  mkdirSync(folder, { recursive: true });
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).toReversed()) await each();
  };
  try {
    const feed = await startRealtimeDatabase({ seed: options.seed, mode: options.feed });
    stops.push(() => feed.close());
    const tokenSecret = newSecret();
    const starts = await serviceStarts(request, feed.environment, tokenSecret);
    const running: SupervisedService[] = starts.map((start) => supervise({ ...start, say }));
    stops.push(async () => void (await Promise.all(running.map((service) => service.stop()))));
    await Promise.all(starts.map(untilReady));
    const gatewayUrls = gateways.map(({ port }) => `http://127.0.0.1:${port}`);
    const adminUrls = gateways.map(({ adminPort }) => `http://127.0.0.1:${adminPort}`);
    await Promise.all(gatewayUrls.map((url) => untilPriced(url, tokenSecret)));
    const services = starts.map(({ name, metricsUrl, logFile }, index) => ({
      name,
      metricsUrl,
      logFile,
      pid: () => running[index]?.pid(),
    }));
    return { gatewayUrls, adminUrls, tokenSecret, services, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** How each process of a broker is started: its file, its environment, and where its log and its metrics are. */
export async function serviceStarts(request: ServicesRequest, feed: Readonly<Record<string, string>>, tokenSecret: string) {
  const { options, natsUrl, redisUrl, databaseUrl, folder, gateways, misbehave = 'reject=0.03,repeat=0.05,parts=0.1' } = request;
  /** Each service has its own user on each server. A login of a database is the whole server's: another program's broker on it has others. */
  const logins = async (service: string, role: ServiceRole = 'margrave_service') => ({
    NATS_URL: loginUrl(natsUrl, service),
    REDIS_URL: loginUrl(redisUrl, service),
    DATABASE_URL: await ensureServiceLogin(databaseUrl, {
      name: `demo_${service.replaceAll('-', '_')}_${process.pid}`,
      password: randomBytes(24).toString('hex'),
      role,
    }),
  });
  const gatewayLogins = await logins('order-gateway');
  const simulators = await Promise.all(
    PROVIDERS.filter((provider) => provider !== options.ownProvider).map(async (provider) => ({
      service: 'provider-simulator',
      name: `provider-simulator ${provider}`,
      environment: {
        NATS_URL: loginUrl(natsUrl, provider),
        PROVIDER_NAME: provider,
        PROVIDER_SYMBOLS: await providerSymbols(databaseUrl, provider),
        STATE_FOLDER: folder,
        SEED: `${options.seed}`,
        MISBEHAVE: misbehave,
        ...(provider === 'lp-b' ? { FILL_PARTS: '2' } : {}),
      },
    })),
  );
  const declared = [
    {
      service: 'market-data',
      name: 'market-data',
      environment: { ...(await logins('market-data', 'margrave_market')), ...feed },
    },
    ...simulators,
    { service: 'provider-worker', name: 'provider-worker', environment: await logins('provider-worker') },
    { service: 'pending-orders', name: 'pending-orders', environment: await logins('pending-orders') },
    ...gateways.map(({ port, adminPort }, index) => ({
      service: 'order-gateway',
      name: index === 0 ? 'order-gateway' : `order-gateway ${index + 1}`,
      environment: {
        ...gatewayLogins,
        HTTP_HOST: '127.0.0.1',
        HTTP_PORT: `${port}`,
        ADMIN_PORT: `${adminPort}`,
        JWT_SECRET: tokenSecret,
        JWT_ISSUER: ISSUER,
        JWT_AUDIENCE: AUDIENCE,
      },
    })),
  ];
  return Promise.all(
    declared.map(async ({ service, name, environment }) => {
      const metricsPort = await freePort();
      return {
        name,
        file: join(REPOSITORY, 'services', service, 'src', 'main.ts'),
        environment: { ...environment, METRICS_PORT: `${metricsPort}` },
        logFile: join(folder, `${name.replace(' ', '-')}.log`),
        metricsUrl: `http://127.0.0.1:${metricsPort}`,
      };
    }),
  );
}

/** What a simulated provider trades, as the broker's configuration lists it: the provider's own names and volume steps. */
async function providerSymbols(databaseUrl: string, provider: string): Promise<string> {
  const sql = postgres(databaseUrl, { max: 1 });
  try {
    const rows = await sql<{ name: string; symbol: string; step: string; most: string }[]>`
      select p.provider_symbol as name, symbol, i.volume_step_e8::text as step, i.volume_max_e8::text as most
        from provider_instruments p join instruments i using (symbol) where p.provider = ${provider}`;
    const listing = rows.map(({ name, symbol, step, most }) => [
      name,
      { symbol, volumeStep: formatE8(BigInt(step)), volumeMax: formatE8(BigInt(most)) },
    ]);
    return JSON.stringify(Object.fromEntries(listing));
  } finally {
    await sql.end();
  }
}
