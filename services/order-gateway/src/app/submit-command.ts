import type {
  CancelOrder,
  Change,
  CloseBy,
  ClosePosition,
  NoChange,
  PlaceOrder,
  ProtectPosition,
  ReplaceOrder,
} from '@margrave/domain';
import type { AccountId, ClientOrderId } from '@margrave/vocabulary';
import assert from 'node:assert/strict';

/** The answer to a client's command, kept with its effect. */
export interface KeptAnswer {
  readonly status: number;
  /** JSON text. */
  readonly body: string;
}

/** What makes an order has a key; what changes one that is there does the same however often it is sent, and has none. */
export type ClientCommand = KeyedCommand | KeylessCommand;

interface KeyedCommand {
  readonly command: CloseBy | ((PlaceOrder | ClosePosition) & { readonly clientOrderId: ClientOrderId });
  /** Tells the same request again from another one under the same key. */
  readonly requestHash: string;
}

export interface KeylessCommand {
  readonly command: CancelOrder | ReplaceOrder | ProtectPosition;
  readonly requestHash: null;
}

export type Wanted = ClientCommand & {
  readonly accountId: AccountId;
  /** How the decision reads as an answer. */
  readonly answer: (change: Change) => KeptAnswer;
};

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
    command: ClientCommand['command'],
    client: ClientKey | null,
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

export type SubmitCommand = (wanted: Wanted) => Promise<CommandOutcome>;

/** Decides a client's command; one that has a key is decided once, however often it is sent. */
export function createSubmitCommand(needs: SubmitNeeds, patienceMs: number): SubmitCommand {
  return async (wanted) => {
    const { accountId, command, answer } = wanted;
    const client =
      wanted.requestHash === null ? null : { key: wanted.command.clientOrderId, requestHash: wanted.requestHash, answer };
    const submitted = await needs.submit(accountId, command, client, patienceMs);
    switch (submitted.kind) {
      case 'committed':
        return { ...submitted, answer: submitted.answer ?? answer(submitted.change) };
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
