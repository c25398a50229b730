import { connectBus } from './connection.ts';
import { createPublisher } from './publisher.ts';
import { closeTestBuses, silentLog, testBus, until } from './testing/bus.ts';
import { startStubServer, type StubServer } from './testing/stub-server.ts';

let stub: StubServer;
beforeEach(async () => {
  stub = await startStubServer();
});
afterEach(async () => {
  await closeTestBuses();
  await stub.stop();
});
const urlWith = (password: string): string => stub.url.replace('PASSWORD', password);

it('does not know what became of a message that may not be published, for the server answers nobody, and reports it', async () => {
  const { connection, events } = await testBus(urlWith('good'));
  const { publishMany } = createPublisher(connection, { deadlineMs: 200 });
  const message = { subject: 'forbidden.orders', body: '{}' };
  const outcomes = await publishMany([1, 2].map((n) => ({ ...message, messageId: String(n) })));
  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({ ok: false, refusal: { outcome: 'unknown', reason: 'timeout' } });
  }
  expect(events.filter((event) => event === 'permission_denied')).toHaveLength(2);
  expect(connection.isConnected()).toBe(true);
});

it('hears answers again when it may, after it was not allowed to', async () => {
  const { connection } = await testBus(urlWith('good'));
  const { publish } = createPublisher(connection, { deadlineMs: 2_000 });
  const message = { subject: 'orders', body: '{}' };
  stub.letHearAnswers(false);
  expect(await publish({ ...message, messageId: '1' })).toMatchObject({ ok: false, refusal: { outcome: 'unknown' } });
  stub.letHearAnswers(true);
  expect(await publish({ ...message, messageId: '2' })).toMatchObject({ ok: true, value: { stream: 'EVENTS' } });
  expect(await publish({ ...message, messageId: '3' })).toMatchObject({ ok: true });
});

it('keeps trying with credentials that are refused, and says why it is not connected', async () => {
  const connection = connectBus({
    servers: [urlWith('bad')],
    name: 'worker',
    log: silentLog,
    onLost: (error) => {
      throw error;
    },
    timing: { reconnectWaitMs: 20 },
  });
  await until(() => stub.passwords.length >= 5, 'it tried again and again');
  expect(await connection.check()).toEqual({ ok: false, reason: 'not connected to NATS: Authorization Violation' });
  expect(connection.isConnected()).toBe(false);
  await connection.close();
});

it('outlives a time in which its credentials are refused', async () => {
  const { connection } = await testBus(urlWith('good'), { timing: { reconnectWaitMs: 20 } });
  stub.accept('another');
  await until(() => stub.passwords.length >= 6, 'it tried again and again');
  expect((await connection.check()).ok).toBe(false);
  stub.accept('good');
  await until(() => connection.isConnected(), 'it was let in again');
});

it('fails at once on credentials that cannot be read', () => {
  expect(() =>
    connectBus({
      servers: [urlWith('good')],
      credentialsFile: '/nowhere/credentials',
      name: 'worker',
      log: silentLog,
      onLost: () => undefined,
    }),
  ).toThrow('ENOENT');
});

it('gives up waiting for a connection when it is told to', async () => {
  const connection = connectBus({ servers: [urlWith('bad')], name: 'worker', log: silentLog, onLost: () => undefined });
  const patience = new AbortController();
  const waiting = connection.untilConnected(patience.signal);
  patience.abort();
  expect(await waiting).toBeUndefined();
  expect(await connection.untilConnected(patience.signal)).toBeUndefined();
  await connection.close();
});
