import { DeadLetterV1 } from '@margrave/contracts';
import type { MsgHdrs } from '@nats-io/transport-node';
import { createLogging, DONE, type Outcome } from '@margrave/runtime';
import { FaultProxy, testServers } from '@margrave/testkit';
import { consumerLag, streamPosition } from './consumer.ts';
import { managerOf } from './manager.ts';
import { createPublisher, type OutgoingMessage } from './publisher.ts';
import { closeTestBuses, freshStreams, storedBodies, testBus, until, type TestBus } from './testing/bus.ts';
import { consumeExecutions, execution, executionIds, executions, type TestConsumer } from './testing/consume.ts';

const CONSUMER = { stream: 'EXECUTIONS', durable: 'provider-worker' };
let natsUrl: string;
let bus: TestBus;
const consumers: TestConsumer[] = [];
const consume = (...args: Parameters<typeof consumeExecutions>): TestConsumer => {
  const consumer = consumeExecutions(...args);
  consumers.push(consumer);
  return consumer;
};
const publish = async (messages: readonly OutgoingMessage[]): Promise<void> => {
  const outcomes = await createPublisher(bus.connection, { deadlineMs: 5_000 }).publishMany(messages);
  expect(outcomes.filter((outcome) => !outcome.ok)).toEqual([]);
};
/** −1 as long as there is no consumer. */
const unacknowledged = (): Promise<number> =>
  consumerLag(bus.client, CONSUMER).then(
    (lag) => lag.unacknowledged,
    () => -1,
  );

beforeEach(async () => {
  ({ natsUrl } = await testServers());
  bus = await testBus(natsUrl);
  await freshStreams(bus.client);
});
afterEach(async () => {
  await Promise.all(consumers.splice(0).map(({ loop }) => loop.stop()));
  await closeTestBuses();
});

it('handles each message once and leaves nothing unacknowledged, in batches when they crowd', async () => {
  await publish(executions(0, 1_000));
  const { handled, batchSizes } = consume(bus);
  await until(() => handled.length >= 1_000, 'all were handled');
  await until(async () => (await unacknowledged()) === 0, 'all were acknowledged');
  expect(handled.toSorted()).toEqual(executionIds(0, 1_000).toSorted());
  expect(Math.max(...batchSizes)).toBeGreaterThan(10);
  expect(await consumerLag(bus.client, CONSUMER)).toEqual({ waiting: 0, unacknowledged: 0 });
});

it('hands on a lone message at once', async () => {
  const { handled, source } = consume(bus);
  await until(() => source.isAttached(), 'it was attached');
  const tookMs: number[] = [];
  for (let n = 0; n < 20; n += 1) {
    const startedAt = performance.now();
    await publish([execution(n)]);
    while (handled.length <= n) await new Promise((resolve) => setImmediate(resolve));
    tookMs.push(performance.now() - startedAt);
  }
  expect(tookMs.toSorted((a, b) => a - b)[10]).toBeLessThan(50);
});

it('goes on asking when its requests for messages expire, also half served', async () => {
  const { handled, source } = consume(bus, { source: { bufferMax: 10, timing: { expiresMs: 400, heartbeatMs: 150 } } });
  await until(() => source.isAttached(), 'it was attached');
  for (let from = 0; from < 60; from += 20) {
    await publish(executions(from, from + 3));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await publish(executions(from + 3, from + 20));
    await until(() => handled.length >= from + 20, 'all were handled', 2_000);
    expect(source.isAttached()).toBe(true);
  }
  expect(handled).toHaveLength(60);
});

it('keeps one poison aside among a thousand good, and handles the others', async () => {
  const poison = { ...execution(500), body: '{"executionId":' };
  await publish([...executions(0, 500), poison, ...executions(501, 1_000)]);
  const { handled, parked } = consume(bus);
  await until(() => handled.length >= 999, 'the good ones were handled');
  await until(async () => (await unacknowledged()) === 0, 'nothing was left');
  expect(new Set(handled).size).toBe(999);
  expect(parked).toEqual(['not JSON']);
  const [letter, ...others] = await storedBodies(bus.client, 'DEAD');
  expect(others).toEqual([]);
  expect(DeadLetterV1.decode(new TextEncoder().encode(letter))).toMatchObject({
    ok: true,
    value: {
      subject: 'provider.lp-a.executions.v1',
      stream: 'EXECUTIONS',
      messageId: 'lp-a:lp-a-20260105-500',
      payloadBase64: Buffer.from('{"executionId":').toString('base64'),
    },
  });
});

