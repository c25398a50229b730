import { testServers } from '@margrave/testkit';
import { audit, untilSettled } from './audit.ts';
import { ChaosClient } from './client.ts';
import type { ServiceProcess } from './process.ts';
import { setStage, type Stage } from './stage.ts';

const STOP_MS_MAX = 10_000;
/** Longer than the 1 s after which a message of a worker of this stage is given to another. */
const PAUSE_MS = 3_000;

let stage: Stage;
let client: ChaosClient;
let local: string;
let atProvider: readonly string[];

beforeAll(async () => {
  stage = await setStage({ ...(await testServers()), seed: 14 });
  [local = ''] = await stage.openAccounts(1, 'local');
  atProvider = await stage.openAccounts(4, 'provider');
  client = new ChaosClient('stop', stage.token([local, ...atProvider]));
}, 200_000);

afterAll(() => stage?.stop(), 60_000);

/** Places orders in both flows, some dozens a second, until it is told to stop; then sees to it that all are answered. */
function load(url: () => string): { readonly end: () => Promise<void> } {
  let going = true;
  const trade = async (): Promise<void> => {
    while (going) {
      for (const accountId of [local, ...atProvider]) {
        const command = client.place(accountId, 'EURUSD', '0.01');
        await client.give(url(), command);
      }
    }
  };
  const trading = Promise.all([trade(), trade()]);
  return {
    end: async () => {
      going = false;
      await trading;
      await client.insist(url);
    },
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** How it ends, and whether in time. */
async function endInTime(process: ServiceProcess): Promise<string> {
  const startedMs = performance.now();
  const { code, signal } = await process.stop();
  const elapsedMs = performance.now() - startedMs;
  return `${process.name} ${signal ?? code}${elapsedMs > STOP_MS_MAX ? ` after ${Math.round(elapsedMs)} ms` : ''}`;
}

it('each service that is told to stop under load ends well within ten seconds, and nothing is lost (P08)', async () => {
  const [first, second] = await Promise.all([stage.startGateway(), stage.startGateway()]);
  let worker = await stage.startWorker();
  const triggers = await stage.startTriggers();
  let current = first.url;
  const trading = load(() => current);
  const ends: string[] = [];

  await pause(500);
  ends.push(await endInTime(worker));
  worker = await stage.startWorker();
  for (const provider of stage.providers) ends.push(await endInTime(provider));
  await Promise.all([stage.startAgain('provider-simulator lp-a'), stage.startAgain('provider-simulator lp-b')]);
  ends.push(await endInTime(triggers));
  ends.push(await endInTime(stage.marketData));
  await stage.startAgain('market-data');
  // The clients are on it until it is gone, and go elsewhere then.
  const stopping = endInTime(first);
  await pause(200);
  current = second.url;
  ends.push(await stopping);
  await trading.end();
  await untilSettled(stage);

  expect(ends).toEqual([
    'provider-worker 0',
    'provider-simulator lp-a 0',
    'provider-simulator lp-b 0',
    'pending-orders 0',
    'market-data 0',
    'order-gateway 0',
  ]);
  expect(await audit(stage, [client])).toEqual([]);
  ends.push(await endInTime(worker), await endInTime(second));
  expect(ends.slice(-2)).toEqual(['provider-worker 0', 'order-gateway 0']);
}, 120_000);

it('a worker that stands still while another takes over, and moves again, writes nothing twice (P19)', async () => {
  const [gateway, standing, other] = await Promise.all([stage.startGateway(), stage.startWorker(), stage.startWorker()]);
  const trading = load(() => gateway.url);
  for (let round = 1; round <= 3; round += 1) {
    await pause(500);
    standing.signal('SIGSTOP');
    await pause(PAUSE_MS);
    standing.signal('SIGCONT');
  }
  await trading.end();
  // What a provider is asked about in vain is asked about again only after a while.
  await untilSettled(stage);
  expect(await audit(stage, [client])).toEqual([]);
  expect([standing.ending(), other.ending()]).toEqual([undefined, undefined]);
}, 150_000);
