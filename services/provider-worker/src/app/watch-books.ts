import type { AccountId } from '@margrave/vocabulary';

/** Whether the books of an account agree with each other: its balance with its entries, its count of events with its history. */
export interface AccountBooks {
  readonly accountId: AccountId;
  readonly balanceHolds: boolean;
  readonly historyHolds: boolean;
}

export interface WatchBooksNeeds {
  /** Of so many accounts after one, in the order of their ids; null for the first. */
  readonly readBooks: (after: AccountId | null, limit: number) => Promise<readonly AccountBooks[]>;
  /** Told of an account each time that its books are found broken. */
  readonly onBroken: (books: AccountBooks) => void;
}

const ACCOUNTS_AT_ONCE = 25;

/**
 * Goes round all accounts, a few at a time, for as long as it is told to: cheap enough to go on beside the trade. What
 * `verify:books` checks besides takes all the tables at once.
 */
export class BooksWatch {
  readonly #needs: WatchBooksNeeds;
  readonly #broken = new Map<AccountId, AccountBooks>();
  #after: AccountId | null = null;
  #limit = ACCOUNTS_AT_ONCE;

  constructor(needs: WatchBooksNeeds) {
    this.#needs = needs;
  }

  /** Looks at the next accounts; after the last one comes the first again. */
  async look(): Promise<void> {
    const limit = this.#limit;
    // Accounts with a long history may take too long together: after a failure each is looked at by itself.
    this.#limit = 1;
    const read = await this.#needs.readBooks(this.#after, limit);
    this.#limit = ACCOUNTS_AT_ONCE;
    for (const books of read) this.#take(books);
    this.#after = read.length < limit ? null : (read.at(-1)?.accountId ?? null);
  }

  #take(books: AccountBooks): void {
    if (books.balanceHolds && books.historyHolds) this.#broken.delete(books.accountId);
    else {
      this.#broken.set(books.accountId, books);
      this.#needs.onBroken(books);
    }
  }

  /** How many accounts were broken when they were looked at last. */
  counts(): { readonly balance: number; readonly history: number } {
    const broken = [...this.#broken.values()];
    return {
      balance: broken.filter(({ balanceHolds }) => !balanceHolds).length,
      history: broken.filter(({ historyHolds }) => !historyHolds).length,
    };
  }
}
