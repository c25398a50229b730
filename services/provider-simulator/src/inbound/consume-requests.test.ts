import type { BusMessage } from '@margrave/bus-nats';
import { MESSAGES } from '@margrave/contracts';
import { createLogging, type MessageSource } from '@margrave/runtime';
import type { ProviderName } from '@margrave/vocabulary';
import type { Told } from '../app/provider.ts';
import { consumeRequests } from './consume-requests.ts';

const NEW = MESSAGES.ProviderOrderNewV1;
const subject = NEW.subject({ provider: 'lp-a' as ProviderName });
const log = createLogging({ service: 'test', level: 'silent', levels: [] }).component('requests');

interface Delivered {
  readonly message: BusMessage;
  readonly answers: string[];
}

function deliver(body: unknown): Delivered {
  const answers: string[] = [];
  const message: BusMessage = {
    subject,
    data: new TextEncoder().encode(JSON.stringify(body)),
    deliveryCount: 1,
    stream: 'PROVIDER_ORDERS',
    streamSequence: 1,
    messageId: undefined,
    storedAtMs: 0,
    header: () => undefined,
    acknowledge: () => void answers.push('acknowledged'),
    retryAfter: (delayMs) => void answers.push(`again after ${delayMs} ms`),
    park: (reason) => {
      answers.push(`parked: ${reason}`);
      return Promise.resolve();
    },
    stillWorking: () => undefined,
  };
  return { message, answers };
}

/** A source with these messages, and nothing more until it is stopped. */
function sourceOf(delivered: readonly Delivered[]): MessageSource<BusMessage> {
  const waiting = delivered.map(({ message }) => message);
  let stop = (): void => undefined;
  const stopped = new Promise<void>((resolve) => (stop = resolve));
  let readers = 0;
  return {
    next: async (max) => {
      readers += 1;
      expect(readers).toBe(1);
      const batch = waiting.splice(0, max);
      if (batch.length === 0) await stopped;
      readers -= 1;
      return batch;
    },
    stop: async () => stop(),
  };
}

function consume(delivered: readonly Delivered[], take: () => Promise<Told>, inHandMax = 4) {
  const bugs: Error[] = [];
  const kinds: string[] = [];
  const loops = consumeRequests({
    source: sourceOf(delivered),
    provider: { take },
    inHandMax,
    ackWaitMs: 30_000,
    log,
    random: () => 0,
    onRequest: (kind) => kinds.push(kind),
    onOutcome: () => undefined,
    onBug: (error) => bugs.push(error),
  });
  const stop = async (): Promise<void> => {
    await Promise.all(loops.map((loop) => loop.stop()));
    expect(bugs).toEqual([]);
  };
  return { loops, kinds, stop, bugs };
}

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

it('acknowledges a request only when all is told of it, and hears others meanwhile', async () => {
  const delivered = [deliver(NEW.example), deliver(NEW.example), deliver(NEW.example)];
  const ends: ((told: Told) => void)[] = [];
  const { stop } = consume(delivered, () => new Promise((resolve) => ends.push(resolve)));
  await settle();
  expect(ends).toHaveLength(3);
  ends[1]?.('told');
  await settle();
  expect(delivered.map(({ answers }) => answers)).toEqual([[], ['acknowledged'], []]);
  ends.forEach((end) => end('told'));
  await stop();
});

it('takes no more requests than it may have in hand', async () => {
  let inHand = 0;
  const { stop } = consume(
    [deliver(NEW.example), deliver(NEW.example), deliver(NEW.example)],
    () => {
      inHand += 1;
      return new Promise((resolve) => setTimeout(() => resolve('told'), 20));
    },
    2,
  );
  await settle();
  expect(inHand).toBe(2);
  await stop();
});

it('gives a request back at once when the provider stops', async () => {
  const delivered = deliver(NEW.example);
  const { stop } = consume([delivered], () => Promise.resolve('stopped'));
  await settle();
  expect(delivered.answers).toEqual(['again after 0 ms']);
  await stop();
});

it('acknowledges what it can neither read nor answer, and keeps nothing aside', async () => {
  const delivered = deliver('gibberish');
  const { stop, kinds } = consume([delivered], () => Promise.reject(new Error('nobody takes that')));
  await settle();
  expect([delivered.answers, kinds]).toEqual([['acknowledged'], ['unreadable']]);
  await stop();
});

it('acknowledges nothing when a bug shows, and says so', async () => {
  const delivered = deliver(NEW.example);
  const { bugs, loops } = consume([delivered], () => Promise.reject(new TypeError('a bug')));
  await settle();
  expect([delivered.answers, bugs.map(({ message }) => message)]).toEqual([[], ['a bug']]);
  expect(loops.filter((loop) => loop.isRunning())).toHaveLength(3);
  await Promise.all(loops.map((loop) => loop.stop()));
});
