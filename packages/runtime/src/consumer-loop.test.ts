import assert from 'node:assert/strict';
import { ok, refuse } from '@margrave/vocabulary';
import { DONE, runConsumerLoop, type ConsumerLoopOptions, type Outcome } from './consumer-loop.ts';
import { createLogging } from './logging.ts';
import type { Message, MessageSource } from './message.ts';

const log = createLogging({ service: 'test', level: 'silent', levels: [] }).component('consumer');

interface TestMessage extends Message {
  readonly text: string;
  readonly answers: string[];
}

function message(text: string, overrides: Partial<TestMessage> = {}): TestMessage {
  const answers: string[] = [];
  return {
    text,
    answers,
    subject: 'provider.lp-a.executions.v1',
    data: new TextEncoder().encode(text),
    deliveryCount: 1,
    acknowledge: () => void answers.push('acknowledged'),
    retryAfter: (delayMs) => void answers.push(`again after ${delayMs}`),
    park: async (reason) => void answers.push(`parked: ${reason}`),
    stillWorking: () => void answers.push('still working'),
    ...overrides,
  };
}

/** Delivers the given batches, then waits for the stop. */
function source(...batches: TestMessage[][]): MessageSource<TestMessage> & { readonly drained: Promise<void> } {
  let stop: () => void = () => undefined;
  const stopped = new Promise<void>((resolve) => (stop = resolve));
  let drain: () => void = () => undefined;
  const drained = new Promise<void>((resolve) => (drain = resolve));
  return {
    drained,
    next: async () => {
      const batch = batches.shift();
      if (batch !== undefined) return batch;
      drain();
      await stopped;
      return [];
    },
    stop: async () => stop(),
  };
}

type Options = ConsumerLoopOptions<string, TestMessage>;

async function consume(batches: TestMessage[][], options: Partial<Options> & Pick<Options, 'handle'>) {
  const from = source(...batches);
  const bugs: Error[] = [];
  const loop = runConsumerLoop<string, TestMessage>({
    source: from,
    batchSizeMax: 100,
    decode: ({ text }) => (text.startsWith('{') ? refuse('not what it should be') : ok(text)),
    log,
    random: () => 0,
    stillWorkingEveryMs: 1_000,
    onBug: (error) => bugs.push(error),
    ...options,
  });
  await Promise.race([from.drained, loop.ended]);
  const wasRunning = loop.isRunning();
  await loop.stop();
  expect(loop.isRunning()).toBe(false);
  return { bugs, wasRunning };
}

const handled: Options['handle'] = (batch) => Promise.resolve(batch.map((): Outcome => DONE));

it('acknowledges what was handled, a whole batch at a time', async () => {
  const sizes: number[] = [];
  const messages = [message('a'), message('b'), message('c')];
  const { bugs, wasRunning } = await consume([messages], {
    handle: (batch) => {
      sizes.push(batch.length);
      expect(messages.flatMap(({ answers }) => answers)).toEqual([]);
      return handled(batch);
    },
  });
  expect(sizes).toEqual([3]);
  expect(messages.map(({ answers }) => answers)).toEqual([['acknowledged'], ['acknowledged'], ['acknowledged']]);
  expect([bugs, wasRunning]).toEqual([[], true]);
});

it('keeps the undecodable and the poisonous aside, and handles the others', async () => {
  const messages = [message('good'), message('{'), message('poison')];
  const outcomes: string[] = [];
  await consume([messages], {
    handle: (batch) =>
      Promise.resolve(
        batch.map(({ value }): Outcome => (value === 'poison' ? { kind: 'poison', reason: 'no such symbol' } : DONE)),
      ),
    onOutcome: (kind, { text }) => outcomes.push(`${text} ${kind}`),
  });
  expect(messages.map(({ answers }) => answers)).toEqual([
    ['acknowledged'],
    ['parked: not what it should be'],
    ['parked: no such symbol'],
  ]);
  expect(outcomes.sort()).toEqual(['good done', 'poison poison', '{ poison']);
});

it('handles the good while the undecodable beside it is still being kept aside', async () => {
  let keep: () => void = () => undefined;
  const kept = new Promise<void>((resolve) => (keep = resolve));
  const [poison, good] = [message('{', { park: () => kept }), message('good')];
  await consume([[poison, good]], {
    handle: (batch) => {
      keep();
      return handled(batch);
    },
  });
  expect(good.answers).toEqual(['acknowledged']);
});

it('has a poison message delivered again while it cannot be kept aside', async () => {
  const poison = message('{', { park: () => Promise.reject(new Error('no such stream')) });
  await consume([[poison]], { handle: handled });
  expect(poison.answers).toEqual(['again after 50']);
});

