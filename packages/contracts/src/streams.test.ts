import type { ProviderName } from '@margrave/vocabulary';
import { MESSAGES } from './messages/messages.ts';
import { EXECUTIONS_CONSUMER, providerOrdersConsumer, STREAM_NAMES, STREAMS } from './streams.ts';

/** Message id, and what a client adds. */
const HEADERS_BYTES_MAX = 1024;

/** Whether every subject of the narrower filter is one of the wider. */
function covers(wider: string, narrower: string): boolean {
  const wide = wider.split('.');
  const narrow = narrower.split('.');
  if (wide.at(-1) === '>') {
    const before = wide.length - 1;
    return narrow.length > before && covers(wide.slice(0, before).join('.'), narrow.slice(0, before).join('.'));
  }
  return wide.length === narrow.length && wide.every((token, index) => token === '*' || token === narrow[index]);
}

describe('the streams', () => {
  it('are the four of WIRE.md, each under its own name', () => {
    expect(STREAM_NAMES).toEqual(['PROVIDER_ORDERS', 'EXECUTIONS', 'EVENTS', 'DEAD']);
    expect(STREAM_NAMES.map((name) => STREAMS[name].name)).toEqual(STREAM_NAMES);
  });

  it.each(STREAM_NAMES)('%s keeps for seven days, on disk, refuses rather than drops, and cannot be emptied', (name) => {
    expect(STREAMS[name]).toMatchObject({
      storage: 'file',
      retention: 'limits',
      discard: 'new',
      denyDelete: true,
      denyPurge: true,
      maxAgeMs: 604_800_000,
      duplicateWindowMs: 600_000,
    });
    expect(STREAMS[name].maxBytes).toBeGreaterThan(0);
  });

  it.each(Object.values(MESSAGES))('take the largest $name, with its headers', ({ stream, bytesMax }) => {
    if (stream !== null) expect(STREAMS[stream].messageBytesMax).toBeGreaterThanOrEqual(bytesMax + HEADERS_BYTES_MAX);
  });

  it('of executions has room for the other providers when one has filled his part with the largest reports', () => {
    const { maxBytes, messageBytesMax, messagesPerSubjectMax } = STREAMS.EXECUTIONS;
    expect(messageBytesMax * messagesPerSubjectMax!).toBeLessThanOrEqual(0.75 * maxBytes);
  });

  it('fit together into the store of the stack, of 3 GB', () =>
    expect(STREAM_NAMES.reduce((sum, name) => sum + STREAMS[name].maxBytes, 0)).toBeLessThan(3e9));

  it('take the subjects of API.md', () =>
    expect(STREAM_NAMES.map((name) => STREAMS[name].subjects)).toEqual([
      ['provider.*.orders.v1.>'],
      ['provider.*.executions.v1'],
      ['account.*.events.v1.*'],
      ['dead.*'],
    ]));

  it('have no subject in common', () => {
    const subjects = Object.values(STREAMS).flatMap((stream) => stream.subjects);
    const common = subjects.filter((subject, index) =>
      subjects.some((other, place) => place !== index && covers(other, subject)),
    );
    expect(common).toEqual([]);
  });

  it.each(
    Object.values(MESSAGES).map((message) => ({
      name: message.name,
      stream: message.stream,
      filter: message.subjectTemplate.filter(),
    })),
  )('take $filter into $stream and no other', ({ stream, filter }) => {
    const taking = STREAM_NAMES.filter((name) => STREAMS[name].subjects.some((subject) => covers(subject, filter)));
    expect(taking).toEqual(stream === null ? [] : [stream]);
  });
});

describe('the consumers', () => {
  it('of a provider bears its name and reads all its requests and nobody else’s', () =>
    expect(providerOrdersConsumer('lp-a' as ProviderName)).toMatchObject({
      stream: 'PROVIDER_ORDERS',
      durable: 'lp-a',
      filter: 'provider.lp-a.orders.v1.>',
    }));
  it.each([providerOrdersConsumer('lp-a' as ProviderName), EXECUTIONS_CONSUMER])(
    'of $stream filters within the subjects of its stream, else NATS refuses it',
    ({ stream, filter }) => expect(STREAMS[stream].subjects.some((subject) => covers(subject, filter))).toBe(true),
  );
  it('of executions is ours', () =>
    expect(EXECUTIONS_CONSUMER).toMatchObject({
      stream: 'EXECUTIONS',
      durable: 'provider-worker',
      filter: 'provider.*.executions.v1',
    }));
});
