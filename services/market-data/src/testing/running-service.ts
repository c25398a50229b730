import { connectBus, subscribe, type BusConnection } from '@margrave/bus-nats';
import { ConfigChangedV1, QuoteV1 } from '@margrave/contracts';
import { createLogging } from '@margrave/runtime';
import { ensureServiceLogin, seedDemo } from '@margrave/store-postgres';
import { loginUrl, type RealtimeDatabase, type TestServers } from '@margrave/testkit';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

export const quietLog = createLogging({
  service: 'test',
  level: 'fatal',
  levels: [],
  destination: { write: () => undefined },
}).component('test');

export async function until(isTrue: () => boolean | Promise<boolean>, what: string, withinMs = 25_000): Promise<void> {
  const giveUpAt = performance.now() + withinMs;
  while (!(await isTrue())) {
    if (performance.now() > giveUpAt) throw new Error(`within ${withinMs} ms it did not happen: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The service as a process of its own. */
export interface RunningService {
  readonly process: ChildProcess;
  /** Every line it logged, as it came. */
  readonly log: readonly string[];
  /** The sum of a metric's samples whose labels contain all of the given text. */
  readonly metric: (name: string, ...labels: readonly string[]) => Promise<number>;
  readonly readiness: () => Promise<{ readonly status: number; readonly body: string }>;
  /** Answers its exit code. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>;
}

/** Starts market-data and waits until it serves. */
export async function startService(environment: Readonly<Record<string, string>>): Promise<RunningService> {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env['PATH'], METRICS_PORT: '0', LOG_LEVEL: 'debug', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log: string[] = [];
  let metricsPort: number | undefined;
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      log.push(line);
      const port = /"metricsPort":(\d+)/.exec(line)?.[1];
      if (port !== undefined) metricsPort = Number.parseInt(port, 10);
    });
  }
  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${metricsPort}${path}`);
    return { status: response.status, body: await response.text() };
  };
  try {
    await until(() => metricsPort !== undefined, 'the service serves', 60_000);
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(log.join('\n'), { cause: error });
  }
  return {
    process: child,
    log,
    readiness: () => get('/health/ready'),
    metric: async (name, ...labels) => sumOf((await get('/metrics')).body, name, labels),
    stop: async (signal = 'SIGTERM') => {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
      return child.exitCode;
    },
  };
}

const sumOf = (text: string, name: string, labels: readonly string[]): number =>
  text
    .split('\n')
    .filter(
      (line) => (line.startsWith(`${name} `) || line.startsWith(`${name}{`)) && labels.every((label) => line.includes(label)),
    )
    .reduce((sum, line) => sum + Number.parseFloat(line.slice(line.lastIndexOf(' '))), 0);

/** What a service needs of the servers, with the demo's instruments and groups in the database. */
export async function environmentOf(servers: TestServers, feed: RealtimeDatabase): Promise<Record<string, string>> {
  await seedDemo(servers.databaseUrl, { sessions: 'always' });
  return {
    NATS_URL: loginUrl(servers.natsUrl, 'market-data'),
    REDIS_URL: loginUrl(servers.redisUrl, 'market-data'),
    DATABASE_URL: await ensureServiceLogin(servers.databaseUrl, {
      name: 'margrave_market_data_test',
      password: 'test',
      role: 'margrave_market',
    }),
    ...feed.environment,
  };
}

/** One who hears quotes, and can say that the configuration changed. */
export interface Listener {
  /** Every quote of a symbol that was told, in order, repetitions included. */
  readonly of: (symbol: string) => readonly QuoteV1[];
  /** The newest quote under each number: what a reader keeps. */
  readonly newOf: (symbol: string) => readonly QuoteV1[];
  readonly symbols: () => readonly string[];
  readonly sayConfigurationChanged: () => void;
  readonly close: () => Promise<void>;
}

export async function startListener(natsUrl: string): Promise<Listener> {
  const bus: BusConnection = connectBus({ servers: [natsUrl], name: 'listener', log: quietLog, onLost: () => undefined });
  const heard = new Map<string, QuoteV1[]>();
  const of = (symbol: string): QuoteV1[] => heard.get(symbol) ?? [];
  subscribe(bus, {
    contract: QuoteV1,
    onMessage: ({ body }) => heard.set(body.symbol, [...of(body.symbol), body]),
    onUndecodable: (reason) => heard.set('undecodable', [...of('undecodable'), { ...QuoteV1.example, bid: reason }]),
    onBug: (error) => {
      throw error;
    },
    log: quietLog,
  });
  const client = await bus.ready;
  await client.flush();
  return {
    of,
    newOf: (symbol) => of(symbol).filter(({ sequence }, index, all) => index === 0 || all[index - 1]?.sequence !== sequence),
    symbols: () => [...heard.keys()],
    sayConfigurationChanged: () =>
      client.publish(ConfigChangedV1.subject({ what: 'instruments' }), JSON.stringify(ConfigChangedV1.example)),
    close: () => bus.close(),
  };
}
