import type { Basket, BasketOutcome, LegOutcome, Outcome, Submission } from './api.ts';
import type { Named } from './command-ids.ts';

/** A submission on its way. */
export interface Task {
  /** Whose it is, and what names it for ever. */
  readonly named: Named;
  /** One command, or several that stand or fall together. */
  readonly work: Submission | Basket;
  /** Legs of its basket that were commanded before, by their places. */
  known: ReadonlyMap<number, LegOutcome>;
  /** Monotonic. */
  readonly deadlineMs: number;
  /** How often it lost against another writer. */
  conflicts: number;
  /** Its id may be in the store already: look it up before deciding. */
  lookUp: boolean;
  /** A commit of it was sent and never answered. */
  uncertain: boolean;
  /** It changes nothing on the account at hand, which may be too old: it is decided on the one in the store. */
  doubted: boolean;
}

/** `again`: not settled, to be run in another batch. `bug`: deciding this one task failed, which is nobody else's matter. */
export type Settlement = Outcome | BasketOutcome | 'again' | { readonly kind: 'bug'; readonly error: unknown };

export const isBasket = (work: Submission | Basket): work is Basket => 'legs' in work;
