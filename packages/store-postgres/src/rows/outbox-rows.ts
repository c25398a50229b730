import type { CommandRows, MessageRow } from '../rows.ts';

/** A row of the outbox: a message, or a pointer to the events of a command. */
export type OutboxRow = { readonly [Field in keyof MessageRow]: MessageRow[Field] | null } & {
  readonly firstSequence: bigint | null;
  readonly lastSequence: bigint | null;
};

const NO_MESSAGE = { messageId: null, subject: null, bodyJson: null, requestId: null, sendBeforeMs: null };

/** What a command leaves in the outbox: a pointer to its events if it has any, then its messages. */
export const outboxRows = ({ messages, events }: CommandRows): readonly OutboxRow[] => [
  ...(events.length === 0 ? [] : [{ ...NO_MESSAGE, firstSequence: events[0]!.sequence, lastSequence: events.at(-1)!.sequence }]),
  ...messages.map((message) => ({ ...message, firstSequence: null, lastSequence: null })),
];
