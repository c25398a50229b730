import { asError, isBug } from '@margrave/runtime';
import { ok, refuse, type Result } from '@margrave/vocabulary';
import { jetstream, type JetStreamClient, type PubAck } from '@nats-io/jetstream';
import { headers, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import type { BusConnection } from './connection.ts';
import { describePublishError, type PublishFailure } from './publish-failure.ts';
import { assertSubject } from './subject.ts';

/** The stream has the message. */
export interface Stored {
  readonly stream: string;
  readonly sequence: number;
  /** It was there already, under the same message id, and was not stored again. */
  readonly duplicate: boolean;
}

export interface OutgoingMessage {
  readonly subject: string;
  readonly body: string | Uint8Array;
  /** The `Nats-Msg-Id`: within the stream's window the same id is stored once. */
  readonly messageId: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export type PublishOutcome = Result<Stored, PublishFailure>;

export interface Publisher {
  /** Publishes one message to the stream that keeps its subject, and waits for the stream's word. Rejects only for bugs. */
  readonly publish: (message: OutgoingMessage) => Promise<PublishOutcome>;
  /** Publishes many, with many in flight at once; outcomes in the order of the messages, whatever the order in the stream. */
  readonly publishMany: (messages: readonly OutgoingMessage[]) => Promise<readonly PublishOutcome[]>;
}

export interface PublisherOptions {
  /** How long a stream may take to answer. */
  readonly deadlineMs: number;
  readonly inFlightMax?: number;
  /** Told of every message that did not get its "stored", for metrics. */
  readonly onFailure?: (failure: PublishFailure, message: OutgoingMessage) => void;
}

const IN_FLIGHT_MAX = 256;

/** Publishing with the stream's acknowledgement. What it cannot vouch for it calls `unknown`, never `not_stored`. */
export function createPublisher(connection: BusConnection, options: PublisherOptions): Publisher {
  const { deadlineMs, inFlightMax = IN_FLIGHT_MAX, onFailure } = options;
  const inFlight = new Set<(failure: PublishFailure) => void>();
  let stream: { readonly client: NatsConnection; readonly jetstream: JetStreamClient } | undefined;

  connection.onDisconnected(() => {
    // The answers were on the lost connection: waiting for them until the deadline would only hold up the sender.
    const lost: PublishFailure = {
      outcome: 'unknown',
      reason: 'connection_lost',
      detail: 'the connection was lost before the answer',
    };
    for (const give of [...inFlight]) give(lost);
  });

  const jetstreamOf = (client: NatsConnection): JetStreamClient => {
    if (stream?.client !== client) stream = { client, jetstream: jetstream(client) };
    return stream.jetstream;
  };

  const send = (client: NatsConnection, message: OutgoingMessage): Promise<PublishOutcome> =>
    new Promise((resolve, reject) => {
      const fail = (failure: PublishFailure): void => {
        inFlight.delete(fail);
        resolve(refuse(failure));
      };
      inFlight.add(fail);
      jetstreamOf(client)
        .publish(message.subject, message.body, publishOptions(message, deadlineMs))
        .then(
          (acknowledgement) => {
            inFlight.delete(fail);
            resolve(ok(storedOf(acknowledgement)));
          },
          (error: unknown) => {
            if (!isBug(error)) fail(describePublishError(error));
            else {
              inFlight.delete(fail);
              reject(asError(error));
            }
          },
        );
    });

  const publish = async (message: OutgoingMessage): Promise<PublishOutcome> => {
    assertSubject(message.subject);
    const client = connection.client();
    const outcome: PublishOutcome =
      client === undefined || !connection.isConnected()
        ? refuse({ outcome: 'not_stored', reason: 'not_connected', detail: 'there is no connection to NATS' })
        : await send(client, message);
    if (!outcome.ok) onFailure?.(outcome.refusal, message);
    return outcome;
  };

  const publishMany = async (messages: readonly OutgoingMessage[]): Promise<readonly PublishOutcome[]> => {
    const outcomes: PublishOutcome[] = new Array<PublishOutcome>(messages.length);
    const queue = messages.entries();
    const lane = async (): Promise<void> => {
      for (const [index, message] of queue) outcomes[index] = await publish(message);
    };
    await Promise.all(Array.from({ length: Math.min(inFlightMax, messages.length) }, lane));
    return outcomes;
  };

  return { publish, publishMany };
}

const publishOptions = (message: OutgoingMessage, deadlineMs: number) => ({
  msgID: message.messageId,
  timeout: deadlineMs,
  ...(message.headers === undefined ? {} : { headers: headersOf(message.headers) }),
});

export function headersOf(fields: Readonly<Record<string, string>>): MsgHdrs {
  const made = headers();
  for (const [name, value] of Object.entries(fields)) made.set(name, value);
  return made;
}

const storedOf = ({ stream, seq, duplicate }: PubAck): Stored => ({ stream, sequence: seq, duplicate });
