import { FaultProxy, testServers } from '@margrave/testkit';
import { audit, untilSettled } from './audit.ts';
import { ChaosClient } from './client.ts';
import { howItDied } from './process.ts';
import { crashAt, setStage, type GatewayProcess, type Stage } from './stage.ts';

const ROUNDS = 20;
/** Between two of these the next worker that dies is the one that finds what the last one left. */
const SETTLED_EVERY_ROUNDS = 4;

let stage: Stage;
/** Between the gateway and NATS. */
let proxy: FaultProxy;
let gateway: GatewayProcess;
let client: ChaosClient;
let local: string;
let atProvider: readonly string[];

beforeAll(async () => {
  const servers = await testServers();
  stage = await setStage({ ...servers, seed: 12, providers: ['lp-a'] });
  const nats = new URL(servers.natsUrl);
  proxy = await FaultProxy.start({ host: nats.hostname, port: Number(nats.port) });
  nats.port = `${proxy.port}`;
  gateway = await stage.startGateway({ NATS_URL: nats.href });
  [local = ''] = await stage.openAccounts(1, 'local');
  atProvider = await stage.openAccounts(3, 'provider');
  client = new ChaosClient('worker', stage.token([local, ...atProvider]));
}, 200_000);

afterAll(async () => {
  await stage?.stop();
  await proxy?.close();
}, 60_000);

/** An order on each account, and the closing of what is open at the provider. */
async function trade(): Promise<void> {
  client.place(local, 'EURUSD', '0.01');
  for (const accountId of atProvider) {
    client.place(accountId, 'EURUSD', '0.02', 'sell');
    const [oldest] = await client.idlePositions(gateway.url, accountId);
    if (oldest !== undefined) client.close(accountId, oldest);
  }
  await client.insist(() => gateway.url);
}

it(`a worker that dies at each of its points one after the other, ${ROUNDS} times: each report is booked once (P09), each request said once`, async () => {
  for (let round = 1; round <= ROUNDS; round += 1) {
    const died: string[] = [];
    // Reports that were not committed, then those that were and not acknowledged, then again: they are delivered until they are.
    for (const point of ['worker.before-commit', 'worker.after-commit', 'worker.before-ack']) {
      const worker = await stage.startWorker(crashAt(point));
      if (point === 'worker.before-commit') await trade();
      died.push(`${point} ${await howItDied(worker)}`);
    }
    // Requests that the gateway could not send, beside the events of the commit that the worker died after.
    await proxy.setMode({ kind: 'half_open' });
    client.place(atProvider[round % atProvider.length] ?? '', 'EURUSD', '0.03');
    await client.insist(() => gateway.url);
    const relaying = await stage.startWorker(crashAt('relay.after-publish'));
    died.push(`relay.after-publish ${await howItDied(relaying)}`);
    await proxy.setMode({ kind: 'pass' });
    expect([round, ...died]).toEqual([
      round,
      'worker.before-commit SIGKILL',
      'worker.after-commit SIGKILL',
      'worker.before-ack SIGKILL',
      'relay.after-publish SIGKILL',
    ]);

    if (round % SETTLED_EVERY_ROUNDS !== 0) continue;
    const fresh = await stage.startWorker();
    await untilSettled(stage);
    expect(await fresh.stop()).toEqual({ code: 0, signal: null });
  }
  expect(await audit(stage, [client])).toEqual([]);
}, 600_000);
