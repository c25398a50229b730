import {
  type decide,
  type Account,
  type Change,
  type Command,
  type DecisionContext,
  type Past,
  type Quote,
} from '@margrave/domain';
import type { CommandRows, MessageRow } from '@margrave/store-postgres';
import type { SymbolName } from '@margrave/vocabulary';

export type Decide = typeof decide;

/** All that a decision was made with, as values: enough to make it again. */
export interface Made {
  readonly command: Command;
  readonly nowMs: number;
  readonly quotes: ReadonlyMap<SymbolName, Quote | undefined>;
  readonly ids: readonly string[];
}

/** Listens to every decision, and finds the one that a committed command came from. */
export class Recorder {
  readonly #decide: Decide;
  readonly #made = new WeakMap<Change, Made>();
  readonly #ofRows = new WeakMap<readonly MessageRow[], Made>();

  constructor(decideNow: Decide) {
    this.#decide = decideNow;
  }

  decide: Decide = (account: Account, command: Command, context: DecisionContext, past?: Past) => {
    const quotes = new Map<SymbolName, Quote | undefined>();
    const ids: string[] = [];
    const { market } = context;
    const listened: DecisionContext = {
      ...context,
      ids: {
        next: () => {
          const id = context.ids.next();
          ids.push(id);
          return id;
        },
      },
      market: {
        ...market,
        quote: (symbol) => {
          const quote = market.quote(symbol);
          quotes.set(symbol, quote);
          return quote;
        },
      },
    };
    const decided = this.#decide(account, command, listened, past);
    if (decided.ok) this.#made.set(decided.value, { command, nowMs: market.nowMs, quotes, ids });
    return decided;
  };

  /** A change becomes rows together with its messages: they are what is recognised in the store. */
  note(change: Change, messages: readonly MessageRow[]): void {
    const made = this.#made.get(change);
    if (made !== undefined) this.#ofRows.set(messages, made);
  }

  of(committed: CommandRows): Made | undefined {
    return this.#ofRows.get(committed.messages);
  }
}
