import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { seedDemo } from '@margrave/store-postgres';
import { startRealtimeDatabase, freePort, type RealtimeDatabase } from '@margrave/testkit';
import postgres, { type Sql } from 'postgres';
import { serviceStarts } from '../broker.ts';
import { newSecret, signStaffToken, signToken } from '../gateway-client.ts';
import { untilPriced } from '../until-ready.ts';
import { openAccounts, type Flow } from './open-accounts.ts';
import { launch, type ServiceProcess } from './process.ts';
import { until } from './until.ts';

export interface StageRequest {
  readonly natsUrl: string;
  readonly redisUrl: string;
  /** Of the administrator of a migrated database. */
  readonly databaseUrl: string;
  readonly seed: number;
  /** Who executes; without a word both of the demo. `lp-a` has the orders of accounts in the provider flow. */
  readonly providers?: readonly ('lp-a' | 'lp-b')[];
  /** How they treat which orders, by rules of the simulator's script. */
  readonly script?: readonly object[];
}

export type Environment = Readonly<Record<string, string>>;
export type ServiceName =
  'market-data' | 'provider-simulator lp-a' | 'provider-simulator lp-b' | 'provider-worker' | 'pending-orders';

export interface GatewayProcess extends ServiceProcess {
  readonly url: string;
  /** Where it listens for staff. */
  readonly adminUrl: string;
}

/**
 * A broker whose processes are started and ended one by one. Prices and providers are there from the start; gateways and
 * workers come and go as a test has them.
 */
export interface Stage {
  readonly sql: Sql;
  readonly redisUrl: string;
  /** The operator's, past all proxies. */
  readonly natsUrl: string;
  readonly journals: readonly string[];
  /** Where market-data has its prices from. */
  readonly feed: RealtimeDatabase;
  /** For one client, of all accounts that it names. */
  readonly token: (accounts: readonly string[]) => string;
  /** For a dealer of that name. */
  readonly staffToken: (name: string) => string;
  readonly openAccounts: (count: number, flow: Flow) => Promise<readonly string[]>;
  /** Resolves when it is ready and has a price of every symbol. */
  readonly startGateway: (environment?: Environment) => Promise<GatewayProcess>;
  /** Resolves when it is ready, or has ended before it could be. */
  readonly startWorker: (environment?: Environment) => Promise<ServiceProcess>;
  /** Resolves when it is ready: it watches what waits for prices. */
  readonly startTriggers: (environment?: Environment) => Promise<ServiceProcess>;
  /** Those that were started with the stage. */
  readonly marketData: ServiceProcess;
  readonly providers: readonly ServiceProcess[];
  /** Starts one of them again that was ended. */
  readonly startAgain: (name: ServiceName) => Promise<ServiceProcess>;
  readonly stop: () => Promise<void>;
}

/** What a process is told so that it dies at a point. */
export const crashAt = (point: string): Environment => ({ CRASH_AT: point, MARGRAVE_TEST_BUILD: '1' });

/** Recovery in a test need not wait as long as in an installation. */
const IMPATIENT: Environment = { ACK_WAIT: '1s', RELAY_EVERY: '50ms', RELAY_OLDER_THAN: '200ms' };
const TOKEN_LIFETIME_MS = 3_600_000;

const READY_MS_MAX = 60_000;
/** Of the log of one that could not start. */
const LINES_SAID = 30;

/** A service as one file, which is there sooner, where the run of tests has made such. */
function bundled(file: string): string {
  const folder = process.env['MARGRAVE_BUNDLES'];
  return folder === undefined ? file : join(folder, `${basename(join(file, '../..'))}.mjs`);
}

/** One that dies at a point may do so before it was ever ready. */
const untilReadyOrEnded = ({ name, metricsUrl, logFile, ending }: ServiceProcess): Promise<true> =>
  until(
    `${name}, whose log is ${logFile}, is ready`,
    async () => {
      if (ending() !== undefined) return true;
      return (await isReady(metricsUrl)) ? true : undefined;
    },
    READY_MS_MAX,
  );

