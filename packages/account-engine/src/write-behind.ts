import type { Account } from '@margrave/domain';
import type { AccountAggregateRows } from '@margrave/store-postgres';
import type { AccountId } from '@margrave/vocabulary';
import { accountRow, orderRow, positionRow } from './to-rows.ts';

export const aggregateRows = (account: Account): AccountAggregateRows => ({
  account: accountRow(account),
  orders: account.orders.map((order) => orderRow(account, order)),
  positions: account.positions.map((position) => positionRow(account, position)),
});

/**
 * Writes accounts to the cache behind their commits: only the newest of each, all that wait in one round trip, one at a time.
 * What it does not manage is forgotten: whoever misses it reads the store.
 */
export class WriteBehind {
  readonly #write: (accounts: readonly AccountAggregateRows[], epoch: string) => Promise<void>;
  readonly #waiting = new Map<AccountId, { readonly rows: () => AccountAggregateRows; readonly epoch: string }>();
  #writing = false;

  constructor(write: (accounts: readonly AccountAggregateRows[], epoch: string) => Promise<void>) {
    this.#write = write;
  }

  /** Returns at once; `rows` are made when they are written. */
  put(accountId: AccountId, rows: () => AccountAggregateRows, epoch: string): void {
    this.#waiting.set(accountId, { rows, epoch });
    if (this.#writing) return;
    this.#writing = true;
    setImmediate(() => void this.#drain());
  }

  async #drain(): Promise<void> {
    while (this.#waiting.size > 0) {
      const taken = [...this.#waiting.values()];
      this.#waiting.clear();
      for (const epoch of new Set(taken.map((each) => each.epoch))) {
        await this.#write(
          taken.filter((each) => each.epoch === epoch).map((each) => each.rows()),
          epoch,
        );
      }
    }
    this.#writing = false;
  }
}
