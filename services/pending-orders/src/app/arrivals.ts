import type { AccountId, GroupId } from '@margrave/vocabulary';
import type { Waiting } from './waiting.ts';

export interface ArrivalsNeeds {
  readonly isOurs: (symbol: Waiting['symbol']) => boolean;
  /** Of the accounts that there are. Rejects when the store does not answer. */
  readonly groupsOf: (accountIds: readonly AccountId[]) => Promise<ReadonlyMap<AccountId, GroupId>>;
  readonly take: (waiting: Waiting, groupId: GroupId | undefined) => void;
  readonly onFailed: (error: unknown) => void;
  /** Resolves after a while. */
  readonly pause: () => Promise<void>;
}

/** No more accounts are looked up at once. */
const ACCOUNTS_AT_ONCE = 1_000;

/**
 * Takes what is told of orders and positions, and finds out whose prices they wait for: the group of an account is looked up once,
 * those of many accounts together. What waits for no price needs none, and is taken at once.
 */
export class Arrivals {
  readonly #needs: ArrivalsNeeds;
  readonly #groups = new Map<AccountId, GroupId>();
  readonly #wanted = new Map<AccountId, Waiting[]>();
  #isLooking = false;

  constructor(needs: ArrivalsNeeds) {
    this.#needs = needs;
  }

  take(waiting: Waiting): void {
    const { isOurs, take } = this.#needs;
    if (!isOurs(waiting.symbol)) return;
    const groupId = this.#groups.get(waiting.accountId);
    if (groupId !== undefined || waiting.levels.length === 0) take(waiting, groupId);
    else {
      const others = this.#wanted.get(waiting.accountId) ?? [];
      this.#wanted.set(waiting.accountId, [...others, waiting]);
      if (!this.#isLooking) void this.#lookUp();
    }
  }

  /** An account is of this group. */
  learn(accountId: AccountId, groupId: GroupId): void {
    this.#groups.set(accountId, groupId);
  }

  /** An account may be of another group by now: each is looked up when it is heard of. */
  forgetGroups(): void {
    this.#groups.clear();
  }

  async #lookUp(): Promise<void> {
    this.#isLooking = true;
    // What is told in one go is looked up together.
    await Promise.resolve();
    while (this.#wanted.size > 0) {
      const accountIds = [...this.#wanted.keys()].slice(0, ACCOUNTS_AT_ONCE);
      try {
        const groups = await this.#needs.groupsOf(accountIds);
        for (const accountId of accountIds) this.#found(accountId, groups.get(accountId));
      } catch (error) {
        this.#needs.onFailed(error);
        await this.#needs.pause();
      }
    }
    this.#isLooking = false;
  }

  #found(accountId: AccountId, groupId: GroupId | undefined): void {
    const waiting = this.#wanted.get(accountId) ?? [];
    this.#wanted.delete(accountId);
    if (groupId === undefined) return;
    this.#groups.set(accountId, groupId);
    for (const each of waiting) if (this.#needs.isOurs(each.symbol)) this.#needs.take(each, groupId);
  }
}
