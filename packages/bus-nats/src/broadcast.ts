import { asError, type Logger } from '@margrave/runtime';
import type { BusConnection } from './connection.ts';
import { assertSubject } from './subject.ts';

export interface BroadcasterOptions {
  readonly log: Logger;
  /** How many bytes may be on their way without the server having answered; what comes on top is dropped. */
  readonly unansweredBytesMax?: number;
}

/** Publishes what nobody keeps and only the latest of which matters: quotes, hints. */
export interface Broadcaster {
  /** Sends, or drops: false when there is no connection or the server does not keep up. */
  readonly broadcast: (subject: string, body: string | Uint8Array) => boolean;
}

const UNANSWERED_BYTES_MAX = 8 * 1024 * 1024;
const ASK_EVERY_BYTES = 256 * 1024;

/**
 * Fire and forget, with bounded memory: a server that stands still while its connection stays open would otherwise have us
 * keep all that it does not read.
 */
export function createBroadcaster(connection: BusConnection, options: BroadcasterOptions): Broadcaster {
  const { log, unansweredBytesMax = UNANSWERED_BYTES_MAX } = options;
  let unanswered = 0;
  let sinceAsked = 0;

  const ask = (client: NonNullable<ReturnType<BusConnection['client']>>): void => {
    const asked = sinceAsked;
    sinceAsked = 0;
    client
      .flush()
      .catch((error: unknown) => log.debug({ err: asError(error) }, 'A round trip to NATS was cut off')) // and its bytes with it
      .finally(() => {
        unanswered -= asked;
      });
  };

  return {
    broadcast: (subject, body) => {
      assertSubject(subject);
      const client = connection.client();
      if (client === undefined || !connection.isConnected() || unanswered > unansweredBytesMax) return false;
      client.publish(subject, body);
      unanswered += body.length;
      sinceAsked += body.length;
      if (sinceAsked >= ASK_EVERY_BYTES) ask(client);
      return true;
    },
  };
}
