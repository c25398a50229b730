import { consumerLag } from '@margrave/bus-nats';
import { executionFault } from '@margrave/contracts';
import { FaultProxy, testServers } from '@margrave/testkit';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Broker, until, validFor } from './testing/broker.ts';
import { lots, requestIdOf } from './testing/scene.ts';
import { SimulatorProcess } from './testing/simulator-process.ts';

const LAST = ['fill', 'rejected', 'cancelled'];

let natsUrl: string;
let broker: Broker;
let simulators: SimulatorProcess[];

beforeEach(async () => {
  simulators = [];
  ({ natsUrl } = await testServers());
  broker = await Broker.open(natsUrl);
});
afterEach(async () => {
  await Promise.all(simulators.map((simulator) => simulator.remove()));
  await broker.close();
});

/** A provider that is being started. */
async function provider(settings: Readonly<Record<string, string>> = {}, url = natsUrl): Promise<SimulatorProcess> {
  const simulator = await SimulatorProcess.create(url, settings);
  simulators.push(simulator);
  simulator.start();
  return simulator;
}

const isOver = (number: number): boolean => broker.types(number).some((type) => LAST.includes(type));
const allOver = (numbers: readonly number[], withinMs = 20_000): Promise<void> =>
  until(() => numbers.every(isOver), 'every order is over', withinMs);
/** Requests that are not acknowledged; −1 as long as there is no consumer. */
const unacknowledged = async (): Promise<number> =>
  consumerLag(await broker.client, { stream: 'PROVIDER_ORDERS', durable: 'lp-a' }).then(
    (lag) => lag.waiting + lag.unacknowledged,
    () => -1,
  );
const range = (count: number): readonly number[] => Array.from({ length: count }, (_, number) => number);

/** Each order was executed once: one acknowledgement, one end, and parts that are together its volume. */
function expectExecutedOnce(numbers: readonly number[], volume = '0.10'): void {
  for (const number of numbers) {
    const reports = broker.reportsOf(number);
    expect(reports.filter(({ executionType }) => executionType === 'new')).toHaveLength(1);
    expect(reports.filter(({ executionType }) => LAST.includes(executionType))).toHaveLength(1);
    const filled = reports.reduce((sum, { lastVolume }) => sum + lots(lastVolume ?? '0'), 0n);
    expect(filled).toBe(lots(volume));
  }
}

/** The same execution id always said the same. */
function expectUnchanged(): void {
  const bodies = Map.groupBy(broker.heard, ({ execution }) => execution.executionId);
  for (const [, copies] of bodies) expect(new Set(copies.map(({ execution }) => JSON.stringify(execution))).size).toBe(1);
}

it('acknowledges an order and fills it at the raw quote, and then has nothing left to do', async () => {
  await broker.begin();
  await provider();
  await broker.newOrder(1);
  await allOver([1]);
  const [acknowledged, filled] = broker.reportsOf(1);
  expect(acknowledged).toMatchObject({ executionType: 'new', cumulativeVolume: '0', leavesVolume: '0.10' });
  expect(filled).toMatchObject({
    executionType: 'fill',
    lastPrice: '1.08454',
    lastVolume: '0.10',
    providerOrderId: acknowledged?.providerOrderId,
  });
  for (const { execution, messageId } of broker.heard) {
    expect(executionFault(execution)).toBeUndefined();
    expect(messageId).toMatch(new RegExp(`^lp-a:${execution.executionId}:[\\w-]{22}$`));
  }
  await until(async () => (await unacknowledged()) === 0, 'the request is acknowledged');
});

it('executes a request once that comes many times', async () => {
  await broker.begin();
  await provider();
  await Promise.all(range(5).map(() => broker.newOrder(1)));
  await allOver([1]);
  await broker.newOrder(1);
  await until(async () => (await unacknowledged()) === 0, 'every repetition is acknowledged');
  expect(broker.types(1)).toEqual(['new', 'fill']);
});

