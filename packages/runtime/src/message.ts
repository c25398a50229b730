/** A message as a bus delivers it, at least once. Exactly one of `acknowledge`, `retryAfter` and `park` ends its delivery. */
export interface Message {
  readonly subject: string;
  readonly data: Uint8Array;
  /** How often it was delivered, this time included: 1 the first time. */
  readonly deliveryCount: number;
  /** Done: never again. */
  readonly acknowledge: () => void | Promise<void>;
  /** Not now: deliver it again after so long. */
  readonly retryAfter: (delayMs: number) => void | Promise<void>;
  /** Never will do: kept aside with the reason, then never delivered again. Rejects when it could not be kept aside. */
  readonly park: (reason: string) => Promise<void>;
  /** Still being worked on: do not deliver it to somebody else yet. */
  readonly stillWorking: () => void;
}

/** Where messages come from: a queue that is read in batches. */
export interface MessageSource<M extends Message = Message> {
  /** Waits for a first message, then takes at once what else is there, `max` at most. Empty only when the source was stopped and nothing is left. */
  readonly next: (max: number) => Promise<readonly M[]>;
  /** Takes nothing more from the bus. `next` still hands out what was taken before, and then is empty. */
  readonly stop: () => Promise<void>;
}
