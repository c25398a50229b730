import { createHash } from 'node:crypto';
import { DEAD_LETTER_PAYLOAD_BYTES_MAX, DeadLetterV1 } from '@margrave/contracts';
import type { Logger } from '@margrave/runtime';
import type { Publisher } from './publisher.ts';

/** What is known of a message that cannot be handled. */
export interface DeadMessage {
  readonly subject: string;
  readonly data: Uint8Array;
  readonly stream: string;
  readonly streamSequence: number;
  readonly messageId: string | undefined;
  readonly deliveryCount: number;
}

export interface DeadLetterOptions {
  readonly publisher: Publisher;
  /** The service that gives the message up. */
  readonly service: string;
  /** Milliseconds since 1970 by the machine's clock, for a person to read. */
  readonly now: () => number;
  readonly log: Pick<Logger, 'error'>;
  /** Told of each message that was kept aside, once, for `margrave_dead_letters_total`. */
  readonly onParked?: (message: DeadMessage, reason: string) => void;
}

export interface DeadLetters {
  /**
   * Keeps a message aside with the reason. The same message given up again is kept once. Where there is no room left, it stays
   * where it is, in its stream, and the log says at which place: waiting for room, the messages of one sender would use up
   * what may be unacknowledged, and hold up everybody else's.
   *
   * @throws when it could not be kept for another reason: it must be delivered again then.
   */
  readonly park: (message: DeadMessage, reason: string) => Promise<void>;
}

const [SUBJECT_LENGTH_MAX, MESSAGE_ID_LENGTH_MAX, REASON_LENGTH_MAX] = [256, 200, 300];

export function createDeadLetters({ publisher, service, now, log, onParked }: DeadLetterOptions): DeadLetters {
  return {
    park: async (message, reason) => {
      const letter = letterOf(message, reason, service, now());
      const parameters = { service };
      const outcome = await publisher.publish({
        subject: DeadLetterV1.subject(parameters),
        body: JSON.stringify(letter),
        messageId: DeadLetterV1.deduplicationId(parameters, letter),
      });
      if (outcome.ok) {
        if (!outcome.value.duplicate) onParked?.(message, reason);
        return;
      }
      const { refusal } = outcome;
      if (refusal.reason !== 'stream_full') {
        throw new Error(`the dead letter was not kept: ${refusal.outcome}, ${refusal.reason}`);
      }
      const { subject, stream, streamSequence, payloadSha256, messageId } = letter;
      const place = { subject, stream, streamSequence, messageId, payloadSha256, reason: letter.reason };
      log.error(place, 'There is no room among the dead letters: a message stays in its stream alone');
      onParked?.(message, reason);
    },
  };
}

function letterOf(message: DeadMessage, reason: string, service: string, atMs: number): DeadLetterV1 {
  const { data } = message;
  return {
    service,
    subject: plain(message.subject, SUBJECT_LENGTH_MAX),
    stream: message.stream,
    streamSequence: String(message.streamSequence),
    messageId: message.messageId === undefined ? null : plain(message.messageId, MESSAGE_ID_LENGTH_MAX),
    reason: plain(reason, REASON_LENGTH_MAX),
    payloadSha256: createHash('sha256').update(data).digest('hex'),
    payloadBytes: data.byteLength,
    payloadBase64: Buffer.from(data.subarray(0, DEAD_LETTER_PAYLOAD_BYTES_MAX)).toString('base64'),
    deliveries: message.deliveryCount,
    at: new Date(atMs).toISOString(),
  };
}

/** What a stranger wrote, as the contract allows it: no control characters, no marks that turn text round, no half characters. */
const plain = (text: string, lengthMax: number): string =>
  text
    .slice(0, lengthMax)
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '?');
