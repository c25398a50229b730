import type { Account, Order, Position } from '@margrave/domain';
import type { AccountAggregateRows, OrderRow, PositionRow } from '@margrave/store-postgres';
import type { AccountId } from '@margrave/vocabulary';
import { accountRow, orderRow, positionRow } from './to-rows.ts';

/** Rows of what an account holds, which is replaced and never changed: each is made once, however often its account is written. */
const ORDER_ROWS = new WeakMap<Order, OrderRow>();
const POSITION_ROWS = new WeakMap<Position, PositionRow>();

export const aggregateRows = (account: Account): AccountAggregateRows => ({
  account: accountRow(account),
  orders: account.orders.map((order) => kept(ORDER_ROWS, order, () => orderRow(account, order))),
  positions: account.positions.map((position) => kept(POSITION_ROWS, position, () => positionRow(account, position))),
});

function kept<Held extends object, Row>(rows: WeakMap<Held, Row>, held: Held, make: () => Row): Row {
  let row = rows.get(held);
  if (row === undefined) rows.set(held, (row = make()));
  return row;
}

/** Of a cache that was away only so many accounts are brought up to date; the others are read from the store when they are missed. */
const KEPT_MAX = 10_000;
const AGAIN_MS = 1_000;
/** More would hold up for too long whatever else this process has to do. */
const AT_ONCE_MAX = 32;

interface Waiting {
  readonly rows: () => AccountAggregateRows;
  readonly epoch: string;
}

/** Says whether they were written. */
type Write = (accounts: readonly AccountAggregateRows[], epoch: string) => Promise<boolean>;

/**
 * Writes accounts to the cache behind their commits: only the newest of each, many in one round trip, one at a time.
 * What it does not manage is tried again until it does or something newer takes its place: an account that rests would be old in
 * the cache for as long as it rests.
 */
export class WriteBehind {
  readonly #write: Write;
  readonly #pause: () => Promise<void>;
  readonly #waiting = new Map<AccountId, Waiting>();
  #inHand = 0;
  #writing = false;

  constructor(write: Write, pause: () => Promise<void> = pauseUnnoticed) {
    this.#write = write;
    this.#pause = pause;
  }

  /** How many accounts are newer than what the cache has of them, as far as is known. */
  get depth(): number {
    return this.#waiting.size + this.#inHand;
  }

  /** Returns at once; `rows` are made when they are written. */
  put(accountId: AccountId, rows: () => AccountAggregateRows, epoch: string): void {
    this.#waiting.set(accountId, { rows, epoch });
    this.#forgetOldest();
    if (this.#writing) return;
    this.#writing = true;
    setImmediate(() => void this.#drain());
  }

  async #drain(): Promise<void> {
    while (this.#waiting.size > 0) {
      const taken = this.#take();
      this.#inHand = taken.length;
      let allWritten = true;
      for (const epoch of new Set(taken.map(([, each]) => each.epoch))) {
        const some = taken.filter(([, each]) => each.epoch === epoch);
        if (
          await this.#write(
            some.map(([, each]) => each.rows()),
            epoch,
          )
        )
          continue;
        allWritten = false;
        this.#keep(some);
      }
      this.#inHand = 0;
      if (!allWritten) await this.#pause();
    }
    this.#writing = false;
  }

  #take(): readonly (readonly [AccountId, Waiting])[] {
    const taken: (readonly [AccountId, Waiting])[] = [];
    for (const each of this.#waiting) {
      taken.push(each);
      this.#waiting.delete(each[0]);
      if (taken.length === AT_ONCE_MAX) break;
    }
    return taken;
  }

  #keep(notWritten: readonly (readonly [AccountId, Waiting])[]): void {
    for (const [accountId, each] of notWritten) if (!this.#waiting.has(accountId)) this.#waiting.set(accountId, each);
    this.#forgetOldest();
  }

  #forgetOldest(): void {
    for (const accountId of this.#waiting.keys()) {
      if (this.#waiting.size <= KEPT_MAX) return;
      this.#waiting.delete(accountId);
    }
  }
}

/** Keeps no process alive: what is not written when it ends is only a cache. */
const pauseUnnoticed = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, AGAIN_MS).unref());
