import { createHash } from 'node:crypto';
import { DeadLetterV1 } from '@margrave/contracts';
import { ok, refuse } from '@margrave/vocabulary';
import { createDeadLetters, type DeadMessage } from './dead-letters.ts';
import type { OutgoingMessage } from './publisher.ts';
import type { PublishOutcome } from './publish-outcome.ts';

const message: DeadMessage = {
  subject: 'provider.lp-a.executions.v1',
  data: new TextEncoder().encode('{"not":"a report'),
  stream: 'EXECUTIONS',
  streamSequence: 1042,
  messageId: 'lp-a:991',
  deliveryCount: 2,
};

function deadLetters(answer: () => PublishOutcome) {
  const sent: OutgoingMessage[] = [];
  const parked: string[] = [];
  const logged: object[] = [];
  const publish = (outgoing: OutgoingMessage) => {
    sent.push(outgoing);
    return Promise.resolve(answer());
  };
  const letters = createDeadLetters({
    publisher: { publish, publishMany: () => Promise.reject(new Error('not used')) },
    service: 'provider-worker',
    now: () => Date.UTC(2026, 0, 5, 10),
    log: { error: (entry: object) => void logged.push(entry) },
    onParked: (_, reason) => parked.push(reason),
  });
  const letter = (index = 0) => DeadLetterV1.decode(new TextEncoder().encode(String(sent[index]?.body)));
  return { letters, sent, parked, logged, letter };
}
const stored = (duplicate: boolean) => (): PublishOutcome => ok({ stream: 'DEAD', sequence: 1, duplicate });

it('keeps what is needed to understand and to send again, as the contract says', async () => {
  const { letters, sent, letter } = deadLetters(stored(false));
  await letters.park(message, 'not JSON');
  const payloadSha256 = createHash('sha256').update(message.data).digest('hex');
  expect(sent[0]).toMatchObject({
    subject: 'dead.provider-worker',
    messageId: `provider-worker:EXECUTIONS:1042:${payloadSha256.slice(0, 32)}`,
  });
  expect(letter()).toEqual({
    ok: true,
    value: {
      service: 'provider-worker',
      subject: 'provider.lp-a.executions.v1',
      stream: 'EXECUTIONS',
      streamSequence: '1042',
      messageId: 'lp-a:991',
      reason: 'not JSON',
      payloadSha256,
      payloadBytes: 16,
      payloadBase64: Buffer.from(message.data).toString('base64'),
      deliveries: 2,
      at: '2026-01-05T10:00:00.000Z',
    },
  });
});

it.each<[string, Partial<DeadMessage>, string]>([
  ['a megabyte', { data: new Uint8Array(1_048_576).fill(255) }, 'too large'],
  ['nothing at all', { data: new Uint8Array(), messageId: undefined }, 'empty'],
  [
    'control characters and text that turns round',
    { messageId: 'a\r\nb\u202e\ud800', subject: `x.${'y'.repeat(400)}` },
    'bad\u0000\u200b',
  ],
  ['an endless reason', {}, 'r'.repeat(5_000)],
])('makes a letter that fits the contract of %s', async (_case, odd, reason) => {
  const { letters, letter } = deadLetters(stored(false));
  await letters.park({ ...message, ...odd }, reason);
  const read = letter();
  expect(read).toMatchObject({ ok: true });
  expect(read.ok && read.value.payloadBytes).toBe((odd.data ?? message.data).byteLength);
});

it('counts a message once that is given up again', async () => {
  const { letters, parked } = deadLetters(stored(true));
  await letters.park(message, 'not JSON');
  expect(parked).toEqual([]);
});

it('fails when the letter was not kept, so that the message comes again', async () => {
  const { letters, parked } = deadLetters(() => refuse({ outcome: 'not_stored', reason: 'no_stream', detail: 'no stream' }));
  await expect(letters.park(message, 'not JSON')).rejects.toThrow('the dead letter was not kept: not_stored, no_stream');
  expect(parked).toEqual([]);
});

it('is counted and told by its place where there is no room for the letter, and does not come again', async () => {
  const { letters, parked, logged } = deadLetters(() =>
    refuse({ outcome: 'not_stored', reason: 'stream_full', detail: 'maximum bytes exceeded' }),
  );
  await letters.park(message, 'not JSON');
  expect(parked).toEqual(['not JSON']);
  expect(logged).toMatchObject([{ stream: 'EXECUTIONS', streamSequence: '1042', messageId: 'lp-a:991', reason: 'not JSON' }]);
});
