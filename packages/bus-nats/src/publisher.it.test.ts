import { testServers } from '@margrave/testkit';
import { jetstreamManager } from '@nats-io/jetstream';
import type { PublishFailure } from './publish-failure.ts';
import { createPublisher } from './publisher.ts';
import { closeTestBuses, freshStreams, storedBodies, testBus, type TestBus } from './testing/bus.ts';

const SUBJECT = 'provider.lp-a.executions.v1';
let bus: TestBus;
const publisherOf = ({ connection }: TestBus, failures: PublishFailure[] = []) =>
  createPublisher(connection, { deadlineMs: 2_000, onFailure: (failure) => failures.push(failure) });

beforeEach(async () => {
  bus = await testBus((await testServers()).natsUrl);
  await freshStreams(bus.client);
});
afterEach(closeTestBuses);

it('is told by the stream what was stored, and that the same id was stored before', async () => {
  const { publish } = publisherOf(bus);
  const message = { subject: SUBJECT, body: '{"n":1}', messageId: 'lp-a:1', headers: { traceparent: '00-1-1-01' } };
  expect(await publish(message)).toEqual({ ok: true, value: { stream: 'EXECUTIONS', sequence: 1, duplicate: false } });
  expect(await publish({ ...message, body: 'another body' })).toEqual({
    ok: true,
    value: { stream: 'EXECUTIONS', sequence: 1, duplicate: true },
  });
  expect(await storedBodies(bus.client, 'EXECUTIONS')).toEqual(['{"n":1}']);
});

it('has many messages in flight and gives their outcomes in order', async () => {
  const { publishMany } = publisherOf(bus);
  const messages = Array.from({ length: 2_000 }, (_, n) => ({
    subject: SUBJECT,
    body: String(n),
    messageId: `lp-a:${n % 1_900}`,
  }));
  const outcomes = await publishMany(messages);
  expect(outcomes).toHaveLength(2_000);
  expect(outcomes.filter((outcome) => outcome.ok && outcome.value.duplicate)).toHaveLength(100);
  const stored = new Map(
    outcomes.slice(0, 1_900).map((outcome, n) => [outcome.ok ? outcome.value.sequence : undefined, String(n)]),
  );
  expect((await storedBodies(bus.client, 'EXECUTIONS')).map((body, index) => stored.get(index + 1) === body)).not.toContain(
    false,
  );
});

it.each([
  ['no stream keeps the subject', 'orphan.subject', '{}', 'no_stream'],
  ['the payload is larger than the server takes', SUBJECT, 'x'.repeat(1_048_577), 'payload_too_large'],
])('says that a message was definitely not stored when %s', async (_case, subject, body, reason) => {
  const failures: PublishFailure[] = [];
  const outcome = await publisherOf(bus, failures).publish({ subject, body, messageId: '1' });
  expect(outcome).toMatchObject({ ok: false, refusal: { outcome: 'not_stored', reason } });
  expect(failures).toHaveLength(1);
});

it('says that a message was definitely not stored when the stream is full, and stores it once there is room', async () => {
  const manager = await jetstreamManager(bus.client);
  await manager.streams.update('EXECUTIONS', { max_bytes: 2_000 });
  const { publish } = publisherOf(bus);
  const outcomes = [];
  for (let n = 0; n < 20; n += 1)
    outcomes.push(await publish({ subject: SUBJECT, body: 'x'.repeat(200), messageId: `lp-a:${n}` }));
  const firstRefused = outcomes.findIndex((outcome) => !outcome.ok);
  expect(firstRefused).toBeGreaterThan(0);
  expect(outcomes.at(-1)).toMatchObject({ ok: false, refusal: { outcome: 'not_stored', reason: 'stream_full' } });
  await manager.streams.update('EXECUTIONS', { max_bytes: 100_000 });
  expect(await publish({ subject: SUBJECT, body: 'x', messageId: `lp-a:${firstRefused}` })).toMatchObject({
    ok: true,
    value: { duplicate: false },
  });
});

it('says that a message was definitely not stored when there is no connection', async () => {
  const { publish } = publisherOf(bus);
  await bus.connection.close();
  expect(await publish({ subject: SUBJECT, body: '{}', messageId: '1' })).toMatchObject({
    ok: false,
    refusal: { outcome: 'not_stored', reason: 'not_connected' },
  });
});

it('takes a subject with a wildcard for a bug', async () => {
  await expect(publisherOf(bus).publish({ subject: 'provider.*.executions.v1', body: '{}', messageId: '1' })).rejects.toThrow(
    'no subject to publish on',
  );
});
