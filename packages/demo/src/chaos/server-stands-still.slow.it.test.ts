import { monitorEventLoopDelay } from 'node:perf_hooks';
import { startServers, type RunningServer, type Servers } from '@margrave/testkit';
import { migrate } from '@margrave/store-postgres';
import { serverLogins } from '../broker.ts';
import { quantile } from '../summary.ts';
import { audit, untilSettled } from './audit.ts';
import { ChaosClient } from './client.ts';
import type { ServiceProcess } from './process.ts';
import { readiness } from './run/inflict.ts';
import { setStage, type GatewayProcess, type Stage } from './stage.ts';
import { until } from './until.ts';

const STANDS_MS = 10_000;
/** A command waits three seconds to be decided, and its commit two more; some are just behind another. */
const ANSWER_MS_MAX = 5_500;
const LAG_SECONDS_MAX = 0.2;
const READY_MS_MAX = 15_000;
const CLIENTS = 6;

let servers: Servers;
let stage: Stage;
let gateway: GatewayProcess;
let worker: ServiceProcess;
let clients: readonly ChaosClient[];
let accounts: readonly string[];

beforeAll(async () => {
  servers = await startServers({ purpose: 'test', log: () => undefined, logins: serverLogins, onSignal: 'leave to caller' });
  await migrate(servers.postgres.url, {});
  const [natsUrl, redisUrl, databaseUrl] = [servers.nats.url, servers.redis.url, servers.postgres.url];
  stage = await setStage({ natsUrl, redisUrl, databaseUrl, seed: 16, providers: ['lp-a'] });
  accounts = [...(await stage.openAccounts(CLIENTS / 2, 'local')), ...(await stage.openAccounts(CLIENTS / 2, 'provider'))];
  clients = accounts.map((account) => new ChaosClient(`still-${account}`, stage.token([account])));
  [gateway, worker] = await Promise.all([stage.startGateway(), stage.startWorker({ RELAY_OLDER_THAN: '2s' })]);
}, 200_000);

afterAll(async () => {
  await stage?.stop();
  await servers?.stop();
}, 60_000);

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Answered {
  readonly elapsedMs: number;
  readonly beganMs: number;
}

/** A client an account, one order after the other, with how long each took to be answered in whatever way. */
function load(): { readonly answers: readonly Answered[]; readonly end: () => Promise<void> } {
  let going = true;
  const answers: Answered[] = [];
  const trade = async (client: ChaosClient, accountId: string): Promise<void> => {
    for (; going; await pause(100)) {
      const command = client.place(accountId, 'EURUSD', '0.01');
      const beganMs = performance.now();
      await client.give(gateway.url, command);
      answers.push({ beganMs, elapsedMs: performance.now() - beganMs });
    }
  };
  const trading = Promise.all(clients.map((client, index) => trade(client, accounts[index] ?? '')));
  return {
    answers,
    end: async () => {
      going = false;
      await trading;
    },
  };
}

/** The worst since somebody last looked. */
async function lagSeconds({ metricsUrl }: ServiceProcess): Promise<number> {
  const text = await (await fetch(`${metricsUrl}/metrics`)).text();
  const line = text.split('\n').find((each) => each.startsWith('margrave_event_loop_lag_seconds'));
  return Number(line?.split(' ').at(-1));
}

const total = (what: 'unavailable' | 'noAnswer'): number => clients.reduce((sum, { encounters }) => sum + encounters[what], 0);

describe('a server that stands still for ten seconds', () => {
  it.each([
    ['postgres', () => servers.postgres],
    ['nats', () => servers.nats],
    ['redis', () => servers.redis],
  ] as const)(
    'is %s: the gateway answers within its deadlines and is never blocked, and all goes on by itself (P26)',
    async (name, serverOf) => {
      const server: RunningServer = serverOf();
      const unavailable = total('unavailable');
      const trading = load();
      await pause(1_000);
      const pids = [gateway, worker].map(({ ending }) => ending());
      await server.pause();
      const stoodFromMs = performance.now();
      await lagSeconds(gateway);
      const ours = monitorEventLoopDelay({ resolution: 10 });
      ours.enable();
      await pause(STANDS_MS);
      const lag = await lagSeconds(gateway);
      ours.disable();
      const isReady = (await readiness(gateway.metricsUrl)).ready;
      await server.resume();
      const stoodUntilMs = performance.now();
      for (const { metricsUrl } of [gateway, worker])
        await until(`${name} is back`, async () => ((await readiness(metricsUrl)).ready ? true : undefined), READY_MS_MAX);
      await trading.end();

      const meanwhile = trading.answers.filter(({ beganMs }) => beganMs >= stoodFromMs && beganMs < stoodUntilMs);
      const times = meanwhile.map(({ elapsedMs }) => elapsedMs);
      expect(times.length).toBeGreaterThan(CLIENTS);
      expect(quantile(times, 0.99)).toBeLessThan(ANSWER_MS_MAX);
      expect(total('noAnswer')).toBe(0);
      // What the machine takes from any process, this one too, is not the gateway's doing.
      expect(lag).toBeLessThan(LAG_SECONDS_MAX + ours.max / 1e9);
      // Only the truth is needed to take an order: without it orders are refused and readiness is red, without the others neither.
      expect([isReady, total('unavailable') > unavailable]).toEqual(name === 'postgres' ? [false, true] : [true, false]);

      await Promise.all(clients.map((client) => client.insist(() => gateway.url, 30_000)));
      await untilSettled(stage);
      expect(await audit(stage, clients)).toEqual([]);
      expect([gateway, worker].map(({ ending }) => ending())).toEqual(pids);
    },
    120_000,
  );
});
