import assert from 'node:assert/strict';
import { refuse, type Result } from '@margrave/vocabulary';
import { asError, isBug } from './bug.ts';
import type { Logger } from './logging.ts';
import type { Message, MessageSource } from './message.ts';
import { backoffMs, type Backoff, type Random } from './retry.ts';

/** What became of one message. Whatever the handler throws instead is a bug, or makes its whole batch `retry`. */
export type Outcome =
  | { readonly kind: 'done' }
  /** It can never be handled: it is kept aside with the reason. */
  | { readonly kind: 'poison'; readonly reason: string }
  /** It cannot be handled now; `delayMs` where the handler knows better than the back-off. */
  | { readonly kind: 'retry'; readonly reason: string; readonly delayMs?: number };

export const DONE: Outcome = { kind: 'done' };

export interface Delivery<Value, M extends Message = Message> {
  readonly value: Value;
  readonly message: M;
}

export interface ConsumerLoopOptions<Value, M extends Message = Message> {
  readonly source: MessageSource<M>;
  readonly batchSizeMax: number;
  /** Reads the bytes of one message; a refusal says why they mean nothing. Pure, and made for hostile input. */
  readonly decode: (message: M) => Result<Value, string>;
  /** Handles a batch; one outcome for each delivery, in order. The effect must be committed when it returns. */
  readonly handle: (batch: readonly Delivery<Value, M>[]) => Promise<readonly Outcome[]>;
  readonly log: Logger;
  readonly backoff?: Backoff;
  readonly random: Random;
  /** How often the bus is told that a slow batch is still worked on; well below its patience with an unacknowledged message. */
  readonly stillWorkingEveryMs: number;
  /** Told of each message's outcome, for metrics. */
  readonly onOutcome?: (kind: Outcome['kind'], message: M) => void;
  /** A bug was found: nothing was acknowledged, the loop has ended, and the service is to stop with a non-zero exit. */
  readonly onBug: (error: Error) => void;
}

export interface ConsumerLoop {
  /** Takes no more from the bus, handles what was taken, and ends. */
  readonly stop: () => Promise<void>;
  /** Whether it goes on: a liveness check. */
  readonly isRunning: () => boolean;
  /** Resolves when the loop has ended, for whatever reason. */
  readonly ended: Promise<void>;
}

const BACKOFF: Backoff = { firstMs: 100, maxMs: 30_000 };
/** A message of a batch of 256 that fails whatever it is handled with is alone the fifth time. */
const SMALLER_EACH_TIME = 4;

/** What a parser throws at words that are too deep, too long or not of its language. */
const FAULTS_OF_INPUT: readonly string[] = ['SyntaxError', 'RangeError', 'URIError'];

/**
 * The one place where it is decided what becomes of a message. Handled → acknowledged. Undecodable or poison → kept aside,
 * then never delivered again. Anything that may pass → delivered again later. A bug → nothing is acknowledged and the
 * service stops, so that a mended one gets the messages again.
 *
 * One batch at a time. Messages that were delivered before are handled in ever smaller company, in the end alone: so one that
 * fails its whole batch is soon by itself, and after an outage those that only came late are not handled one by one, which
 * takes so long that the bus delivers them again meanwhile.
 */
export function runConsumerLoop<Value, M extends Message = Message>(options: ConsumerLoopOptions<Value, M>): ConsumerLoop {
  const { source, batchSizeMax, log, onBug } = options;
  let running = true;

  const loop = async (): Promise<void> => {
    for (;;) {
      const messages = await source.next(batchSizeMax);
      if (messages.length === 0) return;
      const timer = setInterval(() => messages.forEach((message) => message.stillWorking()), options.stillWorkingEveryMs);
      try {
        await handleMessages(messages, options);
      } finally {
        clearInterval(timer);
      }
    }
  };

  const ended = loop()
    .catch((error: unknown) => {
      log.fatal({ err: asError(error) }, 'A bug stopped the consumer; its messages stay unacknowledged');
      onBug(asError(error));
    })
    .finally(() => {
      running = false;
    });

  return {
    stop: async () => {
      await source.stop();
      await ended;
    },
    isRunning: () => running,
    ended,
  };
}

