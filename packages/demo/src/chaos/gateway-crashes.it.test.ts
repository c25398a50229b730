import { testServers } from '@margrave/testkit';
import { audit, untilSettled } from './audit.ts';
import { ChaosClient, type Command } from './client.ts';
import { howItDied } from './process.ts';
import { crashAt, setStage, type GatewayProcess, type Stage } from './stage.ts';

const POINTS = ['gateway.before-commit', 'gateway.after-commit', 'gateway.after-publish'] as const;
const ROUNDS = 20;

/** One client a point, with an account in each flow. */
interface Actor {
  readonly client: ChaosClient;
  readonly accounts: readonly string[];
}

let stage: Stage;
let actors: readonly Actor[];

beforeAll(async () => {
  stage = await setStage({ ...(await testServers()), seed: 11, providers: ['lp-a'] });
  await stage.startWorker();
  actors = await Promise.all(
    POINTS.map(async (point) => {
      const accounts = (await Promise.all([stage.openAccounts(1, 'local'), stage.openAccounts(1, 'provider')])).flat();
      return { client: new ChaosClient(point, stage.token(accounts)), accounts };
    }),
  );
}, 200_000);

afterAll(() => stage?.stop(), 60_000);

/** In each flow an order, and the closing of a position where there is one. */
async function commandsOf({ client, accounts }: Actor, gateway: GatewayProcess | undefined): Promise<readonly Command[]> {
  const commands = accounts.map((accountId) => client.place(accountId, 'EURUSD', '0.02'));
  if (gateway === undefined) return commands;
  for (const accountId of accounts) {
    const [oldest] = await client.idlePositions(gateway.url, accountId);
    if (oldest !== undefined) commands.push(client.close(accountId, oldest));
  }
  return commands;
}

it(`a gateway that dies at each of its points, ${ROUNDS} times, under commands of both flows: nobody is told what is not so (P01)`, async () => {
  let last: GatewayProcess | undefined;
  for (let round = 1; round <= ROUNDS; round += 1) {
    const commands = await Promise.all(actors.map((actor) => commandsOf(actor, last)));
    await last?.stop();
    const dying = await Promise.all(POINTS.map((point) => stage.startGateway(crashAt(point))));
    await Promise.all(
      actors.map(async ({ client }, index) => {
        const gateway = dying[index] as GatewayProcess;
        // A machine under load refuses for want of time: then nothing was committed, and the point is still ahead.
        for (let open = commands[index] ?? []; open.length > 0 && gateway.ending() === undefined;) {
          await Promise.all(open.map((command) => client.give(gateway.url, command)));
          open = open.filter(({ told }) => told.length === 0);
        }
      }),
    );
    const endings = await Promise.all(dying.map(howItDied));
    expect([round, ...endings]).toEqual([round, ...POINTS.map(() => 'SIGKILL')]);

    const fresh = await stage.startGateway();
    await Promise.all(actors.map(({ client }) => client.insist(() => fresh.url)));
    // What was answered before the crash is answered once more in the same words.
    await Promise.all(actors.flatMap(({ client }, index) => (commands[index] ?? []).map((each) => client.give(fresh.url, each))));
    await untilSettled(stage);
    last = fresh;
  }
  const clients = actors.map(({ client }) => client);
  expect(await audit(stage, clients)).toEqual([]);
  // Both kinds of command in both flows, in nearly every round.
  expect(clients.map(({ commands }) => commands.length).every((count) => count > 3 * ROUNDS)).toBe(true);
}, 600_000);
