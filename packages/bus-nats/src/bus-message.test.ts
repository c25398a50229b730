import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { busMessage, deliveryFacts } from './bus-message.ts';

const STORED_AT = '1767607200123456789';

describe('deliveryFacts', () => {
  const facts = { stream: 'EXECUTIONS', streamSequence: 1042, deliveryCount: 3, storedAtMs: 1_767_607_200_123 };
  it.each([
    ['the short form', `$JS.ACK.EXECUTIONS.provider-worker.3.1042.7.${STORED_AT}.5`],
    ['the long form', `$JS.ACK._.hash.EXECUTIONS.provider-worker.3.1042.7.${STORED_AT}.5`],
    ['the long form with an addition', `$JS.ACK._.hash.EXECUTIONS.provider-worker.3.1042.7.${STORED_AT}.5.random`],
  ])('reads %s', (_form, reply) => expect(deliveryFacts(reply)).toEqual(facts));
  it.each(['', '_INBOX.x', '$JS.ACK.EXECUTIONS.provider-worker', '$JS.API.CONSUMER.MSG.NEXT.a.b.c.d.e'])(
    'finds none in %j',
    (reply) => expect(deliveryFacts(reply)).toBeUndefined(),
  );
});

describe('a message in hand', () => {
  function inHand(park: () => Promise<void> = async () => undefined) {
    const sent: string[] = [];
    const raw = { subject: 's', data: new Uint8Array(), respond: (text: string) => sent.push(text) } as unknown as Msg;
    const client = { isClosed: () => false } as NatsConnection;
    const facts = { stream: 'S', streamSequence: 1, deliveryCount: 1, storedAtMs: 0 };
    return { sent, message: busMessage(client, raw, facts, { deadLetters: { park } }) };
  }

  it('is answered once: what comes after the first answer is not sent', async () => {
    const { sent, message } = inHand();
    message.stillWorking();
    await message.acknowledge();
    await message.retryAfter(5);
    await message.park('too late');
    message.stillWorking();
    expect(sent).toEqual(['+WPI', '+ACK']);
  });

  it('asks for its return after a time, in nanoseconds, or at once', async () => {
    const [later, now] = [inHand(), inHand()];
    await later.message.retryAfter(250);
    await now.message.retryAfter(0);
    expect([later.sent, now.sent]).toEqual([['-NAK {"delay":250000000}'], ['-NAK']]);
  });

  it('is not given up before it was kept aside', async () => {
    const { sent, message } = inHand(() => Promise.reject(new Error('no stream')));
    await expect(message.park('poison')).rejects.toThrow('no stream');
    expect(sent).toEqual([]);
    await message.retryAfter(0);
    expect(sent).toEqual(['-NAK']);
  });
});
