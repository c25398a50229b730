import { Type, type Static } from 'typebox';
import { count, orNull, plainText, time } from '../fields.ts';
import { NAME_PATTERN } from '../fields.ts';
import { streamMessage } from '../message.ts';
import { subjectTemplate } from '../subject.ts';

const SERVICE_NAME = new RegExp(NAME_PATTERN);
const checkServiceName = (unchecked: string): string | undefined => (SERVICE_NAME.test(unchecked) ? unchecked : undefined);

/** Of a larger payload only the beginning is kept. */
export const DEAD_LETTER_PAYLOAD_BYTES_MAX = 64 * 1024;
const BASE64_LENGTH_MAX = Math.ceil(DEAD_LETTER_PAYLOAD_BYTES_MAX / 3) * 4;

const schema = Type.Object(
  {
    service: Type.String({ pattern: NAME_PATTERN, description: 'Who could not read it, as in the subject.' }),
    subject: plainText(256, 'Where it came from.'),
    stream: orNull(plainText(64, 'The stream that keeps the message; null if none does.')),
    streamSequence: orNull(count('Its place in that stream.')),
    messageId: orNull(plainText(200, 'Its Nats-Msg-Id.')),
    reason: plainText(300, 'Why it could not be read; repeats nothing of the message.'),
    payloadSha256: Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 of the whole payload.' }),
    payloadBytes: Type.Integer({ minimum: 0, description: 'Size of the whole payload.' }),
    payloadBase64: Type.String({
      pattern: '^[A-Za-z0-9+/]*={0,2}$',
      maxLength: BASE64_LENGTH_MAX,
      description: 'The payload as it came, at most its first 64 KiB.',
    }),
    deliveries: Type.Integer({ minimum: 1, description: 'How often it was delivered.' }),
    at: time('When it was given up.'),
  },
  { title: 'DeadLetterV1' },
);

/**
 * A message that a service could not read, kept for a person to look at.
 *
 * From: any consumer. To: operations.
 * Frozen after its first release: a field may be added as optional; anything else is `dead-letter.v2.ts`.
 */
export const DeadLetterV1 = streamMessage({
  name: 'dead.letter',
  version: 1,
  summary: 'A message that a service could not read.',
  description: 'Published before the unreadable message is terminated, so that it neither blocks nor vanishes.',
  from: 'any consumer',
  to: 'operations',
  subjectTemplate: subjectTemplate('dead.{service}', { service: checkServiceName }),
  stream: 'DEAD',
  deduplicationId: (_parameters, letter) =>
    `${letter.service}:${letter.stream ?? ''}:${letter.streamSequence ?? ''}:${letter.payloadSha256.slice(0, 32)}`,
  deduplicationRule: '`{service}:{stream}:{streamSequence}:{first 32 digits of payloadSha256}`',
  bytesMax: 128 * 1024,
  schema,
  example: {
    service: 'provider-worker',
    subject: 'provider.lp-a.executions.v1',
    stream: 'EXECUTIONS',
    streamSequence: '1042',
    messageId: 'lp-a:lp-a-20260105-991',
    reason: '/lastVolume must be string',
    payloadSha256: '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
    payloadBytes: 2,
    payloadBase64: 'e30=',
    deliveries: 1,
    at: '2026-01-05T10:00:00.000Z',
  },
});

export type DeadLetterV1 = Static<typeof schema>;