async function handleMessages<Value, M extends Message>(
  messages: readonly M[],
  options: ConsumerLoopOptions<Value, M>,
): Promise<void> {
  const deliveries: Delivery<Value, M>[] = [];
  const unreadable: { readonly message: M; readonly reason: string }[] = [];
  for (const message of messages) {
    const decoded = decodeUntrusted(message, options);
    if (decoded.ok) deliveries.push({ value: decoded.value, message });
    else unreadable.push({ message, reason: decoded.refusal });
  }
  const parking = unreadable.map(({ message, reason }) => settle(message, { kind: 'poison', reason }, options));
  // What one sender spoils must not keep the others waiting: it is kept aside beside the work, not before it.
  await Promise.all([handleReadable(deliveries, options), ...parking]);
}

async function handleReadable<Value, M extends Message>(
  deliveries: readonly Delivery<Value, M>[],
  options: ConsumerLoopOptions<Value, M>,
): Promise<void> {
  const byCount = Map.groupBy(deliveries, ({ message }) => message.deliveryCount);
  for (const [deliveryCount, alike] of [...byCount].sort(([a], [b]) => a - b)) {
    const companyMax = Math.max(1, Math.floor(options.batchSizeMax / SMALLER_EACH_TIME ** (deliveryCount - 1)));
    for (let from = 0; from < alike.length; from += companyMax) await handleBatch(alike.slice(from, from + companyMax), options);
  }
}

/** A stranger's words may exhaust a parser: that is their fault. Other errors of a decoder are ours. */
function decodeUntrusted<Value, M extends Message>(message: M, options: ConsumerLoopOptions<Value, M>): Result<Value, string> {
  try {
    return options.decode(message);
  } catch (error) {
    if (error instanceof Error && FAULTS_OF_INPUT.includes(error.name)) return refuse(error.message);
    throw error;
  }
}

async function handleBatch<Value, M extends Message>(
  batch: readonly Delivery<Value, M>[],
  options: ConsumerLoopOptions<Value, M>,
): Promise<void> {
  let outcomes: readonly Outcome[];
  try {
    outcomes = await options.handle(batch);
    assert.equal(outcomes.length, batch.length, 'a handler gives one outcome for each delivery');
  } catch (error) {
    if (isBug(error)) throw error;
    options.log.warn({ err: asError(error), messages: batch.length }, 'A batch failed and will be delivered again');
    const failed: Outcome = { kind: 'retry', reason: asError(error).message };
    outcomes = batch.map(() => failed);
  }
  await Promise.all(
    batch.map(({ message }, index) => {
      const outcome = outcomes[index];
      assert(outcome !== undefined);
      return settle(message, outcome, options);
    }),
  );
}

/** Answers the bus for one message. An answer that does not get through is no harm: the message comes again. */
async function settle<Value, M extends Message>(
  message: M,
  outcome: Outcome,
  options: ConsumerLoopOptions<Value, M>,
): Promise<void> {
  const { log, random, backoff = BACKOFF, onOutcome } = options;
  const { subject, deliveryCount } = message;
  const laterMs = backoffMs(backoff, deliveryCount, random);
  try {
    switch (outcome.kind) {
      case 'done':
        await message.acknowledge();
        break;
      case 'retry':
        log.debug({ subject, deliveryCount, reason: outcome.reason }, 'A message will be delivered again');
        await message.retryAfter(outcome.delayMs ?? laterMs);
        break;
      case 'poison':
        await park(message, outcome.reason, laterMs, log);
        break;
      default:
        outcome satisfies never;
    }
  } catch (error) {
    if (isBug(error)) throw error;
    log.warn({ err: asError(error), subject, outcome: outcome.kind }, 'An answer to the bus was lost');
  }
  onOutcome?.(outcome.kind, message);
}

/** What cannot be kept aside now must not vanish: it is delivered again until it can. */
async function park(message: Message, reason: string, laterMs: number, log: Logger): Promise<void> {
  try {
    await message.park(reason);
    log.error({ subject: message.subject, reason }, 'A message was put among the dead letters');
  } catch (error) {
    if (isBug(error)) throw error;
    log.error({ err: asError(error), subject: message.subject, reason }, 'A poison message could not be kept aside yet');
    await message.retryAfter(laterMs);
  }
}
