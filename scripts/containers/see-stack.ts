import assert from 'node:assert/strict';
import { confinementFaults, readProc } from './container-state.ts';
import type { Stack } from './stack.ts';
import { ACCOUNTS, clientOf, tradeInBothFlows, type Client } from './trading.ts';
import { seeTriggers } from './triggers.ts';
import { seeDashboards, seePrometheus, watcherOf } from './watching.ts';

/** Says that something was seen to be so. */
export type Passed = (sentence: string) => void;

const HELD_ORDERS = ['held-1', 'held-2', 'held-3'];

/** Builds the stack, starts it and uses it. Whatever is not as it should be is thrown. */
export async function seeStack(stack: Stack, repository: string, stop: AbortSignal, passed: Passed): Promise<void> {
  await stack.build();
  passed('every program has an image, built by the one Dockerfile');
  await stack.compose('up', '--detach');
  await stack.untilUp();
  passed(`docker-compose.yml starts: ${stack.expected.length} containers are healthy, or have ended with their work done`);

  await seeConfinement(stack);
  passed('each that stays is read-only, without capabilities, not root, and bounded, for the engine and for the kernel');

  const client = await clientOf(stack, stop);
  await tradeInBothFlows(stack, client);
  passed(
    'orders of both flows are filled, a position is closed, an account and a decision are read, and what must not pass is refused',
  );

  await seeTriggers(client, stop);
  passed('an order that waits is executed when its price comes, and one that waits to its end expires');

  const watcher = watcherOf(stack, repository);
  await seePrometheus(watcher, stop);
  const { queries, withNumbers } = await seeDashboards(watcher, repository);
  passed(
    `Prometheus reads all services and looks at all alerts; of ${queries} queries of the dashboards ${withNumbers} have numbers`,
  );

  await loseTheWorker(stack, client);
  passed('what is executed while provider-worker is killed is booked when it is back');
  await loseTheDatabase(stack, client, stop);
  passed('a PostgreSQL that is killed has every order when it is back, and trading goes on');

  await seeBooks(stack);
  passed('verify-books finds nothing broken');
}

async function seeConfinement(stack: Stack): Promise<void> {
  const containers = await stack.inspect();
  const staying = stack.expected.filter(({ ends }) => !ends);
  const faults = staying.flatMap((expected) => {
    const container = containers.get(expected.name);
    assert.ok(container);
    return confinementFaults(expected, container, readProc(container.State.Pid));
  });
  assert.deepEqual(faults, []);
}

async function loseTheWorker(stack: Stack, client: Client): Promise<void> {
  const account = ACCOUNTS.providerA;
  await stack.kill('provider-worker');
  for (const key of HELD_ORDERS) assert.equal((await client.place(account, key)).order.status, 'queued');
  await stack.compose('start', 'provider-worker');
  for (const key of HELD_ORDERS) assert.deepEqual((await client.untilFilled(account, key)).flags, []);
  await stack.untilUp();
}

async function loseTheDatabase(stack: Stack, client: Client, stop: AbortSignal): Promise<void> {
  const accounts = Object.values(ACCOUNTS);
  const before = await Promise.all(accounts.map((account) => client.orders(account)));
  assert.ok(before.flat().length > HELD_ORDERS.length);
  await stack.kill('postgres');
  await stack.compose('start', 'postgres');
  await stack.untilUp();
  const again = await clientOf(stack, stop);
  assert.deepEqual(await Promise.all(accounts.map((account) => again.orders(account))), before);
  for (const account of accounts) {
    await again.place(account, 'after-the-database');
    await again.untilFilled(account, 'after-the-database');
  }
}

/** From a container of the stack, as docker-compose.yml offers it. */
async function seeBooks(stack: Stack): Promise<void> {
  const table = await stack.compose('run', '--rm', '-T', 'verify-books');
  const checked = /executions? of a provider is booked once\s+(\d+) checked {2}ok/.exec(table)?.[1];
  assert.ok(Number(checked) > HELD_ORDERS.length, `verify-books looked at too little:\n${table}`);
}
