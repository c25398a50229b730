import type { Account, Change, ClosePosition, DecisionRecord, NoChange, PlaceOrder } from '@margrave/domain';
import type { AccountId } from '@margrave/vocabulary';
import type { ClientKey, CommandTimes, KeptAnswer } from './submit-command.ts';

/** A command of a basket, with its own key if it has one. */
export interface BasketLeg {
  readonly command: PlaceOrder | ClosePosition;
  readonly client: ClientKey | null;
}

/** What became of a leg. */
export type LegOutcome =
  | { readonly kind: 'decided'; readonly change: Change; readonly answer: KeptAnswer | null }
  /** It was commanded before, and this is its answer; or another command has its key. */
  | { readonly kind: 'replayed' | 'key_reused'; readonly answer: KeptAnswer }
  | { readonly kind: 'no_change'; readonly refusal: NoChange };

/** What a basket comes to. */
export interface DecidedBasket {
  /** In their order; of a basket that is refused, those that were looked at. */
  readonly legs: readonly LegOutcome[];
  /** Why all of an atomic basket is refused: the leg, counted from 0, whose refusal it is. */
  readonly refused: { readonly leg: number; readonly decision: DecisionRecord | null } | null;
  /** The account after it. */
  readonly account: Account;
}

/** Commands of one account that are decided one after the other and committed together. */
export interface Basket {
  readonly accountId: AccountId;
  /** Those of a client, or which they are of the account as it is when they are decided: these have no keys of their own. */
  readonly legs: readonly BasketLeg[] | ((account: Account) => readonly (BasketLeg & { readonly client: null })[]);
  /** Whether one that is refused refuses all. */
  readonly isAtomic: boolean;
  /** Of the whole. */
  readonly client: {
    readonly key: string;
    readonly requestHash: string;
    readonly answer: (decided: DecidedBasket) => KeptAnswer;
  };
}

/** What a client is told of its basket. Only `committed_basket` changed anything by this call. */
export type BasketOutcome =
  | {
      readonly kind: 'committed_basket';
      readonly basket: DecidedBasket;
      readonly answer: KeptAnswer;
      readonly times: CommandTimes;
    }
  | { readonly kind: 'replayed' | 'key_reused'; readonly answer: KeptAnswer }
  | { readonly kind: 'no_such_account' | 'busy' | 'unknown' }
  | { readonly kind: 'unavailable'; readonly why: string };

export interface BasketNeeds {
  /** Decides and commits it; waits for it no longer than `patienceMs`. */
  readonly submitBasket: (basket: Basket & { readonly patienceMs: number }) => Promise<BasketOutcome>;
}
