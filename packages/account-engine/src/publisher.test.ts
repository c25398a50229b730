import { AccountEventV1, ProviderOrderNewV1 } from '@margrave/contracts';
import { bench, buy, market, task } from './testing/builders.ts';
import { Publisher, type OutgoingMessage, type PublishOutcome } from './publisher.ts';

/** A publisher whose turns come when the test says so. */
function publisherInTurns() {
  const sent: OutgoingMessage[] = [];
  const turns: (() => void)[] = [];
  const marked: string[] = [];
  const publisher = new Publisher({
    publish: (messages) => {
      sent.push(...messages);
      return Promise.resolve(messages.map(() => 'stored' as const));
    },
    markPublished: (outboxIds) => {
      marked.push(...outboxIds);
      return Promise.resolve();
    },
    schedule: () => () => undefined,
    later: (run) => void turns.push(run),
    crashAfterPublish: () => undefined,
    onFailure: (error) => {
      throw error;
    },
  });
  return { publisher, sent, turns, marked };
}

describe('many commits at once', () => {
  const subjects = (sent: readonly OutgoingMessage[]) => sent.map(({ subject }) => subject.split('.')[0]);
  const numbers = (sent: readonly OutgoingMessage[]) =>
    sent.filter(({ subject }) => subject.startsWith('account')).map(({ messageId }) => Number(messageId.split(':')[1]));

  it('are told in small turns and in their order, their requests at once', async () => {
    const { told, runAll } = bench('provider');
    await runAll(Array.from({ length: 20 }, (_, index) => task(buy(`key-${index}`, 0.01))));
    expect(told).toHaveLength(20);
    const { publisher, sent, turns, marked } = publisherInTurns();
    publisher.publish(told.slice(0, 15));
    expect(new Set(subjects(sent))).toEqual(new Set(['provider']));
    publisher.publish(told.slice(15));
    expect([sent.length, turns.length]).toEqual([20, 1]);
    let most = 0;
    for (let turn = turns.shift(); turn !== undefined; turn = turns.shift()) {
      const before = sent.length;
      turn();
      most = Math.max(most, sent.length - before);
    }
    const events = told.flatMap(({ change }) => change.events);
    expect(numbers(sent)).toEqual(events.map(({ sequence }) => Number(sequence)));
    expect(most).toBeLessThan(events.length / 2);
    await publisher.stop();
    expect(marked).toHaveLength(40);
  });

  it('are told when it stops, though no turn came', async () => {
    const { told, runAll } = bench('local');
    await runAll([task(buy('key'))]);
    const { publisher, sent, marked } = publisherInTurns();
    publisher.publish(told);
    expect(sent).toEqual([]);
    await publisher.stop();
    expect([sent.length, marked.length]).toEqual([4, 1]);
  });
});

async function publish(flow: 'local' | 'provider', outcomeOf: (message: OutgoingMessage) => PublishOutcome) {
  const { told, runAll } = bench(flow);
  await runAll([task(buy('key'))]);
  const sent: OutgoingMessage[] = [];
  const marked: string[] = [];
  const publisher = new Publisher({
    publish: (messages) => {
      sent.push(...messages);
      return Promise.resolve(messages.map(outcomeOf));
    },
    markPublished: (outboxIds) => {
      marked.push(...outboxIds);
      return Promise.resolve();
    },
    schedule: () => () => undefined,
    later: (run) => void setImmediate(run),
    crashAfterPublish: () => undefined,
    onFailure: (error) => {
      throw error;
    },
  });
  publisher.publish(told);
  await publisher.stop();
  return { sent, marked };
}

describe('what a commit leaves in the outbox', () => {
  it('of a local fill is its events, in their order, each with its own id', async () => {
    const { sent, marked } = await publish('local', () => 'stored');
    expect(sent.map(({ messageId }) => messageId)).toEqual([2, 3, 4, 5].map((sequence) => `1000000001:${sequence}`));
    const events = sent.map(({ body }) => AccountEventV1.decode(new TextEncoder().encode(body)));
    expect(events.map((event) => (event.ok ? event.value.type : event.refusal))).toEqual([
      'order.accepted',
      'order.filled',
      'position.opened',
      'margin.changed',
    ]);
    expect(new Set(sent.map(({ subject }) => subject))).toEqual(new Set(['account.1.events.v1.1000000001']));
    expect(marked).toHaveLength(1);
  });

  it('of a provider order is the order first, as its contract has it', async () => {
    const { sent, marked } = await publish('provider', () => 'stored');
    const [order] = sent;
    expect(order?.subject).toBe('provider.lp-a.orders.v1.new');
    const body = ProviderOrderNewV1.decode(new TextEncoder().encode(order?.body));
    expect(body).toMatchObject({
      ok: true,
      value: { symbol: 'EUR/USD', volume: '0.10', referencePrice: '1.08458', maxDeviation: '0.0008', contractSize: '100000' },
    });
    expect(order?.messageId).toBe(body.ok ? body.value.requestId : undefined);
    expect(marked).toHaveLength(2);
  });

  it('of a provider order says until when it may leave', async () => {
    const { store, runAll } = bench('provider');
    await runAll([task(buy('key'))]);
    expect(store.batches[0]?.[0]?.messages).toMatchObject([{ sendBeforeMs: market.nowMs + 2_000 }]);
  });

  it('stays there when the stream did not take it', async () => {
    const { marked } = await publish('provider', ({ subject }) => (subject.startsWith('provider.') ? 'unknown' : 'stored'));
    expect(marked).toHaveLength(1);
  });

  it('stays there when one of its events was not taken', async () => {
    const { marked } = await publish('local', ({ messageId }) => (messageId === '1000000001:4' ? 'not_stored' : 'stored'));
    expect(marked).toEqual([]);
  });
});