it('rejects what arrives after its sendBefore, and what it cannot read', async () => {
  await broker.begin();
  await provider();
  await broker.newOrder(1, validFor(-1));
  await broker.send('new', JSON.stringify({ requestId: requestIdOf(2), symbol: 'EUR/USD', side: 'buy', volume: 0.1 }));
  await broker.send('new', 'gibberish');
  await until(() => isOver(1) && isOver(2), 'both are rejected');
  expect(broker.reportsOf(1)).toMatchObject([{ executionType: 'rejected', reason: 'too_late' }]);
  expect(broker.reportsOf(2)).toMatchObject([{ executionType: 'rejected', reason: 'malformed' }]);
  await until(async () => (await unacknowledged()) === 0, 'all three are acknowledged');
});

it('fills in two parts that are together the volume, each on the volume step', async () => {
  await broker.begin();
  await provider({ FILL_PARTS: '2' });
  await broker.newOrder(1, { volume: '0.05' });
  await broker.newOrder(2, { symbol: 'SPX500', volume: '0.3' });
  await allOver([1, 2]);
  expect(broker.types(1)).toEqual(['new', 'partial_fill', 'fill']);
  expectExecutedOnce([1], '0.05');
  expect(broker.reportsOf(2).map(({ lastVolume }) => lastVolume)).toEqual([undefined, '0.20', '0.10']);
});

it('keeps a limit order that rests over a crash, under the terms it was given last, and executes it when a quote reaches them', async () => {
  await broker.begin();
  const simulator = await provider();
  await broker.newOrder(1, { type: 'limit', price: '1.08000', timeInForce: 'gtc' });
  await until(() => broker.types(1).includes('new'), 'the order is acknowledged');
  await until(async () => (await unacknowledged()) === 0, 'its request is acknowledged, though it rests');
  await broker.replace(2, 1, '1.08300');
  await until(() => broker.types(2).length > 0, 'it is replaced');
  expect(broker.reportsOf(2)).toMatchObject([
    { executionType: 'replaced', originalRequestId: requestIdOf(1), cumulativeVolume: '0', leavesVolume: '0.20' },
  ]);
  await simulator.end('SIGKILL');
  simulator.start();
  broker.price = { bid: '1.08293', ask: '1.08301' };
  await broker.newOrder(3, { volume: '0.01' }); // executed beside it, so quotes are heard
  await broker.status(4, 1);
  await allOver([3]);
  await until(() => broker.types(4).length > 0, 'it is asked for');
  expect(broker.reportsOf(4)).toMatchObject([{ orderStatus: 'working', cumulativeVolume: '0', leavesVolume: '0.20' }]);
  expect(broker.types(1)).toEqual(['new']);
  broker.price = { bid: '1.08292', ask: '1.08300' };
  await allOver([1]);
  expect(broker.reportsOf(1)[1]).toMatchObject({
    executionType: 'fill',
    lastVolume: '0.20',
    lastPrice: '1.083',
    leavesVolume: '0',
  });
  for (const { execution } of broker.heard) expect(executionFault(execution)).toBeUndefined();
  expectUnchanged();
});

it('says what became of a silent order when it is asked, and that it never saw another', async () => {
  await broker.begin();
  await provider({ MISBEHAVE: 'silent=1' });
  await broker.newOrder(1);
  await until(async () => (await unacknowledged()) === 0, 'the order is taken');
  await broker.status(10, 1);
  await broker.status(11, 2);
  await until(() => broker.types(10).length > 0 && broker.types(11).length > 0, 'both are answered');
  expect(broker.types(1)).toEqual(['new', 'fill']);
  expect(broker.reportsOf(10)).toMatchObject([{ orderStatus: 'filled', cumulativeVolume: '0.10', leavesVolume: '0' }]);
  expect(broker.reportsOf(11)).toMatchObject([{ orderStatus: 'never_seen' }]);
  await broker.newOrder(2);
  await broker.status(12, 2);
  await until(() => broker.types(12).length > 0, 'it is asked again');
  expect(broker.reportsOf(2)).toMatchObject([{ executionType: 'rejected', reason: 'cancelled_before_arrival' }]);
});

it('says everything of a filled order again, under the ids it had', async () => {
  await broker.begin();
  await provider();
  await broker.newOrder(1);
  await allOver([1]);
  await broker.status(10, 1);
  await until(() => broker.types(10).length > 0, 'it is answered');
  expect(broker.heard.map(({ execution }) => execution.executionType)).toEqual(['new', 'fill', 'new', 'fill', 'status']);
  expect(broker.types(1)).toEqual(['new', 'fill']);
  expectUnchanged();
});

