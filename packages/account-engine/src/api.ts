import type { Account, Change, Command, DecisionRecord, Market, Group, NoChange } from '@margrave/domain';
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

/** A leg of a basket: a command with its own key, if it has one. */
export type Leg = Pick<Submission, 'command' | 'client'>;
export type KeylessLeg = Leg & { readonly client: null };

/**
 * Commands of one account that are decided one after the other, each on what the one before left, and committed together: all of
 * them stand, or none.
 */
export interface Basket {
  readonly accountId: AccountId;
  /** Those of a client, or which they are of the account as it is when they are decided: these have no keys of their own. */
  readonly legs: readonly Leg[] | ((account: Account) => readonly KeylessLeg[]);
  /** Whether one that is refused refuses all. */
  readonly isAtomic: boolean;
  /** Of the whole, besides the keys of its legs. */
  readonly client: Keyed & { readonly answer: (decided: DecidedBasket) => Answer };
  readonly patienceMs: number;
}

/** What became of a leg. A denied one is committed like another; one that was known, or that changes nothing, was not tried. */
export type LegOutcome =
  | { readonly kind: 'decided'; readonly change: Change; readonly answer: Answer | null }
  | Extract<Outcome, { readonly kind: 'replayed' | 'key_reused' | 'no_change' }>;

/** What a basket comes to, before it is committed. */
export interface DecidedBasket {
  /** In their order; of a basket that is refused, those that were looked at. */
  readonly legs: readonly LegOutcome[];
  /** Why all of an atomic basket is refused: the leg, counted from 0, whose refusal it is. */
  readonly refused: { readonly leg: number; readonly decision: DecisionRecord | null } | null;
  /** The account after it. */
  readonly account: Account;
}

/** What became of a basket. Only `committed` changed anything by this call. */
export type BasketOutcome =
  | {
      readonly kind: 'committed_basket';
      readonly basket: DecidedBasket;
      readonly answer: Answer;
      readonly times: StageTimes;
    }
  | Exclude<Outcome, { readonly kind: 'committed' | 'already_applied' | 'no_change' }>;

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
