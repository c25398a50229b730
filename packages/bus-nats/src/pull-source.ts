import { asError, backoffMs, sleep, withDeadline, type Logger, type MessageSource, type Random } from '@margrave/runtime';
import assert from 'node:assert/strict';
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';
import { busMessage, deliveryFacts, type BusMessage } from './bus-message.ts';
import type { BusConnection } from './connection.ts';
import { ensureConsumer, type ConsumerSpec } from './consumer.ts';
import type { DeadLetters } from './dead-letters.ts';
import { startPull, type Pull, type PullTiming } from './pull.ts';

export interface PullSourceOptions {
  readonly consumer: ConsumerSpec;
  /** Who makes the consumer. One that others make is asked for messages until it is there; who may not make it may not look at it. */
  readonly madeBy?: 'us' | 'others';
  readonly deadLetters: DeadLetters;
  readonly log: Logger;
  readonly random: Random;
  /** How many messages may wait here, taken from the server and not yet by the loop. Well below `maxAckPending`. */
  readonly bufferMax?: number;
  readonly confirmWithinMs?: number;
  /** The stream is not there: somebody is to make it (`StreamKeeper.missing`). */
  readonly onStreamMissing?: () => void;
  /**
   * The consumer was made, for the first time or because it was lost. One that starts at the end may have missed messages:
   * who relies on having seen all of them reads the state anew.
   */
  readonly onCreated?: () => void;
  readonly timing?: Partial<PullTiming>;
}

export interface PullSource extends MessageSource<BusMessage> {
  /** Whether messages are being asked for at this moment. */
  readonly isAttached: () => boolean;
}

const BUFFER_MAX = 512;
const TIMING: PullTiming = { expiresMs: 30_000, heartbeatMs: 2_000 };
/** Silence is then the only sign that there is no consumer yet. */
const AWAITED_HEARTBEAT_MS = 500;
const BACKOFF = { firstMs: 50, maxMs: 2_000 };
const DRAIN_DEADLINE_MS = 1_000;

/**
 * Messages of a durable consumer, as a source for the consumer loop. It holds a bounded number of messages; what is not
 * asked for stays with the server. When the connection, the consumer or the stream is lost it attaches anew, for ever, and
 * makes the consumer if it has to and may.
 *
 * What it holds when it is stopped is handled, not given back: nats-server 2.9 mislays a message that is given back while
 * the only request for messages is one that nobody waits for any more, until its acknowledgement is overdue.
 */
export function openPullSource(connection: BusConnection, options: PullSourceOptions): PullSource {
  const { consumer, log, random, bufferMax = BUFFER_MAX, onStreamMissing, onCreated } = options;
  const isOurs = options.madeBy !== 'others';
  const timing = { ...TIMING, ...(isOurs ? {} : { heartbeatMs: AWAITED_HEARTBEAT_MS }), ...options.timing };
  const buffer: BusMessage[] = [];
  const stopping = new AbortController();
  let pull: Pull | undefined;
  let wake: () => void = () => undefined;
  let waiting = false;
  let drained = false;

  const take = (client: NatsConnection, raw: Msg): void => {
    const facts = deliveryFacts(raw.reply ?? '');
    if (facts === undefined) {
      log.error({ subject: raw.subject }, 'A message came that no consumer delivered');
      return;
    }
    const message = busMessage(client, raw, facts, options);
    buffer.push(message);
    wake();
  };

  const refill = (): void => pull?.ask(bufferMax - buffer.length);

  /** Attaches to the consumer and resolves, with the reason, when it is lost. */
  const attach = async (client: NatsConnection): Promise<string> => {
    if (isOurs && (await ensureConsumer(client, consumer)) === 'created') {
      log.info({ stream: consumer.stream, consumer: consumer.durable }, 'Consumer made');
      onCreated?.();
    }
    let lose: (reason: string) => void = () => undefined;
    const lost = new Promise<string>((resolve) => (lose = resolve));
    const attached = startPull(client, consumer, connection.newInbox(), timing, {
      onMessage: (raw) => take(client, raw),
      onExpired: refill,
      onBroken: lose,
    });
    const stopListening = connection.onDisconnected(() => lose('the connection was lost'));
    const stopped = (): void => lose('it was stopped');
    stopping.signal.addEventListener('abort', stopped, { once: true });
    if (stopping.signal.aborted) stopped();
    pull = attached;
    refill();
    try {
      return await lost;
    } finally {
      pull = undefined;
      stopListening();
      stopping.signal.removeEventListener('abort', stopped);
      await withDeadline(attached.end(), DRAIN_DEADLINE_MS, 'ending a request for messages').catch((error: unknown) =>
        log.debug({ err: asError(error) }, 'A request for messages was left behind'),
      );
    }
  };

  const stayAttached = async (): Promise<void> => {
    let failures = 0;
    while (!stopping.signal.aborted) {
      const client = await connection.untilConnected(stopping.signal);
      if (client === undefined) return;
      const startedAt = performance.now();
      const reason = await attach(client).catch((error: unknown) => {
        if (isStreamMissing(error)) onStreamMissing?.();
        return asError(error).message;
      });
      if (stopping.signal.aborted) return;
      // What held for a while and broke is tried again at once.
      failures = performance.now() - startedAt > BACKOFF.maxMs ? 1 : failures + 1;
      log.warn({ stream: consumer.stream, consumer: consumer.durable, reason }, 'Not attached to the consumer; trying again');
      await sleep(backoffMs(BACKOFF, failures, random), stopping.signal);
    }
  };
  const detached = stayAttached().finally(() => {
    drained = true;
    wake();
  });

  return {
    isAttached: () => pull !== undefined && (isOurs || pull.isAnswered()),
    next: async (max) => {
      assert(!waiting, 'one loop reads a source');
      while (buffer.length === 0 && !drained) {
        waiting = true;
        await new Promise<void>((resolve) => (wake = resolve));
        waiting = false;
      }
      const batch = buffer.splice(0, max);
      refill();
      return batch;
    },
    stop: async () => {
      stopping.abort();
      await detached;
    },
  };
}

const isStreamMissing = (error: unknown): boolean =>
  error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound;