it('takes words that exhaust a parser for undecodable, not for a bug', async () => {
  const hostile = message('deep');
  const { bugs } = await consume([[hostile]], {
    handle: handled,
    decode: () => {
      throw new RangeError('Maximum call stack size exceeded');
    },
  });
  expect([hostile.answers, bugs]).toEqual([['parked: Maximum call stack size exceeded'], []]);
});

it('has a message delivered again later when it cannot be handled now, ever later the more often it came', async () => {
  const messages = [message('a'), message('b', { deliveryCount: 2 }), message('c', { deliveryCount: 60 }), message('d')];
  await consume([messages], {
    handle: (batch) =>
      Promise.resolve(
        batch.map(({ value }): Outcome => ({
          kind: 'retry',
          reason: 'order not known yet',
          ...(value === 'd' ? { delayMs: 7 } : {}),
        })),
      ),
  });
  expect(messages.map(({ answers }) => answers[0])).toEqual([
    'again after 50',
    'again after 100',
    'again after 15000',
    'again after 7',
  ]);
});

it('has a whole batch delivered again when it fails, each time in smaller company, until the one at fault is alone', async () => {
  const first = Array.from({ length: 16 }, (_, index) => message(index === 5 ? 'bad' : `${index}`));
  const deliveredAgain = (failed: readonly TestMessage[], deliveryCount: number): TestMessage[] =>
    failed.filter(({ answers }) => answers[0] !== 'acknowledged').map(({ text }) => message(text, { deliveryCount }));
  const sizes: number[] = [];
  const handle: Options['handle'] = (batch) => {
    sizes.push(batch.length);
    if (batch.some(({ value }) => value === 'bad')) return Promise.reject(new Error('value out of range'));
    return handled(batch);
  };
  await consume([first], { batchSizeMax: 16, handle });
  const second = deliveredAgain(first, 2);
  await consume([[...second, message('new')]], { batchSizeMax: 16, handle });
  const third = deliveredAgain(second, 3);
  await consume([third], { batchSizeMax: 16, handle });
  expect(sizes).toEqual([16, 1, 4, 4, 4, 4, 1, 1, 1, 1]);
  expect(deliveredAgain(third, 4).map(({ text }) => text)).toEqual(['bad']);
});

it.each<[string, Options['handle']]>([
  ['an assertion', async () => assert.fail('the books do not balance')],
  ['a type error', () => Promise.reject(new TypeError('undefined is not a function'))],
  ['a handler that forgets an outcome', () => Promise.resolve([DONE])],
])('stops on %s, says so, and acknowledges nothing', async (_bug, handle) => {
  const messages = [message('a'), message('b')];
  const { bugs, wasRunning } = await consume([messages, [message('never handled')]], { handle });
  expect(bugs).toHaveLength(1);
  expect(wasRunning).toBe(false);
  expect(messages.map(({ answers }) => answers)).toEqual([[], []]);
});

it('stops on a bug of the decoder too', async () => {
  const { bugs } = await consume([[message('a')]], {
    handle: handled,
    decode: () => {
      throw new TypeError('undefined is not a function');
    },
  });
  expect(bugs).toHaveLength(1);
});

it('goes on when an answer to the bus is lost: the message comes again', async () => {
  const lost = message('a', { acknowledge: () => Promise.reject(new Error('connection closed')) });
  const next = message('b');
  const { bugs } = await consume([[lost], [next]], { handle: handled });
  expect([next.answers, bugs]).toEqual([['acknowledged'], []]);
});

it('tells the bus that a slow batch is still worked on, and no longer when it is done', async () => {
  const slow = message('slow');
  await consume([[slow]], {
    stillWorkingEveryMs: 10,
    handle: async (batch) => {
      while (slow.answers.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
      return handled(batch);
    },
  });
  const answers = [...slow.answers];
  expect(answers.at(-1)).toBe('acknowledged');
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(slow.answers).toEqual(answers);
});

it('finishes the batch in hand when it is stopped', async () => {
  const slow = message('slow');
  const from = source([slow]);
  const loop = runConsumerLoop<string, TestMessage>({
    source: from,
    batchSizeMax: 1,
    decode: ({ text }) => ok(text),
    handle: async (batch) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return handled(batch);
    },
    log,
    random: () => 0,
    stillWorkingEveryMs: 1_000,
    onBug: (error) => {
      throw error;
    },
  });
  await new Promise((resolve) => setTimeout(resolve, 5));
  await loop.stop();
  expect(slow.answers).toEqual(['acknowledged']);
});
