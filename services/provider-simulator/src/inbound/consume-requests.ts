import type { BusMessage } from '@margrave/bus-nats';
import {
  DONE,
  runConsumerLoop,
  type ConsumerLoop,
  type Logger,
  type MessageSource,
  type Outcome,
  type Random,
} from '@margrave/runtime';
import { ok } from '@margrave/vocabulary';
import type { Provider } from '../app/provider.ts';
import type { ProviderRequest } from '../app/request.ts';
import { readRequest, type Unreadable } from './requests.ts';
import { shareSource } from './share-source.ts';

export interface ConsumeRequestsOptions {
  readonly source: MessageSource<BusMessage>;
  readonly provider: Pick<Provider, 'take'>;
  /** How many requests are in hand at once. */
  readonly inHandMax: number;
  readonly ackWaitMs: number;
  readonly log: Logger;
  readonly random: Random;
  readonly onRequest: (kind: ProviderRequest['kind'] | Unreadable['kind']) => void;
  readonly onOutcome: (kind: Outcome['kind']) => void;
  readonly onBug: (error: Error) => void;
}

const STOPPED: Outcome = { kind: 'retry', reason: 'the provider stops', delayMs: 0 };

/** Well below the time after which the bus takes a request for lost. */
const STILL_WORKING_PER_ACK_WAIT = 3;

/**
 * Hears the requests to this provider and acknowledges each when its reports are in the stream. What cannot be read and
 * answered is acknowledged too, after a line in the log: the dead letters are the broker's, and a provider may not write there.
 */
export function consumeRequests(options: ConsumeRequestsOptions): readonly ConsumerLoop[] {
  const { source, provider, inHandMax, ackWaitMs, log, random, onRequest, onOutcome, onBug } = options;

  const handle = async (request: ProviderRequest | Unreadable, message: BusMessage): Promise<Outcome> => {
    onRequest(request.kind);
    if (request.kind !== 'unreadable') return (await provider.take(request)) === 'told' ? DONE : STOPPED;
    const { subject, stream, streamSequence } = message;
    log.error({ subject, stream, streamSequence, reason: request.reason }, 'A request can be neither read nor answered');
    return DONE;
  };

  return shareSource(source, inHandMax).map((share) =>
    runConsumerLoop<ProviderRequest | Unreadable, BusMessage>({
      source: share,
      batchSizeMax: 1,
      decode: (message) => ok(readRequest(message)),
      handle: (batch) => Promise.all(batch.map(({ value, message }) => handle(value, message))),
      log,
      random,
      stillWorkingEveryMs: ackWaitMs / STILL_WORKING_PER_ACK_WAIT,
      onOutcome,
      onBug,
    }),
  );
}
