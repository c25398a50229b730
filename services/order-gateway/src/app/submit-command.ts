import type { Change, ClosePosition, NoChange, PlaceOrder } from '@margrave/domain';
import type { AccountId } from '@margrave/vocabulary';
import assert from 'node:assert/strict';

/** The answer to a client's command, kept with its effect. */
export interface KeptAnswer {
  readonly status: number;
  /** JSON text. */
  readonly body: string;
}

export interface ClientCommand {
  readonly accountId: AccountId;
  readonly command: PlaceOrder | ClosePosition;
  /** Tells the same request again from another one under the same key. */
  readonly requestHash: string;
  /** How the decision reads as an answer. */
  readonly answer: (change: Change) => KeptAnswer;
}

/** Where the time of a command went, in milliseconds. */
export interface CommandTimes {
  readonly loadMs: number;
  readonly priceMs: number;
  readonly decideMs: number;
  readonly commitMs: number;
}

/** What became of a submission, as far as a client's command can meet it. */
export type Submitted =
  | { readonly kind: 'committed'; readonly change: Change; readonly answer: KeptAnswer | null; readonly times: CommandTimes }
  | { readonly kind: 'replayed'; readonly answer: KeptAnswer }
  | { readonly kind: 'key_reused'; readonly answer: KeptAnswer }
  | { readonly kind: 'already_applied'; readonly executionId: string }
  | { readonly kind: 'no_change'; readonly refusal: NoChange }
  | { readonly kind: 'no_such_account' }
  | { readonly kind: 'busy' }
  | { readonly kind: 'unavailable'; readonly why: string }
  | { readonly kind: 'unknown' };

/** The key of a command, and how its decision reads as the answer that is kept with it. */
export interface ClientKey {
  readonly key: string;
  readonly requestHash: string;
  readonly answer: (change: Change) => KeptAnswer;
}

export interface SubmitNeeds {
  /** Decides and commits one command; waits for it no longer than `patienceMs`. */
  readonly submit: (
    accountId: AccountId,
    command: PlaceOrder | ClosePosition,
    client: ClientKey,
    patienceMs: number,
  ) => Promise<Submitted>;
}

/** What a client is told of its command. Only `committed` changed anything by this call. */
export type CommandOutcome =
  | { readonly kind: 'committed'; readonly change: Change; readonly answer: KeptAnswer; readonly times: CommandTimes }
  | { readonly kind: 'replayed'; readonly answer: KeptAnswer }
  /** Another command of the account has the key, and got that answer. */
  | { readonly kind: 'key_reused'; readonly answer: KeptAnswer }
  /** No such account, or nothing on it by the id that was given. */
  | { readonly kind: 'not_found' }
  | { readonly kind: 'busy' }
  | { readonly kind: 'unavailable'; readonly why: string }
  | { readonly kind: 'unknown' };

export type SubmitCommand = (command: ClientCommand) => Promise<CommandOutcome>;

/** Places an order or closes a position for a client, once for each key however often it is sent. */
export function createSubmitCommand(needs: SubmitNeeds, patienceMs: number): SubmitCommand {
  return async ({ accountId, command, requestHash, answer }) => {
    const client = { key: command.clientOrderId, requestHash, answer };
    const submitted = await needs.submit(accountId, command, client, patienceMs);
    switch (submitted.kind) {
      case 'committed':
        assert(submitted.answer !== null, 'a committed client command has an answer');
        return { ...submitted, answer: submitted.answer };
      case 'no_such_account':
      case 'no_change':
        return { kind: 'not_found' };
      case 'already_applied':
        return assert.fail('a client command is no execution');
      default:
        return submitted;
    }
  };
}
