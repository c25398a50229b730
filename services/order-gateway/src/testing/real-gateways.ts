import { connectBus, createBroadcaster, ensureStreams } from '@margrave/bus-nats';
import { QuoteV1, STREAMS } from '@margrave/contracts';
import { createLogging } from '@margrave/runtime';
import { createAccounts, ensureServiceLogin, seedDemo, withAdminConnection } from '@margrave/store-postgres';
import { loginUrl, testServers, type TestServers } from '@margrave/testkit';
import type { AccountId, Currency, GroupId, MoneyE8, SymbolName } from '@margrave/vocabulary';
import { spawn, type ChildProcess } from 'node:child_process';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { claims, SECRET, tokenOf } from './test-gateway.ts';

/** A gateway in a process of its own. */
export interface RealGateway {
  readonly url: string;
  readonly process: ChildProcess;
  /** Resolves with its exit code when it has ended; null when it was killed. */
  readonly ended: Promise<number | null>;
  readonly logLines: readonly Readonly<Record<string, unknown>>[];
}

export interface RealGateways {
  readonly servers: TestServers;
  /** Of the servers, with the logins of a gateway. */
  readonly urls: Readonly<Record<'NATS_URL' | 'REDIS_URL' | 'DATABASE_URL', string>>;
  readonly start: (environment?: Readonly<Record<string, string>>) => Promise<RealGateway>;
  /** Ends a gateway as an operator would; gives its exit code. */
  readonly stop: (gateway: RealGateway) => Promise<number | null>;
  /** A live account with 10 000 USD, dealt in house unless told otherwise. */
  readonly openAccount: (flow?: 'local' | 'provider') => Promise<AccountId>;
  /** What no statement of ours reckons with: services may not commit any more. */
  readonly revokeCommits: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const ACCOUNT = {
  ownerId: 'user-17',
  type: 'live',
  groupId: 'standard' as GroupId,
  currency: 'USD' as Currency,
  leverage: 100n,
  mode: 'hedging',
  depositE8: 1_000_000_000_000n as MoneyE8,
} as const;

const MAIN = join(import.meta.dirname, '..', 'main.ts');
const QUOTES_EVERY_MS = 200;
const READY_MS_MAX = 20_000;
const QUOTES = { EURUSD: ['1.08446', '1.08454'], USDJPY: ['151.415', '151.425'], EURJPY: ['164.202', '164.218'] } as const;

/** Real servers with the demo's data, quotes that come as they would from market-data, and gateways on free ports. */
export async function startRealGateways(given?: TestServers): Promise<RealGateways> {
  const servers = given ?? (await testServers());
  await seedDemo(servers.databaseUrl, { sessions: 'always' });
  const databaseUrl = await ensureServiceLogin(servers.databaseUrl, { name: 'margrave_gateway_test', password: 'test-only' });
  const stopQuotes = await makeStreamsAndQuote(servers.natsUrl);
  const running = new Set<RealGateway>();

  const stop = async (gateway: RealGateway): Promise<number | null> => {
    running.delete(gateway);
    gateway.process.kill('SIGTERM');
    return gateway.ended;
  };
  const urls = {
    NATS_URL: loginUrl(servers.natsUrl, 'order-gateway'),
    REDIS_URL: loginUrl(servers.redisUrl, 'order-gateway'),
    DATABASE_URL: databaseUrl,
  };
  return {
    servers,
    urls,
    stop,
    start: async (environment = {}) => {
      const gateway = await startProcess({
        ...urls,
        JWT_SECRET: SECRET,
        HTTP_HOST: '127.0.0.1',
        HTTP_PORT: '0',
        ADMIN_PORT: '0',
        METRICS_PORT: '0',
        ...environment,
      });
      running.add(gateway);
      return gateway;
    },
    openAccount: async (flow = 'local') => {
      const groupId = (flow === 'local' ? 'standard' : 'raw') as GroupId;
      const [accountId] = await createAccounts(servers.databaseUrl, 1, { ...ACCOUNT, groupId });
      assert(accountId !== undefined, 'an account is opened');
      return accountId;
    },
    revokeCommits: () =>
      withAdminConnection(servers.databaseUrl, ({ script }) =>
        script('revoke execute on all functions in schema public from margrave_service'),
      ),
    close: async () => {
      await Promise.all([...running].map(stop));
      await stopQuotes();
    },
  };
}

async function startProcess(environment: Readonly<Record<string, string>>): Promise<RealGateway> {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const logLines: Readonly<Record<string, unknown>>[] = [];
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const isTakingOrders = new Promise<string>((resolve, reject) => {
    void ended.then((code) => reject(new Error(`the gateway ended with ${code}: ${JSON.stringify(logLines.slice(-3))}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const entry = JSON.parse(line) as Readonly<Record<string, unknown>>;
      logLines.push(entry);
      if (entry['msg'] === 'Taking orders') resolve(entry['address'] as string);
    });
  });
  const url = await isTakingOrders;
  await until(async () => (await fetch(`${url}/health/ready`)).ok, READY_MS_MAX);
  return { url, process: child, ended, logLines };
}

/** The streams as provider-worker makes them, and quotes as market-data tells them: numbered, fresh, a few times a second. */
async function makeStreamsAndQuote(natsUrl: string): Promise<() => Promise<void>> {
  const log = createLogging({ service: 'quotes', level: 'fatal', levels: [] }).component('quotes');
  const bus = connectBus({ servers: [natsUrl], name: 'quotes', log, onLost: () => undefined });
  await ensureStreams(await bus.ready, Object.values(STREAMS));
  const { broadcast } = createBroadcaster(bus, { log });
  let count = 0;
  const timer = setInterval(() => {
    count += 1;
    for (const [symbol, [bid, ask]] of Object.entries(QUOTES)) {
      const body = { symbol, sequence: `${10n ** 12n + BigInt(count)}`, bid, ask, low: bid, high: ask, ageMs: 5 };
      broadcast(QuoteV1.subject({ symbol: symbol as SymbolName }), JSON.stringify(body));
    }
  }, QUOTES_EVERY_MS);
  return async () => {
    clearInterval(timer);
    await bus.close();
  };
}

/** A client of an account, who may be served by any gateway. */
export function clientOf(accountId: string) {
  const authorization = `Bearer ${tokenOf(claims({ accounts: [accountId] }))}`;
  const send = (gateway: RealGateway, path: string, init: RequestInit = {}, key?: string) =>
    fetch(`${gateway.url}/v1/accounts/${accountId}${path}`, {
      ...init,
      headers: {
        authorization,
        ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
    });
  return {
    headers: { authorization },
    get: async <Body>(gateway: RealGateway, path: string): Promise<Body> => (await send(gateway, path)).json() as Promise<Body>,
    post: (gateway: RealGateway, path: string, body: object, key?: string) =>
      send(gateway, path, { method: 'POST', body: JSON.stringify(body) }, key),
    put: (gateway: RealGateway, path: string, body: object) => send(gateway, path, { method: 'PUT', body: JSON.stringify(body) }),
    remove: (gateway: RealGateway, path: string) => send(gateway, path, { method: 'DELETE' }),
  };
}

/** Waits for what others will bring about. */
export async function until(isSo: () => Promise<boolean> | boolean, timeoutMs = 10_000): Promise<void> {
  const endMs = performance.now() + timeoutMs;
  while (!(await isSo())) {
    if (performance.now() > endMs) throw new Error('it did not come about in time');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
