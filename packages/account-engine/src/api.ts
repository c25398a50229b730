import type { Basket, BasketOutcome } from './basket.ts';
import type { Account, Change, Command, Market, Group, NoChange } from '@margrave/domain';
import type { AccountId, ProviderName } from '@margrave/vocabulary';

/** The answer to a client's command: computed with the decision, stored with it, given again to the same key and body. */
export interface Answer {
  readonly status: number;
  /** JSON text. */
  readonly body: string;
}

/** A provider's report, or an execution that an operator states. */
export interface AppliedExecution {
  readonly provider: ProviderName;
  readonly executionId: string;
  /** Tells a repetition from a contradiction. */
  readonly contentHash: string;
}

/** What names a client's command for ever, and tells the same one again from another one under its name. */
export interface Keyed {
  readonly key: string;
  readonly requestHash: string;
}

/** One command for one account. */
export interface Submission {
  readonly accountId: AccountId;
  readonly command: Command;
  /** A client's command: its key, the hash of what was asked, and how the decision reads as an answer. */
  readonly client: (Keyed & { readonly answer: (change: Change) => Answer }) | null;
  /** What is applied of providers' executions: stored with its effect, so that each is applied once. */
  readonly executions: readonly AppliedExecution[];
  /** How long the caller waits (milliseconds); null never gives up, for facts that must be booked. */
  readonly patienceMs: number | null;
}

/** Where the time of a command went, in milliseconds, in the order of the stages. */
export interface StageTimes {
  /** Getting its account, what it names of the past, and ids: for its whole batch. */
  readonly loadMs: number;
  /** Taking the market, and the quotes of what it trades and of what its account holds. */
  readonly priceMs: number;
  /** The decision on these, and writing it as rows. */
  readonly decideMs: number;
  /** From handing over the whole batch, decided, to the store's answer. */
  readonly commitMs: number;
}

/** What became of a command. Only `committed` changed anything by this call. */
export type Outcome =
  | { readonly kind: 'committed'; readonly change: Change; readonly answer: Answer | null; readonly times: StageTimes }
  /** The same key and request came before: the stored answer. */
  | { readonly kind: 'replayed'; readonly answer: Answer }
  /** The key was used for another request of this account: the answer to that one. */
  | { readonly kind: 'key_reused'; readonly answer: Answer }
  /** One of its executions was applied before, with this hash. */
  | { readonly kind: 'already_applied'; readonly executionId: string; readonly contentHash: string }
  /** The decision left nothing to commit. */
  | { readonly kind: 'no_change'; readonly refusal: NoChange }
  | { readonly kind: 'no_such_account' }
  /** Patience ran out before a commit was tried: nothing is reserved. */
  | { readonly kind: 'busy' }
  /** The queue is full or the store cannot be reached: nothing is reserved. */
  | { readonly kind: 'unavailable'; readonly why: string }
  /** The commit was sent and its answer is not known; it is looked up by key before anything is decided again. */
  | { readonly kind: 'unknown' };

/** An account as it is known now, with the market its group sees. */
export interface AccountView {
  readonly account: Account;
  readonly group: Group;
  readonly market: Market;
}

/** Decides and commits commands, and keeps the accounts at hand. */
export interface AccountEngine {
  readonly submit: (submission: Submission) => Promise<Outcome>;
  /** Decides several commands of one account, one after the other, and commits them together. */
  readonly submitBasket: (basket: Basket) => Promise<BasketOutcome>;
  /**
   * The account from memory, else Redis, else PostgreSQL; `undefined` when there is none. With `sequenceMin` the answer
   * contains at least that event.
   */
  readonly view: (accountId: AccountId, sequenceMin?: bigint) => Promise<AccountView | undefined>;
  /** Reads accounts from the store, all in one round trip, and leaves them in the cache: whoever committed on them may not have. */
  readonly bringUpToDate: (accountIds: readonly AccountId[]) => Promise<void>;
  /** The market and configuration as known now. */
  readonly market: () => Market;
}