it.each([
  ['a name that is none', 'no name: x'],
  ['a value of two lines', 'Nats-Msg-Id: a\nb'],
  ['no text', '\u00ff\u0000: \u0001'],
])('handles a report whose headers hold %s, and all that come behind it', async (_, line) => {
  const { handled, source } = consume(bus);
  await until(() => source.isAttached(), 'it was attached');
  const unreadable = { encode: () => new TextEncoder().encode(`NATS/1.0\r\n${line}\r\n\r\n`) } as unknown as MsgHdrs;
  const { subject, body } = execution(0);
  bus.client.publish(subject, body, { headers: unreadable });
  await publish(executions(1, 3));
  await until(() => handled.length === 3, 'all were handled', 3_000);
  expect(handled.toSorted()).toEqual(executionIds(0, 3));
});

it('keeps a poison once that a consumer made anew meets again', async () => {
  await publish([{ ...execution(0), body: 'poison' }, execution(1)]);
  const first = consume(bus);
  await until(() => first.handled.length === 1 && first.parked.length === 1, 'it was kept aside');
  await (await managerOf(bus.client)).consumers.delete('EXECUTIONS', 'provider-worker');
  await until(() => first.handled.length === 2, 'the good one came again');
  await until(async () => (await unacknowledged()) === 0, 'nothing was left');
  expect(await storedBodies(bus.client, 'DEAD')).toHaveLength(1);
  expect(first.parked).toHaveLength(1);
});

it('does not lose a poison while the dead letters are not there', async () => {
  const manager = await managerOf(bus.client);
  await manager.streams.delete('DEAD');
  await publish([{ ...execution(0), body: 'poison' }]);
  const { parked } = consume(bus);
  await until(async () => (await unacknowledged()) === 1, 'it was delivered');
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(parked).toEqual([]);
  await freshDeadLetters();
  await until(() => parked.length === 1, 'it was kept aside at last');
  await until(async () => (await unacknowledged()) === 0, 'nothing was left');
});

it('is not held up by more poison than the dead letters have room for and than may be unacknowledged', async () => {
  const manager = await managerOf(bus.client);
  await manager.streams.update('DEAD', { ...(await manager.streams.info('DEAD')).config, max_bytes: 4_096 });
  const poison = Array.from({ length: 60 }, (_, n) => ({ ...execution(1_000 + n), body: `poison ${n}` }));
  const { handled, parked } = consume(bus, { consumer: { maxAckPending: 20 } });
  await publish([...poison, ...executions(0, 5)]);
  await until(() => handled.length === 5, 'the good ones were handled');
  await until(async () => (await unacknowledged()) === 0, 'nothing was left');
  expect(parked).toHaveLength(60);
});

const freshDeadLetters = async (): Promise<void> => {
  await (await managerOf(bus.client)).streams.add({ name: 'DEAD', subjects: ['dead.*'] });
};

it('gets a message again, ever later, until it can be handled', async () => {
  await publish(executions(0, 3));
  const attempts: number[] = [];
  const { handled } = consume(bus, {
    handle: (batch) =>
      Promise.resolve(
        batch.map(({ value, message }): Outcome => {
          if (value.body.executionId !== 'lp-a-20260105-1') return DONE;
          attempts.push(performance.now());
          return message.deliveryCount < 4 ? { kind: 'retry', reason: 'order not known yet' } : DONE;
        }),
      ),
  });
  await until(() => handled.length === 3, 'all were handled');
  const gapsMs = attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0));
  expect(gapsMs).toHaveLength(3);
  [50, 100, 200].forEach((leastMs, index) => expect(gapsMs[index]).toBeGreaterThanOrEqual(leastMs - 5));
});

