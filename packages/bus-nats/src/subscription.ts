import { asError, type Logger } from '@margrave/runtime';
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import type { BusConnection } from './connection.ts';
import { messageIdOf } from './bus-message.ts';
import { decoderOf, type Decoded, type ReadableContract } from './decoder.ts';

interface ListenOptions {
  /** Told of what could not be read, with the reason, for a metric. */
  readonly onUndecodable: (reason: string, subject: string) => void;
  /** `onMessage` threw: a bug, and the service is to stop. */
  readonly onBug: (error: Error) => void;
  readonly log: Logger;
}

export interface SubscribeOptions<Body, Subject extends Readonly<Record<string, string>>> extends ListenOptions {
  readonly contract: ReadableContract<Body, Subject>;
  /** Which subjects: a wildcard stands for each parameter that is not given. */
  readonly only?: Partial<Subject>;
  /** Takes each message as it arrives. It returns at once and never waits: so nothing piles up here. */
  readonly onMessage: (message: Decoded<Body, Subject>) => void;
}

export interface NoticeOptions<Id, Subject extends Readonly<Record<string, string>>> extends ListenOptions {
  readonly contract: Pick<ReadableContract<unknown, Subject>, 'name' | 'subjectTemplate'> & {
    /** What a `Nats-Msg-Id` of this contract says. */
    readonly readId: (messageId: string) => Id | undefined;
  };
  readonly onMessage: (id: Id) => void;
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
  const { contract, only, onMessage } = options;
  const decode = decoderOf(contract);
  return listen(connection, contract.subjectTemplate.filter(only), options, (message) => {
    const decoded = decode(message);
    if (decoded.ok) onMessage(decoded.value);
    else options.onUndecodable(decoded.refusal, message.subject);
  });
}

/**
 * Hears as `subscribe` does that messages of a stream were sent, by their ids, and reads none: a busy service would spend more on
 * reading what others say than on its own work.
 *
 * @returns what ends it.
 */
export const notice = <Id, Subject extends Readonly<Record<string, string>>>(
  connection: BusConnection,
  options: NoticeOptions<Id, Subject>,
): (() => void) =>
  listen(connection, options.contract.subjectTemplate.filter(), options, (message) => {
    const id = options.contract.readId(messageIdOf(message) ?? '');
    if (id === undefined) options.onUndecodable(`not an id of ${options.contract.name}`, message.subject);
    else options.onMessage(id);
  });

function listen(
  connection: BusConnection,
  subject: string,
  { onBug, log }: ListenOptions,
  take: (message: Msg) => void,
): () => void {
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
      take(message);
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
