import { ProviderExecutionV1, STREAMS, type StreamContract } from '@margrave/contracts';
import { testServers } from '@margrave/testkit';
import { jetstream, jetstreamManager, RetentionPolicy, StorageType, type JetStreamManager } from '@nats-io/jetstream';
import { ensureStreams, streamFills } from './streams.ts';
import { closeTestBuses, testBus, type TestBus } from './testing/bus.ts';

const contracts = Object.values(STREAMS);
const events: StreamContract = STREAMS.EVENTS;
const executions: StreamContract = STREAMS.EXECUTIONS;
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
    max_msg_size: STREAMS.EVENTS.messageBytesMax,
    max_msgs_per_subject: -1,
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

it('bounds what one message and one subject may take in a stream from before there were bounds, and leaves wider ones alone', async () => {
  const { name, subjects } = executions;
  const bounds = async () => {
    const { max_msg_size: size, max_msgs_per_subject: messages, discard_new_per_subject: refuses } = await configOf(name);
    return { size, messages, refuses };
  };
  await manager.streams.add({ name, subjects: [...subjects], max_bytes: -1 });
  await ensureStreams(bus.client, [executions]);
  expect(await bounds()).toEqual({ size: executions.messageBytesMax, messages: executions.messagesPerSubjectMax, refuses: true });
  await manager.streams.update(name, { max_msg_size: 1_000_000, max_msgs_per_subject: 1_000_000 });
  expect(await ensureStreams(bus.client, [executions])).toMatchObject([{ done: 'unchanged' }]);
  expect(await bounds()).toEqual({ size: 1_000_000, messages: 1_000_000, refuses: true });
});

describe('a provider that reports without end', () => {
  const report = (provider: string, bytes: number) =>
    jetstream(bus.client).publish(`provider.${provider}.executions.v1`, new Uint8Array(bytes));

  it('is refused once its part of the stream is full; the others’ reports are still stored', async () => {
    await ensureStreams(bus.client, [{ ...executions, messagesPerSubjectMax: 256 }]);
    for (let sent = 0; sent < 256; sent += 1) await report('lp-a', 600);
    await expect(report('lp-a', 600)).rejects.toThrow('maximum messages per subject exceeded');
    expect(await report('lp-b', 600)).toMatchObject({ seq: 257, duplicate: false });
    expect(await streamFills(bus.client, ['EXECUTIONS'])).toEqual([{ stream: 'EXECUTIONS', ratio: 1 }]);
  });

  it('is refused a report that is larger than any that can be read', async () => {
    await ensureStreams(bus.client, [executions]);
    await expect(report('lp-a', executions.messageBytesMax + 1)).rejects.toThrow('message size exceeds maximum allowed');
    await expect(report('lp-a', 1_000_000)).rejects.toThrow('message size exceeds maximum allowed');
    expect(await report('lp-a', ProviderExecutionV1.bytesMax)).toMatchObject({ seq: 1 });
  });
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
