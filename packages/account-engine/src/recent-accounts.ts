import type { Account } from '@margrave/domain';
import type { AccountId } from '@margrave/vocabulary';

interface Entry {
  readonly account: Account;
  /** Monotonic time at which it was last known to be the newest. */
  readonly knownAtMs: number;
}

/**
 * The accounts at hand in this process: bounded, the least recently used goes first. An entry can only be too old, and then
 * the commit says so; it is never trusted over the store.
 */
export class RecentAccounts {
  readonly #entries = new Map<AccountId, Entry>();
  readonly #accountsMax: number;
  readonly #monotonicMs: () => number;
  #epoch: string | undefined;

  constructor(accountsMax: number, monotonicMs: () => number) {
    this.#accountsMax = accountsMax;
    this.#monotonicMs = monotonicMs;
  }

  get(accountId: AccountId): Account | undefined {
    const entry = this.#entries.get(accountId);
    if (entry === undefined) return undefined;
    this.#entries.delete(accountId);
    this.#entries.set(accountId, entry);
    return entry.account;
  }

  /** As `get`, if it was known to be the newest within the last milliseconds. */
  getIfYoungerThan(accountId: AccountId, ageMsMax: number): Account | undefined {
    const entry = this.#entries.get(accountId);
    return entry !== undefined && this.#monotonicMs() - entry.knownAtMs <= ageMsMax ? this.get(accountId) : undefined;
  }

  put(account: Account): void {
    const held = this.#entries.get(account.accountId);
    if (held !== undefined && held.account.version > account.version) return;
    this.#entries.delete(account.accountId);
    this.#entries.set(account.accountId, { account, knownAtMs: this.#monotonicMs() });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#accountsMax) break;
      this.#entries.delete(oldest);
    }
  }

  forget(accountId: AccountId): void {
    this.#entries.delete(accountId);
  }

  /** Another process committed up to this version. */
  forgetOlderThan(accountId: AccountId, version: bigint): void {
    const entry = this.#entries.get(accountId);
    if (entry !== undefined && entry.account.version < version) this.#entries.delete(accountId);
  }

  /**
   * The line of history that the store is on. Accounts of another one (before a restore, or a promotion) may stand at the same
   * versions and be others: they are forgotten.
   */
  enterEpoch(epoch: string): void {
    if (epoch !== this.#epoch) this.#entries.clear();
    this.#epoch = epoch;
  }
}
