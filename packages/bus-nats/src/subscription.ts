import { asError, type Logger } from '@margrave/runtime';
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import type { BusConnection } from './connection.ts';
import { decoderOf, type Decoded, type ReadableContract } from './decoder.ts';

export interface SubscribeOptions<Body, Subject extends Readonly<Record<string, string>>> {
  readonly contract: ReadableContract<Body, Subject>;
  /** Which subjects: a wildcard stands for each parameter that is not given. */
  readonly only?: Partial<Subject>;
  /** Takes each message as it arrives. It returns at once and never waits: so nothing piles up here. */
  readonly onMessage: (message: Decoded<Body, Subject>) => void;
  /** Told of what could not be read, with the reason, for a metric. */
  readonly onUndecodable: (reason: string, subject: string) => void;
  /** `onMessage` threw: a bug, and the service is to stop. */
  readonly onBug: (error: Error) => void;
  readonly log: Logger;
}

/**
 * Hears what nobody keeps, in the order in which each sender sent it, as long as there is a connection. What was sent
 * meanwhile is gone: the messages themselves must show a gap.
 *
 * @returns what ends it.
 */
export function subscribe<Body, Subject extends Readonly<Record<string, string>>>(
  connection: BusConnection,
  options: SubscribeOptions<Body, Subject>,
): () => void {
  const { contract, only, onMessage, onUndecodable, onBug, log } = options;
  const decode = decoderOf(contract);
  const subject = contract.subjectTemplate.filter(only);
  let subscription: Subscription | undefined;
  let ended = false;

  // Nothing may be thrown from here: the client would stop reading its connection, and say so nowhere.
  const hear = (error: Error | null, message: Msg): void => {
    if (ended) return;
    if (error !== null) {
      log.error({ err: error, subject }, 'The server does not let us subscribe');
      return;
    }
    try {
      const decoded = decode(message);
      if (decoded.ok) onMessage(decoded.value);
      else onUndecodable(decoded.refusal, message.subject);
    } catch (thrown) {
      onBug(asError(thrown));
    }
  };

  // Once is enough: the client subscribes again after it lost its connection.
  void connection.ready.then((client: NatsConnection) => {
    if (!ended && !client.isClosed()) subscription = client.subscribe(subject, { callback: hear });
  });

  return () => {
    ended = true;
    if (subscription !== undefined && !subscription.isClosed()) subscription.unsubscribe();
  };
}
