import { STREAMS, type StreamContract } from '@margrave/contracts';
import { testServers } from '@margrave/testkit';
import { jetstream, jetstreamManager, RetentionPolicy, StorageType, type JetStreamManager } from '@nats-io/jetstream';
import { ensureStreams, streamFills } from './streams.ts';
import { closeTestBuses, testBus, type TestBus } from './testing/bus.ts';

const contracts = Object.values(STREAMS);
const events: StreamContract = STREAMS.EVENTS;
let bus: TestBus;
let manager: JetStreamManager;
const configOf = async (name: string) => (await manager.streams.info(name)).config;

beforeEach(async () => {
  bus = await testBus((await testServers()).natsUrl);
  manager = await jetstreamManager(bus.client);
});
afterEach(closeTestBuses);

it('makes the streams of the contracts, and leaves them alone the second time', async () => {
  expect((await ensureStreams(bus.client, contracts)).map(({ done }) => done)).toEqual(contracts.map(() => 'created'));
  expect((await ensureStreams(bus.client, contracts)).map(({ done }) => done)).toEqual(contracts.map(() => 'unchanged'));
  expect(await configOf('EVENTS')).toMatchObject({
    subjects: ['account.*.events.v1.*'],
    storage: 'file',
    retention: 'limits',
    discard: 'new',
    deny_delete: true,
    deny_purge: true,
    max_age: 7 * 24 * 3_600 * 1e9,
    duplicate_window: 600 * 1e9,
    max_bytes: STREAMS.EVENTS.maxBytes,
  });
});

it('makes them once when several services start together, two versions among them', async () => {
  const newer = { ...events, maxBytes: 2 * events.maxBytes };
  const reports = await Promise.all([events, newer, events, newer].map((contract) => ensureStreams(bus.client, [contract])));
  expect(reports.flat().flatMap(({ faults }) => faults)).toEqual([]);
  expect(await configOf('EVENTS')).toMatchObject({ max_bytes: newer.maxBytes });
});

it('widens a stream that is narrower, and leaves alone what an operator made wider', async () => {
  await manager.streams.add({
    name: 'EVENTS',
    subjects: ['account.*.events.v1.*', 'formerly.>'],
    max_age: 60e9,
    max_bytes: 2 * events.maxBytes,
    duplicate_window: 1e9,
  });
  expect(await ensureStreams(bus.client, [events])).toEqual([{ name: 'EVENTS', done: 'updated', faults: [] }]);
  expect(await configOf('EVENTS')).toMatchObject({
    subjects: ['account.*.events.v1.*', 'formerly.>'],
    discard: 'new',
    deny_delete: true,
    max_age: events.maxAgeMs * 1e6,
    max_bytes: 2 * events.maxBytes,
    duplicate_window: events.duplicateWindowMs * 1e6,
  });
  expect(await ensureStreams(bus.client, [events])).toMatchObject([{ done: 'unchanged' }]);
});

it('leaves a stream without limits without them', async () => {
  await manager.streams.add({ name: 'EVENTS', subjects: ['account.*.events.v1.*'], max_age: 0, max_bytes: -1 });
  await ensureStreams(bus.client, [events]);
  expect(await configOf('EVENTS')).toMatchObject({ max_age: 0, max_bytes: -1 });
});

it('says how full a stream is, and that one without a limit never is', async () => {
  const small = { ...events, maxBytes: 10_000 };
  await ensureStreams(bus.client, [small, STREAMS.DEAD]);
  await manager.streams.update('DEAD', { max_bytes: -1 });
  await jetstream(bus.client).publish('account.1.events.v1.1000000001', new Uint8Array(5_000));
  await jetstream(bus.client).publish('dead.provider-worker', new Uint8Array(5_000));
  const [full, unlimited] = await streamFills(bus.client, ['EVENTS', 'DEAD']);
  expect(full?.ratio).toBeGreaterThan(0.5);
  expect(full?.ratio).toBeLessThan(0.6);
  expect(unlimited).toEqual({ stream: 'DEAD', ratio: 0 });
});

it('says in a sentence what the server refuses', async () => {
  await manager.streams.add({ name: 'OTHER', subjects: ['account.>'] });
  expect(await ensureStreams(bus.client, [events])).toEqual([
    {
      name: 'EVENTS',
      done: 'refused',
      faults: ['The server does not let the stream EVENTS be as it must: subjects overlap with an existing stream.'],
    },
  ]);
});

it('says in a sentence what cannot be changed, and changes nothing', async () => {
  await manager.streams.add({
    name: 'EVENTS',
    subjects: ['account.*.events.v1.*'],
    storage: StorageType.Memory,
    retention: RetentionPolicy.Workqueue,
  });
  const [report] = await ensureStreams(bus.client, [events]);
  expect(report).toMatchObject({ name: 'EVENTS', done: 'refused' });
  expect(report?.faults).toEqual([
    'The stream EVENTS has the storage "memory" and must have "file"; it cannot be changed: back it up, delete it and start again.',
    'The stream EVENTS has the retention "workqueue" and must have "limits"; it cannot be changed: back it up, delete it and start again.',
  ]);
  expect(await configOf('EVENTS')).toMatchObject({ storage: 'memory', deny_delete: false });
});