it('gives the messages to another instance when a bug stopped one before it acknowledged', async () => {
  await publish(executions(0, 10));
  const broken = consume(bus, { consumer: { ackWaitMs: 500 }, handle: () => Promise.reject(new TypeError('a bug')) });
  await until(() => broken.bugs.length === 1, 'the bug was found');
  await broken.loop.stop();
  const mended = consume(await testBus(natsUrl), { consumer: { ackWaitMs: 500 } });
  await until(() => new Set(mended.handled).size === 10, 'the other instance handled all');
});

it('takes no more from the server than its consumer may leave unacknowledged, and stays attached meanwhile', async () => {
  await publish(executions(0, 500));
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const lines: string[] = [];
  const logging = createLogging({
    service: 'test',
    level: 'warn',
    levels: [],
    destination: { write: (line) => void lines.push(line) },
  });
  const { handled } = consume(bus, {
    consumer: { maxAckPending: 50 },
    source: { log: logging.component('bus'), timing: { expiresMs: 1_500, heartbeatMs: 200 } },
    batchSizeMax: 20,
    handle: async (batch) => {
      await held;
      return batch.map((): Outcome => DONE);
    },
  });
  await until(async () => (await unacknowledged()) === 50, 'the server gave what it may');
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(await consumerLag(bus.client, CONSUMER)).toEqual({ waiting: 450, unacknowledged: 50 });
  release();
  await until(() => handled.length >= 500, 'all were handled');
  expect(new Set(handled).size).toBe(500);
  expect(lines).toEqual([]);
});

it('holds no more messages than it has room for, whatever the consumer allows', async () => {
  await publish(executions(0, 500));
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const { handled } = consume(bus, {
    batchSizeMax: 10,
    source: { bufferMax: 40 },
    handle: async (batch) => {
      await held;
      return batch.map((): Outcome => DONE);
    },
  });
  await until(async () => (await unacknowledged()) >= 40, 'it was filled');
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await unacknowledged()).toBeLessThanOrEqual(60);
  release();
  await until(() => handled.length >= 500, 'all were handled');
});

it('goes on when its consumer is deleted, from the beginning', async () => {
  await publish(executions(0, 100));
  const created: number[] = [];
  const { handled } = consume(bus, { source: { onCreated: () => created.push(created.length) } });
  await until(() => handled.length >= 100, 'the first were handled');
  await (await managerOf(bus.client)).consumers.delete('EXECUTIONS', 'provider-worker');
  await publish(executions(100, 150));
  await until(() => new Set(handled).size === 150, 'the others were handled');
  expect(created).toHaveLength(2);
});

it('goes on when its stream is deleted and made anew, and says that it is missing', async () => {
  await publish(executions(0, 10));
  let missing = 0;
  const { handled } = consume(bus, { source: { onStreamMissing: () => (missing += 1) } });
  await until(() => handled.length >= 10, 'the first were handled');
  await (await managerOf(bus.client)).streams.delete('EXECUTIONS');
  await until(() => missing > 0, 'it was noticed');
  await freshStreams(bus.client);
  await publish(executions(10, 20));
  await until(() => new Set(handled).size === 20, 'the others were handled');
});

it('handles what it had taken when it stops, takes no more, and leaves the rest to another instance', async () => {
  await publish(executions(0, 200));
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const first = consume(bus, {
    batchSizeMax: 10,
    source: { bufferMax: 50 },
    handle: async (batch) => {
      await held;
      return batch.map((): Outcome => DONE);
    },
  });
  await until(async () => (await unacknowledged()) >= 50, 'it had taken some');
  const stopped = first.loop.stop();
  release();
  await stopped;
  expect(first.handled.length).toBeGreaterThanOrEqual(50);
  expect(first.handled.length).toBeLessThanOrEqual(60);
  await until(async () => (await unacknowledged()) === 0, 'nothing was left in between');
  const second = consume(bus);
  await until(() => first.handled.length + second.handled.length >= 200, 'the other had the rest');
  expect([...first.handled, ...second.handled].toSorted()).toEqual(executionIds(0, 200).toSorted());
});

