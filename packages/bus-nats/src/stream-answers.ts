import { asError, isBug } from '@margrave/runtime';
import { refuse } from '@margrave/vocabulary';
import { headers, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import { describePublishError, type PublishFailure } from './publish-failure.ts';
import { readAnswer, type PublishOutcome } from './stream-answer.ts';

/** One message that was sent and whose stream has not answered yet. */
interface Unanswered {
  readonly subject: string;
  readonly untilMs: number;
  readonly settle: (outcome: PublishOutcome) => void;
}

const TIMED_OUT: PublishFailure = { outcome: 'unknown', reason: 'timeout', detail: 'the stream did not answer in time' };

/**
 * Publishes on one connection and hears the streams' answers, all on one subject of our own. The client's library makes a timer
 * and an error with its stack for each request, whether it fails or not: a tenth of what a busy gateway has time for.
 */
export class StreamAnswers {
  readonly #client: NatsConnection;
  readonly #inbox: string;
  readonly #deadlineMs: number;
  /** By the number that ends the subject of the answer; as all have the same deadline, the oldest are the first. */
  readonly #unanswered = new Map<number, Unanswered>();
  #last = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param inbox a subject that is nobody else's, on which this user may hear. */
  constructor(client: NatsConnection, inbox: string, deadlineMs: number) {
    this.#client = client;
    this.#inbox = inbox;
    this.#deadlineMs = deadlineMs;
    client.subscribe(`${inbox}.*`, {
      callback: (error, message) => {
        if (error === null) this.#settle(Number(message.subject.slice(inbox.length + 1)), readAnswer(message));
        else this.failAll({ outcome: 'unknown', reason: 'connection_lost', detail: asError(error).message });
      },
    });
  }

  /** Rejects only for bugs. */
  send(subject: string, body: string | Uint8Array, fields: Readonly<Record<string, string>>): Promise<PublishOutcome> {
    return new Promise((settle) => {
      const number = (this.#last += 1);
      this.#unanswered.set(number, { subject, untilMs: performance.now() + this.#deadlineMs, settle });
      this.#timer ??= setTimeout(this.#giveUp, this.#deadlineMs);
      try {
        this.#client.publish(subject, body, { reply: `${this.#inbox}.${number}`, headers: headersOf(fields) });
      } catch (error) {
        if (isBug(error)) throw error;
        this.#settle(number, refuse(describePublishError(error)));
      }
    });
  }

  /** Ends the waiting for all answers. */
  failAll(failure: PublishFailure): void {
    for (const number of [...this.#unanswered.keys()]) this.#settle(number, refuse(failure));
  }

  /** Ends the waiting for the oldest message on a subject: a server that refuses one names its subject and nothing else. */
  failOldest(subject: string, failure: PublishFailure): void {
    for (const [number, each] of this.#unanswered) {
      if (each.subject === subject) return this.#settle(number, refuse(failure));
    }
  }

  readonly #giveUp = (): void => {
    const nowMs = performance.now();
    this.#timer = undefined;
    for (const [number, { untilMs }] of this.#unanswered) {
      if (untilMs > nowMs) {
        this.#timer = setTimeout(this.#giveUp, Math.ceil(untilMs - nowMs));
        return;
      }
      this.#settle(number, refuse(TIMED_OUT));
    }
  };

  #settle(number: number, outcome: PublishOutcome): void {
    const waiting = this.#unanswered.get(number);
    if (waiting === undefined) return;
    this.#unanswered.delete(number);
    waiting.settle(outcome);
  }
}

function headersOf(fields: Readonly<Record<string, string>>): MsgHdrs {
  const made = headers();
  for (const [name, value] of Object.entries(fields)) made.set(name, value);
  return made;
}
