import { asError, isBug } from '@margrave/runtime';
import { refuse } from '@margrave/vocabulary';
import { headers, type MsgHdrs, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import { describePublishError, type PublishFailure } from './publish-failure.ts';
import { readAnswer, type PublishOutcome } from './publish-outcome.ts';

/** One message that was sent and whose stream has not answered yet. */
interface Unanswered {
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
  readonly #subscription: Subscription;
  /** By the number that ends the subject of the answer; as all have the same deadline, the oldest are the first. */
  readonly #unanswered = new Map<number, Unanswered>();
  #last = 0;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param inbox a subject that is nobody else's, on which this user may hear.
   * @throws what the client throws of a connection that is being closed.
   */
  constructor(client: NatsConnection, inbox: string, deadlineMs: number) {
    this.#client = client;
    this.#inbox = inbox;
    this.#deadlineMs = deadlineMs;
    this.#subscription = client.subscribe(`${inbox}.*`, {
      callback: (error, message) => {
        if (error === null) this.#settle(Number(message.subject.slice(inbox.length + 1)), readAnswer(message));
        else this.failAll({ outcome: 'unknown', reason: 'connection_lost', detail: asError(error).message });
      },
    });
  }

  /** The server refused to let us hear, and ended it: what is sent from here is not heard of any more. */
  get isDeaf(): boolean {
    return this.#subscription.isClosed();
  }

  /** Rejects only for bugs. */
  send(subject: string, body: string | Uint8Array, fields: Readonly<Record<string, string>>): Promise<PublishOutcome> {
    return new Promise((settle, reject) => {
      const number = (this.#last += 1);
      this.#unanswered.set(number, { untilMs: performance.now() + this.#deadlineMs, settle });
      this.#timer ??= setTimeout(this.#giveUp, this.#deadlineMs);
      try {
        this.#client.publish(subject, body, { reply: `${this.#inbox}.${number}`, headers: headersOf(fields) });
      } catch (error) {
        if (isBug(error)) {
          this.#unanswered.delete(number);
          reject(asError(error));
        } else this.#settle(number, refuse(describePublishError(error)));
      }
    });
  }

  /** Ends the waiting for all answers. */
  failAll(failure: PublishFailure): void {
    for (const number of [...this.#unanswered.keys()]) this.#settle(number, refuse(failure));
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