it('leaves nothing behind of what was on its way to it when it stopped', async () => {
  const { hostname: host, port } = new URL(natsUrl);
  const proxy = await FaultProxy.start({ host, port: Number(port) });
  try {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const consumer = consume(await testBus(natsUrl.replace(port, String(proxy.port))), {
      handle: async (batch) => {
        await held;
        return batch.map((): Outcome => DONE);
      },
    });
    await publish([execution(0)]);
    await until(() => consumer.batchSizes.length === 1, 'it had something in hand');
    await proxy.setMode({ kind: 'latency', latencyMs: 200 });
    await publish(executions(1, 50));
    await until(async () => (await unacknowledged()) === 50, 'the server had sent all');
    const stopped = consumer.loop.stop();
    release();
    await stopped;
    await until(async () => (await unacknowledged()) === 0, 'all were acknowledged', 5_000);
    expect(consumer.handled.toSorted()).toEqual(executionIds(0, 50).toSorted());
    await closeTestBuses();
  } finally {
    await proxy.close();
  }
});

it('shares the work between two instances, each message handled by one', async () => {
  const [one, two] = [consume(bus, { source: { bufferMax: 20 } }), consume(bus, { source: { bufferMax: 20 } })];
  await until(() => one.source.isAttached() && two.source.isAttached(), 'both were attached');
  await publish(executions(0, 1_000));
  await until(() => one.handled.length + two.handled.length >= 1_000, 'all were handled');
  expect(one.handled.length).toBeGreaterThan(0);
  expect(two.handled.length).toBeGreaterThan(0);
  expect(new Set([...one.handled, ...two.handled]).size).toBe(1_000);
});

it('is not harmed by an acknowledgement that comes after the message was given to another', async () => {
  await publish(executions(0, 1));
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  let calls = 0;
  const { handled } = consume(bus, {
    consumer: { ackWaitMs: 300 },
    handle: async (batch) => {
      calls += 1;
      if (calls === 1) await held; // longer than the server's patience
      return batch.map((): Outcome => DONE);
    },
  });
  await until(() => calls === 1, 'it was delivered');
  await new Promise((resolve) => setTimeout(resolve, 700));
  release();
  await until(async () => (await unacknowledged()) === 0, 'nothing was left');
  expect(new Set(handled)).toEqual(new Set(['lp-a-20260105-0']));
});

it('begins where it is told to: at the end, or after a place that was noted', async () => {
  await publish(executions(0, 5));
  const noted = await streamPosition(bus.client, 'EXECUTIONS');
  await publish(executions(5, 10));
  const atEnd = consume(bus, { consumer: { durable: 'at-end', startAt: { kind: 'end' }, idleMsMax: 60_000 } });
  const after = consume(bus, {
    consumer: { durable: 'after', startAt: { kind: 'after', streamSequence: noted }, idleMsMax: 60_000 },
  });
  await until(() => atEnd.source.isAttached() && after.handled.length >= 5, 'both were attached');
  await publish(executions(10, 12));
  await until(() => atEnd.handled.length >= 2 && after.handled.length >= 7, 'both heard what came');
  expect(atEnd.handled).toEqual(executionIds(10, 12));
  expect(after.handled).toEqual(executionIds(5, 12));
});

it('has its acknowledgements confirmed where that was asked for', async () => {
  await publish(executions(0, 100));
  const { handled } = consume(bus, { source: { confirmWithinMs: 2_000 } });
  await until(() => handled.length >= 100, 'all were handled');
  await until(async () => (await unacknowledged()) === 0, 'all were acknowledged');
});

it('brings the limits of a consumer that is there up to date, and does not lose its place', async () => {
  await publish(executions(0, 10));
  const first = consume(bus);
  await until(() => first.handled.length === 10, 'the first were handled');
  await until(async () => (await unacknowledged()) === 0, 'all were acknowledged');
  await first.loop.stop();
  await publish(executions(10, 20));
  const second = consume(bus, { consumer: { maxAckPending: 77, ackWaitMs: 9_000 } });
  await until(() => second.handled.length === 10, 'the others were handled');
  expect(second.handled).toEqual(executionIds(10, 20));
  const { config } = await (await managerOf(bus.client)).consumers.info('EXECUTIONS', 'provider-worker');
  expect(config).toMatchObject({ max_ack_pending: 77, ack_wait: 9_000e6, max_deliver: -1, ack_policy: 'explicit' });
});