it('executes each of fifty orders exactly once, though it is killed again and again among them', async () => {
  await broker.begin();
  const simulator = await provider({
    FILL_PARTS: '2',
    LATENCY_MIN: '20ms',
    LATENCY_MAX: '200ms',
    MISBEHAVE: 'repeat=0.5,reorder=0.3',
  });
  const numbers = range(50);
  const sending = (async () => {
    for (const number of numbers) {
      await broker.newOrder(number);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  })();
  for (const atLeast of [20, 60, 100]) {
    await until(() => broker.heard.length >= atLeast, `${atLeast} reports are heard`);
    await simulator.end('SIGKILL');
    simulator.start();
  }
  await sending;
  await allOver(numbers, 30_000);
  await until(async () => (await unacknowledged()) === 0, 'everything is acknowledged');
  await until(() => numbers.every((number) => broker.types(number).includes('new')), 'every acknowledgement is heard');
  expectExecutedOnce(numbers);
  expectUnchanged();
}, 90_000);

it('loses nothing and does nothing twice while its connection is cut', async () => {
  await broker.begin();
  const { hostname, port } = new URL(natsUrl);
  const proxy = await FaultProxy.start({ host: hostname, port: Number.parseInt(port, 10) });
  try {
    await provider({}, Object.assign(new URL(natsUrl), { host: `127.0.0.1:${proxy.port}` }).href);
    await broker.newOrder(0);
    await allOver([0]);
    const numbers = range(40);
    for (const number of numbers) {
      if (number % 10 === 5) proxy.resetConnections();
      await broker.newOrder(number);
    }
    await allOver(numbers, 30_000);
    // A report that was cut off is sent again, and may come after those that followed it.
    await until(() => numbers.every((number) => broker.types(number).includes('new')), 'every acknowledgement is heard', 20_000);
    expectExecutedOnce(numbers);
  } finally {
    await proxy.close();
  }
}, 60_000);

it('waits for streams that are not there yet, and says that it is not ready', async () => {
  const simulator = await provider();
  await until(() => simulator.log.some(({ msg }) => msg.startsWith('Not attached')), 'it looked for its stream');
  expect((await simulator.observe('/health/ready')).status).toBe(503);
  expect((await simulator.observe('/health/live')).status).toBe(200);
  await broker.begin();
  await until(async () => (await simulator.observe('/health/ready')).status === 200, 'it is ready');
  await broker.newOrder(1);
  await allOver([1]);
  expect((await simulator.observe('/metrics')).body).toContain('margrave_simulator_reports_total{type="fill"} 1');
});

it('stops at once when it is told to, with a late order in hand, and goes on with it after the next start', async () => {
  await broker.begin();
  const simulator = await provider({ MISBEHAVE: 'late=1', LATE_BY: '6s' });
  await broker.newOrder(1);
  await until(() => broker.types(1).includes('new'), 'the order is taken');
  expect(await simulator.end('SIGTERM')).toBe(0);
  expect(broker.types(1)).toEqual(['new']);
  simulator.start();
  await allOver([1]);
  expect(broker.types(1)).toEqual(['new', 'fill']);
});

it('starts after a crash that cut its journal short, and not beside another of its kind', async () => {
  await broker.begin();
  const simulator = await provider();
  await broker.newOrder(1);
  await allOver([1]);
  await simulator.end('SIGKILL');
  const journal = join(simulator.stateFolder, 'lp-a.journal.jsonl');
  await appendFile(journal, '{"kind":"order","order":{"requ');
  simulator.start();
  await broker.newOrder(1);
  await broker.newOrder(2);
  await allOver([2]);
  expectExecutedOnce([1, 2]);
  expect(await readFile(journal, 'utf8')).not.toContain('"requ{"');

  const twin = await provider({ STATE_FOLDER: simulator.stateFolder });
  await until(
    () => twin.log.some(({ level, msg }) => level === 'fatal' && msg === 'journal lock did not start'),
    'the twin gives up',
  );
});
