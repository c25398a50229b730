import type { Message } from '@margrave/runtime';
import { nanos, type Msg, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import type { DeadLetters } from './dead-letters.ts';

/** A message of a stream, as its consumer delivered it. */
export interface BusMessage extends Message {
  readonly stream: string;
  readonly streamSequence: number;
  /** The `Nats-Msg-Id` it was published with. */
  readonly messageId: string | undefined;
  /** When the stream stored it, in milliseconds since 1970 by the server's clock. */
  readonly storedAtMs: number;
  readonly header: (name: string) => string | undefined;
}

/** Where a delivered message stands, as its reply subject says. */
export interface DeliveryFacts {
  readonly stream: string;
  readonly streamSequence: number;
  readonly deliveryCount: number;
  readonly storedAtMs: number;
}

const ACKNOWLEDGED = '+ACK';
const AGAIN = '-NAK';
const NEVER_AGAIN = '+TERM';
const STILL_WORKING = '+WPI';
const NANOS_PER_MS = 1_000_000n;

/**
 * Reads `$JS.ACK.{stream}.{consumer}.{delivered}.{stream sequence}.{consumer sequence}.{nanoseconds}.{pending}`, or the
 * longer form with the domain and the account's hash after `$JS.ACK`, to which a server may add at the end.
 */
export function deliveryFacts(reply: string): DeliveryFacts | undefined {
  const tokens = reply.split('.');
  if (tokens[0] !== '$JS' || tokens[1] !== 'ACK' || tokens.length < 9) return undefined;
  const [stream, , delivered, sequence, , storedAtNanos] = tokens.slice(tokens.length >= 11 ? 4 : 2);
  if (stream === undefined || delivered === undefined || sequence === undefined || storedAtNanos === undefined) return undefined;
  return {
    stream,
    streamSequence: Number.parseInt(sequence, 10),
    deliveryCount: Number.parseInt(delivered, 10),
    storedAtMs: Number(BigInt(storedAtNanos) / NANOS_PER_MS),
  };
}

export interface MessageOptions {
  readonly deadLetters: DeadLetters;
  /** Has every acknowledgement confirmed by the server within this time; without it they are sent and not waited for. */
  readonly confirmWithinMs?: number;
}

/**
 * The headers of a message; none where nobody can read them. The server lets them through as they came, and what is thrown
 * where a message is heard ends the reading of its connection: a stranger's headers would silence everybody else's reports.
 */
function headersOf(raw: Msg): MsgHdrs | undefined {
  try {
    return raw.headers;
  } catch {
    return undefined; // the client's only way to say that a name or a value is none
  }
}

const MESSAGE_ID = 'Nats-Msg-Id';

/** The id that a message was published with. */
export const messageIdOf = (raw: Msg): string | undefined => headersOf(raw)?.get(MESSAGE_ID) || undefined;

/** The message in hand, with the answers that end its delivery. An answer after the first one does nothing. */
export function busMessage(client: NatsConnection, raw: Msg, facts: DeliveryFacts, options: MessageOptions): BusMessage {
  let answered = false;
  const fields = headersOf(raw);
  const header = (name: string): string | undefined => {
    const value = fields?.get(name);
    return value === undefined || value === '' ? undefined : value;
  };
  const answer = (text: string): void => {
    if (answered) return;
    answered = true;
    raw.respond(text);
  };
  const message: BusMessage = {
    ...facts,
    subject: raw.subject,
    data: raw.data,
    messageId: header(MESSAGE_ID),
    header,
    acknowledge: async () => {
      if (options.confirmWithinMs === undefined) answer(ACKNOWLEDGED);
      else if (!answered) {
        answered = true;
        await client.request(raw.reply ?? '', ACKNOWLEDGED, { timeout: options.confirmWithinMs });
      }
    },
    retryAfter: (delayMs) => answer(delayMs <= 0 ? AGAIN : `${AGAIN} ${JSON.stringify({ delay: nanos(delayMs) })}`),
    park: async (reason) => {
      await options.deadLetters.park(message, reason);
      answer(NEVER_AGAIN);
    },
    stillWorking: () => {
      if (!answered && !client.isClosed()) raw.respond(STILL_WORKING);
    },
  };
  return message;
}
