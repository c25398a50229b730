import { isBug } from '@margrave/runtime';
import { refuse } from '@margrave/vocabulary';
import type { NatsConnection } from '@nats-io/transport-node';
import type { BusConnection } from './connection.ts';
import { describePublishError, type PublishFailure } from './publish-failure.ts';
import type { PublishOutcome } from './publish-outcome.ts';
import { StreamAnswers } from './stream-answers.ts';
import { assertSubject } from './subject.ts';

export interface OutgoingMessage {
  readonly subject: string;
  readonly body: string | Uint8Array;
  /** The `Nats-Msg-Id`: within the stream's window the same id is stored once. */
  readonly messageId: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Publisher {
  /** Publishes one message to the stream that keeps its subject, and waits for the stream's word. Rejects only for bugs. */
  readonly publish: (message: OutgoingMessage) => Promise<PublishOutcome>;
  /** Publishes many, with many in flight at once; outcomes in the order of the messages, whatever the order in the stream. */
  readonly publishMany: (messages: readonly OutgoingMessage[]) => Promise<readonly PublishOutcome[]>;
}

export interface PublisherOptions {
  /** How long a stream may take to answer. */
  readonly deadlineMs: number;
  /** Told of every message that did not get its "stored", for metrics. */
  readonly onFailure?: (failure: PublishFailure, message: OutgoingMessage) => void;
}

/** Of one `publishMany`: more than a batch of the busiest service has to say. */
const IN_FLIGHT_MAX = 1_024;
const NOT_CONNECTED: PublishFailure = {
  outcome: 'not_stored',
  reason: 'not_connected',
  detail: 'there is no connection to NATS',
};

/** Publishing with the stream's acknowledgement. What it cannot vouch for it calls `unknown`, never `not_stored`. */
export function createPublisher(connection: BusConnection, options: PublisherOptions): Publisher {
  const { deadlineMs, onFailure } = options;
  let answers: StreamAnswers | undefined;

  connection.onDisconnected(() => {
    // The answers were on the lost connection: waiting for them until the deadline would only hold up the sender.
    answers?.failAll({
      outcome: 'unknown',
      reason: 'connection_lost',
      detail: 'the connection was lost before the answer',
    });
  });

  const send = async (
    { subject, body, messageId, headers }: OutgoingMessage,
    client: NatsConnection,
  ): Promise<PublishOutcome> => {
    if (answers === undefined || answers.isDeaf) {
      try {
        answers = new StreamAnswers(client, connection.newInbox(), deadlineMs);
      } catch (error) {
        if (isBug(error)) throw error;
        return refuse(describePublishError(error));
      }
    }
    return answers.send(subject, body, { ...headers, 'Nats-Msg-Id': messageId });
  };

  const publish = async (message: OutgoingMessage): Promise<PublishOutcome> => {
    assertSubject(message.subject);
    const client = connection.client();
    const isConnected = client !== undefined && connection.isConnected();
    const outcome = isConnected ? await send(message, client) : refuse(NOT_CONNECTED);
    if (!outcome.ok) onFailure?.(outcome.refusal, message);
    return outcome;
  };

  const publishMany = async (messages: readonly OutgoingMessage[]): Promise<readonly PublishOutcome[]> => {
    const outcomes: PublishOutcome[] = [];
    for (let sent = 0; sent < messages.length; sent += IN_FLIGHT_MAX) {
      outcomes.push(...(await Promise.all(messages.slice(sent, sent + IN_FLIGHT_MAX).map(publish))));
    }
    return outcomes;
  };

  return { publish, publishMany };
}
