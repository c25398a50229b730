import { STREAMS } from '@margrave/contracts';
import { startServers, type RunningServer, type Servers } from '@margrave/testkit';
import { consumerLag } from './consumer.ts';
import { managerOf } from './manager.ts';
import { createPublisher, type OutgoingMessage, type Publisher } from './publisher.ts';
import { keepStreams } from './stream-keeper.ts';
import { closeTestBuses, freshStreams, silentLog, storedBodies, testBus, until, type TestBus } from './testing/bus.ts';
import { consumeExecutions, execution, executionIds, executions, type TestConsumer } from './testing/consume.ts';

let servers: Servers;
let nats: RunningServer;
let bus: TestBus;
let publisher: Publisher;
const consumers: TestConsumer[] = [];

beforeAll(async () => {
  servers = await startServers({ purpose: 'test', log: () => undefined });
  nats = servers.nats;
}, 120_000);
afterAll(() => servers.stop(), 60_000);

beforeEach(async () => {
  bus = await testBus(nats.url, { timing: { reconnectWaitMs: 100, pingIntervalMs: 1_000, pingsUnansweredMax: 2 } });
  publisher = createPublisher(bus.connection, { deadlineMs: 1_000 });
  await freshStreams(bus.client);
});
afterEach(async () => {
  await Promise.all(consumers.splice(0).map(({ loop }) => loop.stop()));
  await closeTestBuses();
});

