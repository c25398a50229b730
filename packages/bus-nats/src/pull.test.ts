import { setTimeout as timeout } from 'node:timers/promises';
import { headers, type Msg, type MsgHdrs, type NatsConnection, type SubscriptionOptions } from '@nats-io/transport-node';
import { startPull } from './pull.ts';

const INBOX = '_INBOX.worker.x';

function pulling(timing = { expiresMs: 1_000, heartbeatMs: 1_000 }) {
  const requests: { batch: number; reply: string }[] = [];
  const told: string[] = [];
  let hear: NonNullable<SubscriptionOptions['callback']> = () => undefined;
  const client = {
    subscribe: (_subject: string, options: SubscriptionOptions) => {
      hear = options.callback ?? hear;
      return { isClosed: () => false, drain: () => Promise.resolve() };
    },
    publish: (_subject: string, body: string, { reply }: { reply: string }) =>
      requests.push({ batch: (JSON.parse(body) as { batch: number }).batch, reply }),
    isClosed: () => false,
  } as unknown as NatsConnection;
  const pull = startPull(client, { stream: 'S', durable: 'worker' }, INBOX, timing, {
    onMessage: ({ subject }) => told.push(subject),
    onExpired: () => told.push('expired'),
    onBroken: (reason) => told.push(`broken: ${reason}`),
  });
  const status = (code: number, description = '', fields: Record<string, string> = {}): void => {
    const given: MsgHdrs = headers(code, description);
    for (const [name, value] of Object.entries(fields)) given.set(name, value);
    void hear(null, { subject: `${INBOX}.1`, headers: given, data: new Uint8Array() } as Msg);
  };
  const deliver = (count: number): void => {
    for (let n = 0; n < count; n += 1) void hear(null, { subject: 'some.subject', data: new Uint8Array() } as Msg);
  };
  return { pull, requests, told, status, deliver };
}

it('asks for what there is room for, and again when less than half of it is still to come', async () => {
  const { pull, requests, deliver } = pulling();
  pull.ask(100);
  pull.ask(100);
  deliver(40);
  pull.ask(100);
  expect(requests.map(({ batch }) => batch)).toEqual([100]);
  deliver(20);
  pull.ask(100);
  expect(requests.map(({ batch }) => batch)).toEqual([100, 60]);
  expect(pull.expected()).toBe(100);
  pull.ask(0);
  expect(requests).toHaveLength(2);
  await pull.end();
});

it('no longer expects what an expired request left over, and says so', async () => {
  const { pull, told, status, deliver } = pulling();
  pull.ask(10);
  deliver(3);
  status(100, 'Idle Heartbeat');
  expect(pull.expected()).toBe(7);
  status(408, 'Request Timeout', { 'Nats-Pending-Messages': '7' });
  expect(pull.expected()).toBe(0);
  expect(told.slice(3)).toEqual(['expired']);
  await pull.end();
});

it.each([
  [503, 'No Responders', 'broken: the consumer is not there'],
  [409, 'Consumer Deleted', 'broken: 409 Consumer Deleted'],
  [409, 'Server Shutdown', 'broken: 409 Server Shutdown'],
  [400, 'Bad Request', 'broken: 400 Bad Request'],
])('is of no use any more after a status %i %s, says so once and asks for nothing', async (code, description, expected) => {
  const { pull, requests, told, status } = pulling();
  pull.ask(10);
  status(code, description);
  status(code, description);
  pull.ask(100);
  expect([told, requests.length]).toEqual([[expected], 1]);
  await pull.end();
});

it('is of no use any more when the server is silent while it owes messages, and only then', async () => {
  const idle = pulling({ expiresMs: 1_000, heartbeatMs: 20 });
  const owed = pulling({ expiresMs: 1_000, heartbeatMs: 20 });
  const beating = pulling({ expiresMs: 1_000, heartbeatMs: 20 });
  owed.pull.ask(10);
  beating.pull.ask(10);
  const heart = setInterval(() => beating.status(100, 'Idle Heartbeat'), 5);
  await timeout(200);
  clearInterval(heart);
  expect([idle.told, owed.told, beating.told]).toEqual([[], ['broken: the consumer is silent'], []]);
  await Promise.all([idle, owed, beating].map(({ pull }) => pull.end()));
});

it('hands on what is still delivered after its end', async () => {
  const { pull, told, deliver } = pulling();
  pull.ask(2);
  const ended = pull.end();
  deliver(1);
  await ended;
  expect(told).toEqual(['some.subject']);
});
