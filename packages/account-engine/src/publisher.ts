import { AccountEventV1 } from '@margrave/contracts';
import type { EventRow, OutboxId } from '@margrave/store-postgres';
import type { Committed } from './executor-parts.ts';
import { timeText } from './views.ts';

/** One message of the outbox, ready to leave. */
export interface OutgoingMessage {
  readonly subject: string;
  readonly messageId: string;
  readonly body: string;
}

/** `stored`: the stream has it. Anything else is left to the relay. */
export type PublishOutcome = 'stored' | 'not_stored' | 'unknown';

export interface PublisherParts {
  /** All at once, each acknowledged by the stream; one outcome a message, in order. Never rejects. */
  readonly publish: (messages: readonly OutgoingMessage[]) => Promise<readonly PublishOutcome[]>;
  readonly markPublished: (outboxIds: readonly OutboxId[]) => Promise<void>;
  /** Runs something after so many milliseconds; what it returns calls that off. */
  readonly schedule: (run: () => void, afterMs: number) => () => void;
  /** Runs something when what has come in meanwhile was seen to. */
  readonly later: (run: () => void) => void;
  readonly crashAfterPublish: () => void;
  readonly onFailure: (error: unknown) => void;
}

/** An outbox row and the messages that it stands for: one to a provider, or the events of one commit. */
interface OutgoingRow {
  readonly outboxId: OutboxId;
  readonly messages: readonly OutgoingMessage[];
}

/** The events of one commit, which are written out when it is their turn. */
interface Untold {
  readonly outboxId: OutboxId;
  readonly events: readonly EventRow[];
}

/** How many rows are marked in one statement; with fewer at hand the marks wait for company. */
const MARK_ROWS_MAX = 500;
const MARK_DELAY_MS = 50;

/** Of how many commits the events are sent before anything else has its turn; when many wait, of a share of them. */
const TOLD_AT_ONCE_MIN = 8;
const TOLD_AT_ONCE_SHARE = 16;

/**
 * Sends what commits left in the outbox: requests to providers at once, events when there is time. So the next commit is on its way
 * while the last one is told of. Nothing waits for it and nothing depends on it; what it does not manage, the relay finds.
 */
export class Publisher {
  readonly #parts: PublisherParts;
  readonly #untold: Untold[] = [];
  readonly #toMark: OutboxId[] = [];
  readonly #underWay = new Set<Promise<void>>();
  #callOff: (() => void) | undefined;

  constructor(parts: PublisherParts) {
    this.#parts = parts;
  }

  /** Does not wait. */
  publish(committed: readonly Committed[]): void {
    this.#begin(committed.flatMap(providerRows));
    const isTelling = this.#untold.length > 0;
    this.#untold.push(...committed.flatMap(untold));
    if (!isTelling && this.#untold.length > 0) this.#parts.later(this.#tellSome);
  }

  readonly #tellSome = (): void => {
    const count = Math.max(TOLD_AT_ONCE_MIN, Math.ceil(this.#untold.length / TOLD_AT_ONCE_SHARE));
    this.#begin(this.#untold.splice(0, count).map(eventsRow));
    if (this.#untold.length > 0) this.#parts.later(this.#tellSome);
  };

  #begin(rows: readonly OutgoingRow[]): void {
    if (rows.length === 0) return;
    const sending = this.#send(rows)
      .catch(this.#parts.onFailure)
      .finally(() => this.#underWay.delete(sending));
    this.#underWay.add(sending);
  }

  async #send(rows: readonly OutgoingRow[]): Promise<void> {
    const outcomes = await this.#parts.publish(rows.flatMap((row) => row.messages));
    this.#parts.crashAfterPublish();
    let next = 0;
    for (const row of rows) {
      const ofRow = outcomes.slice(next, (next += row.messages.length));
      if (ofRow.every((outcome) => outcome === 'stored')) this.#toMark.push(row.outboxId);
    }
    if (this.#toMark.length >= MARK_ROWS_MAX) await this.#mark();
    else this.#callOff ??= this.#parts.schedule(() => void this.#mark().catch(this.#parts.onFailure), MARK_DELAY_MS);
  }

  async #mark(): Promise<void> {
    this.#callOff?.();
    this.#callOff = undefined;
    const outboxIds = this.#toMark.splice(0);
    if (outboxIds.length > 0) await this.#parts.markPublished(outboxIds);
  }

  /** Sends what was not sent yet, waits for what is under way, and marks it. */
  async stop(): Promise<void> {
    this.#begin(this.#untold.splice(0).map(eventsRow));
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
    await this.#mark();
  }
}

const providerRows = ({ rows, outbox }: Committed): readonly OutgoingRow[] =>
  rows.messages.map(({ subject, messageId, bodyJson }, index) => ({
    outboxId: outbox.messageOutboxIds[index] as OutboxId,
    messages: [{ subject, messageId, body: bodyJson }],
  }));

const untold = ({ rows, outbox }: Committed): readonly Untold[] =>
  outbox.pointerOutboxId === null ? [] : [{ outboxId: outbox.pointerOutboxId, events: rows.events }];

const eventsRow = ({ outboxId, events }: Untold): OutgoingRow => ({ outboxId, messages: events.map(eventMessage) });

/** An event as its message: `AccountEventV1`, whose data stand in the row as the JSON that they are on the bus. */
export const eventMessage = ({ accountId, sequence, version, type, atMs, by, dataJson }: EventRow): OutgoingMessage => ({
  subject: AccountEventV1.subjectOf(accountId),
  messageId: AccountEventV1.idOf(accountId, sequence),
  body: `{"accountId":"${accountId}","sequence":"${sequence}","version":"${version}","type":"${type}","at":"${timeText(atMs)}","by":${JSON.stringify(by)},"data":${dataJson}}`,
});