/** Nobody listens yet, or it says that it is not ready, or it takes its time to say anything. */
async function isReady(metricsUrl: string): Promise<boolean> {
  try {
    return (await fetch(`${metricsUrl}/health/ready`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch (error) {
    const { name, message } = error as Error;
    if (name === 'TimeoutError' || message === 'fetch failed') return false;
    throw error;
  }
}

export async function setStage({
  natsUrl,
  redisUrl,
  databaseUrl,
  seed,
  providers: names = ['lp-a', 'lp-b'],
  script = [],
}: StageRequest): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'margrave-chaos-'));
  await seedDemo(databaseUrl, { sessions: 'always' });
  const feed = await startRealtimeDatabase({ seed, mode: 'live' });
  const scriptFile = join(folder, 'script.json');
  writeFileSync(scriptFile, JSON.stringify(script));
  const sql = postgres(databaseUrl, { max: 2, onnotice: () => undefined });
  const secret = newSecret();
  const options = { seed, feed: 'live', ownProvider: undefined } as const;
  const request = {
    options,
    natsUrl,
    redisUrl,
    databaseUrl,
    folder,
    gateways: [{ port: 0, adminPort: 0 }],
    say: () => undefined,
  };
  const declared = await serviceStarts(request, feed.environment, secret);
  const processes: ServiceProcess[] = [];
  let count = 0;

  const begin = async (name: string, environment: Environment): Promise<ServiceProcess> => {
    const found = declared.find((each) => each.name === name);
    if (found === undefined) throw new Error(`no service is called ${name}`);
    const metricsPort = `${await freePort()}`;
    count += 1;
    const process = launch({
      ...found,
      file: bundled(found.file),
      // The same files are compiled once for all processes.
      environment: {
        ...found.environment,
        NODE_COMPILE_CACHE: join(folder, 'compiled'),
        ...environment,
        METRICS_PORT: metricsPort,
      },
      logFile: join(folder, `${name.replace(' ', '-')}-${count}.log`),
      metricsUrl: `http://127.0.0.1:${metricsPort}`,
    });
    processes.push(process);
    return process;
  };
  const start = async (name: string, environment: Environment): Promise<ServiceProcess> => {
    const process = await begin(name, environment);
    await untilReadyOrEnded(process);
    return process;
  };
  const startAgain = (name: ServiceName): Promise<ServiceProcess> => start(name, {});

  const stop = async (): Promise<void> => {
    await Promise.all(processes.filter((process) => process.ending() === undefined).map((process) => process.stop()));
    await sql.end();
    await feed.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    // Providers wait for streams, which the first gateway or worker makes.
    const providers = await Promise.all(names.map((provider) => begin(`provider-simulator ${provider}`, { SCRIPT: scriptFile })));
    const marketData = await startAgain('market-data');
    return {
      sql,
      redisUrl,
      natsUrl,
      feed,
      marketData,
      providers,
      startAgain,
      stop,
      journals: names.map((name) => join(folder, `${name}.journal.jsonl`)),
      token: (accounts) => signToken(secret, accounts, TOKEN_LIFETIME_MS),
      staffToken: (name) => signStaffToken(secret, name, TOKEN_LIFETIME_MS),
      openAccounts: (accounts, flow) => openAccounts(databaseUrl, accounts, flow),
      startGateway: async (environment = {}) => {
        const [port, adminPort] = [await freePort(), await freePort()];
        const ports = { HTTP_PORT: `${port}`, ADMIN_PORT: `${adminPort}` };
        const process = await start('order-gateway', { ...ports, HTTP_HOST: '127.0.0.1', ...environment });
        const url = `http://127.0.0.1:${port}`;
        const early = process.ending();
        if (early !== undefined) {
          const said = readFileSync(process.logFile, 'utf8').trimEnd().split('\n').slice(-LINES_SAID).join('\n');
          throw new Error(`${process.name} ended with ${early.signal ?? early.code} before it was ready:\n${said}`);
        }
        await untilPriced(url, secret);
        return { ...process, url, adminUrl: `http://127.0.0.1:${adminPort}` };
      },
      startWorker: (environment = {}) => start('provider-worker', { ...IMPATIENT, ...environment }),
      startTriggers: (environment = {}) => start('pending-orders', environment),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
