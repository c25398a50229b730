import type { Faults } from './faults.ts';
import type { Process } from './process.ts';
import type { Draws } from './draws.ts';
import type { Scheduler } from './scheduler.ts';

export interface BusMessage {
  readonly subject: string;
  readonly messageId: string;
  readonly body: string;
}
export type Published = 'stored' | 'duplicate' | 'not_stored' | 'unknown';

const DEADLINE_MS = 2_000;
const LATE_MS = 4_000;
export const ACK_WAIT_MS = 10_000;

/** A stream that takes each message id once and tells its listeners of what it took, late, twice and in any order. */
export class SimStream {
  readonly ids = new Set<string>();
  /** What it once had and knows nothing of any more. */
  readonly forgotten = new Set<string>();
  /** Deliveries that are on their way to the listeners. */
  underway = 0;
  readonly #name: string;
  readonly #scheduler: Scheduler;
  readonly #faults: Faults;
  readonly #draws: Draws;
  readonly #hear: (message: BusMessage) => void;
  #losses = 0;

  constructor(
    name: string,
    world: { readonly scheduler: Scheduler; readonly faults: Faults; readonly draws: Draws },
    hear: (message: BusMessage) => void,
  ) {
    this.#name = name;
    this.#scheduler = world.scheduler;
    this.#faults = world.faults;
    this.#draws = world.draws;
    this.#hear = hear;
  }

  publish(process: Process, message: BusMessage): Promise<Published> {
    return process
      .call<Published>({
        what: `${this.#name}, ${message.subject} ${message.messageId}`,
        arrive: (reply) => reply.with(this.#store(message)),
        isRequestLost: this.#faults.strikes('bus: a message is lost before it is stored', message.subject),
        isAnswerLost: this.#faults.strikes('bus: the acknowledgement is lost', message.subject),
        slowMs: 0,
        deadline: { ms: DEADLINE_MS, error: () => new Error('no word of the stream') },
      })
      .catch((): Published => 'unknown');
  }

  /** As after a power loss: the ids that it knew, and what nobody has heard yet. */
  lose(): void {
    this.#scheduler.note(`${this.#name} loses what it had`);
    for (const id of this.ids) this.forgotten.add(id);
    this.ids.clear();
    this.#losses += 1;
  }

  #store(message: BusMessage): Published {
    if (this.ids.has(message.messageId)) return 'duplicate';
    this.ids.add(message.messageId);
    this.#deliver(message);
    if (this.#faults.strikes('bus: a message is delivered twice', message.subject)) this.#deliver(message);
    return 'stored';
  }

  #deliver(message: BusMessage): void {
    const lateMs = this.#faults.strikes('bus: a message is delivered late', message.subject)
      ? this.#draws.between(20, LATE_MS)
      : 0;
    const losses = this.#losses;
    this.underway += 1;
    this.#scheduler.after(this.#draws.between(0, 4) + lateMs, `${this.#name} delivers ${message.messageId}`, () => {
      this.underway -= 1;
      if (losses === this.#losses) this.#hear(message);
    });
  }
}

/** A message that is out until it is acknowledged. */
export interface Delivery {
  readonly message: BusMessage;
  readonly acknowledge: () => void;
  /** To be delivered again, after so long. */
  readonly again: (delayMs: number) => void;
}

/** A durable consumer that several processes share: who asks gets what is due, and what is not acknowledged is due again. */
export class SharedConsumer {
  readonly #scheduler: Scheduler;
  readonly #waiting: BusMessage[] = [];
  #out = 0;
  #idle: ((deliveries: readonly Delivery[]) => void)[] = [];

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  get unacknowledged(): number {
    return this.#waiting.length + this.#out;
  }

  put(message: BusMessage): void {
    this.#waiting.push(message);
    this.#serve();
  }

  /** Resolves with at least one message. */
  fetch(process: Process): Promise<readonly Delivery[]> {
    return new Promise((resolve) => {
      const take = (deliveries: readonly Delivery[]) =>
        process.after(1, `has ${deliveries.length} reports`, () => resolve(deliveries));
      this.#idle.push(take);
      process.onDeath(() => {
        this.#idle = this.#idle.filter((other) => other !== take);
      });
      this.#serve();
    });
  }

  #serve(): void {
    if (this.#waiting.length === 0) return;
    const take = this.#idle.shift();
    if (take === undefined) return;
    take(this.#waiting.splice(0).map((message) => this.#delivery(message)));
  }

  #delivery(message: BusMessage): Delivery {
    let isOut = true;
    this.#out += 1;
    const end = (): boolean => {
      if (!isOut) return false;
      isOut = false;
      this.#out -= 1;
      return true;
    };
    const again = (delayMs: number): void => {
      if (!isOut) return;
      this.#scheduler.after(delayMs, `${message.messageId} is due again`, () => {
        if (end()) this.put(message);
      });
    };
    again(ACK_WAIT_MS);
    return { message, acknowledge: () => void end(), again };
  }
}
