import type { AccountId } from '@margrave/vocabulary';

interface Waiter {
  readonly holder: object;
  readonly accountIds: readonly AccountId[];
  readonly run: () => void;
}

/** The row locks of accounts: all of them or none, first come, first served. */
export class Locks {
  readonly #holders = new Map<AccountId, object>();
  #waiting: Waiter[] = [];

  /** Runs at once, or when those who hold them let go. */
  take(holder: object, accountIds: readonly AccountId[], run: () => void): void {
    this.#waiting.push({ holder, accountIds, run });
    this.#serve();
  }

  /** Also of what the holder still waits for. */
  release(holder: object): void {
    for (const [accountId, by] of this.#holders) if (by === holder) this.#holders.delete(accountId);
    this.#waiting = this.#waiting.filter((waiter) => waiter.holder !== holder);
    this.#serve();
  }

  #serve(): void {
    const wanted = new Set<AccountId>();
    for (const waiter of this.#waiting) {
      const isFree = waiter.accountIds.every((id) => !this.#holders.has(id) && !wanted.has(id));
      if (!isFree) {
        // Who waits already comes first.
        for (const id of waiter.accountIds) wanted.add(id);
        continue;
      }
      this.#waiting = this.#waiting.filter((other) => other !== waiter);
      for (const id of waiter.accountIds) this.#holders.set(id, waiter.holder);
      waiter.run();
      return this.#serve();
    }
  }
}