/** Sends again what is not known to be stored, as the outbox does, until all of it is. */
async function publishUntilStored(messages: readonly OutgoingMessage[]): Promise<readonly string[]> {
  const refusals: string[] = [];
  let left = messages;
  while (left.length > 0) {
    const outcomes = await publisher.publishMany(left);
    for (const outcome of outcomes) if (!outcome.ok) refusals.push(`${outcome.refusal.outcome} ${outcome.refusal.reason}`);
    left = left.filter((_, index) => !outcomes[index]?.ok);
    if (left.length > 0) await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return refusals;
}

it('loses nothing and stores nothing twice when the server is killed under load, three times', async () => {
  const consumer = consumeExecutions(bus, { consumer: { ackWaitMs: 1_000 } });
  consumers.push(consumer);
  let published = 0;
  const refusals: string[] = [];
  const load = (async () => {
    while (published < 3_000) {
      refusals.push(...(await publishUntilStored(executions(published, published + 50))));
      published += 50;
    }
  })();
  for (const atLeast of [300, 1_000, 2_000]) {
    await until(() => published >= atLeast, `${atLeast} were published`, 30_000);
    await nats.kill9();
    await nats.restart();
  }
  await load;
  expect(refusals.length).toBeGreaterThan(0);
  await until(() => new Set(consumer.handled).size >= 3_000, 'all were handled', 30_000);
  expect([...new Set(consumer.handled)].toSorted()).toEqual(executionIds(0, 3_000).toSorted());
  expect(await storedBodies(bus.client, 'EXECUTIONS')).toHaveLength(3_000);
  const lag = () => consumerLag(bus.client, { stream: 'EXECUTIONS', durable: 'provider-worker' });
  await until(async () => (await lag()).unacknowledged === 0, 'nothing was left', 15_000);
}, 120_000);

it('says duplicate of a message that was stored before the server was killed', async () => {
  expect(await publisher.publish(execution(1))).toMatchObject({ ok: true, value: { duplicate: false, sequence: 1 } });
  await nats.kill9();
  await nats.restart();
  await until(() => bus.connection.isConnected(), 'it was connected again');
  expect(await publisher.publish(execution(1))).toMatchObject({ ok: true, value: { duplicate: true, sequence: 1 } });
}, 30_000);

it('calls a publish unknown that a server standing still does not answer, and finds it stored or not when it is sent again', async () => {
  await nats.pause();
  const startedAt = performance.now();
  const outcome = await publisher.publish(execution(1));
  expect(performance.now() - startedAt).toBeLessThan(1_500);
  expect(outcome).toMatchObject({ ok: false, refusal: { outcome: 'unknown', reason: 'timeout' } });
  await nats.resume();
  await until(async () => (await storedBodies(bus.client, 'EXECUTIONS')).length === 1, 'it was stored after all');
  expect(await publisher.publish(execution(1))).toMatchObject({ ok: true, value: { duplicate: true } });
}, 30_000);

it('calls a publish unknown at once when the connection is lost before the answer, and not stored once it is known to be gone', async () => {
  await nats.pause();
  const inFlight = publisher.publish(execution(1));
  await nats.kill9();
  expect(await inFlight).toMatchObject({ ok: false, refusal: { outcome: 'unknown', reason: 'connection_lost' } });
  expect(await publisher.publish(execution(2))).toMatchObject({
    ok: false,
    refusal: { outcome: 'not_stored', reason: 'not_connected' },
  });
  await nats.restart();
  await until(() => bus.connection.isConnected(), 'it was connected again');
}, 30_000);

it('notices a server that stands still, says so to who asks for health, and goes on with it when it moves again', async () => {
  const consumer = consumeExecutions(bus, { consumer: { ackWaitMs: 1_000 } });
  consumers.push(consumer);
  await publisher.publish(execution(1));
  await until(() => consumer.handled.length === 1, 'the first was handled');
  await nats.pause();
  expect(await bus.connection.check()).toEqual({ ok: false, reason: 'a round trip to NATS took longer than 1000 ms' });
  await until(() => bus.events.includes('disconnected'), 'the connection was given up', 10_000);
  expect(await bus.connection.check()).toMatchObject({ ok: false });
  await nats.resume();
  await until(() => bus.connection.isConnected(), 'it was connected again');
  expect(await bus.connection.check()).toEqual({ ok: true });
  await publishUntilStored([execution(2)]);
  await until(() => new Set(consumer.handled).size === 2, 'the second was handled');
}, 60_000);

it('makes streams and consumers anew when the server comes back with nothing', async () => {
  const keeper = keepStreams(bus.connection, { contracts: Object.values(STREAMS), log: silentLog, random: () => 0 });
  await keeper.ready;
  const consumer = consumeExecutions(bus, { source: { onStreamMissing: keeper.missing } });
  consumers.push(consumer);
  await publishUntilStored(executions(0, 10));
  await until(() => consumer.handled.length === 10, 'the first were handled');
  const manager = await managerOf(bus.client);
  for await (const { config } of manager.streams.list()) await manager.streams.delete(config.name);
  expect(await publisher.publish(execution(10))).toMatchObject({
    ok: false,
    refusal: { outcome: 'not_stored', reason: 'no_stream' },
  });
  await publishUntilStored(executions(0, 20));
  await until(() => new Set(consumer.handled).size === 20, 'the others were handled');
  expect(keeper.check()).toEqual({ ok: true });
  keeper.stop();
}, 30_000);

it('says that a stream is not as it must be until the operator has put it right', async () => {
  const keeper = keepStreams(bus.connection, { contracts: Object.values(STREAMS), log: silentLog, random: () => 0 });
  await keeper.ready;
  const { streams } = await managerOf(bus.client);
  const { config } = await streams.info(STREAMS.EVENTS.name);
  await streams.update(config.name, { ...config, max_age: config.max_age / 2 });
  keeper.missing();
  await until(() => !keeper.check().ok, 'it was seen');
  await streams.update(config.name, config);
  await until(() => keeper.check().ok, 'it was seen to be right again');
  keeper.stop();
}, 30_000);

it('connects in the background to a server that is not there yet', async () => {
  const url = nats.url;
  await nats.stop();
  await until(() => !bus.connection.isConnected(), 'it was gone');
  const waiting = testBus(url, { name: 'order-gateway' });
  let connected = false;
  void waiting.then(() => (connected = true));
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(connected).toBe(false);
  await nats.restart();
  expect(await (await waiting).connection.check()).toEqual({ ok: true });
}, 30_000);
