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
  /** The newest events that other processes told of, of accounts at hand or not: bounded likewise. */
  readonly #heard = new Map<AccountId, bigint>();
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

  /** Whether it is at hand, however long ago it was last known to be the newest. */
  has(accountId: AccountId): boolean {
    return this.#entries.has(accountId);
  }

  /**
   * Does not keep what another process is known to have gone beyond, such as a read that was overtaken brings, nor what is of
   * another line of history than the one that was entered.
   */
  put(account: Account, epoch: string): void {
    const { accountId } = account;
    if (epoch !== this.#epoch) return;
    const held = this.#entries.get(accountId);
    if ((held !== undefined && held.account.version > account.version) || this.isOvertaken(account)) return;
    keepLast(this.#entries, accountId, { account, knownAtMs: this.#monotonicMs() }, this.#accountsMax);
  }

  /** Whether another process told of something that it does not contain. */
  isOvertaken({ accountId, lastSequence }: Pick<Account, 'accountId' | 'lastSequence'>): boolean {
    return (this.#heard.get(accountId) ?? 0n) > lastSequence;
  }

  forget(accountId: AccountId): void {
    this.#entries.delete(accountId);
  }

  /** Another process committed the account's event of this number. */
  forgetWithout(accountId: AccountId, sequence: bigint): void {
    if (sequence > (this.#heard.get(accountId) ?? 0n)) keepLast(this.#heard, accountId, sequence, this.#accountsMax);
    const entry = this.#entries.get(accountId);
    if (entry !== undefined && entry.account.lastSequence < sequence) this.#entries.delete(accountId);
  }

  /**
   * The line of history that the store is on. Accounts of another one (before a restore, or a promotion) may stand at the same
   * versions and be others: they are forgotten.
   */
  enterEpoch(epoch: string): void {
    if (this.#epoch !== undefined && epoch !== this.#epoch) {
      this.#entries.clear();
      this.#heard.clear();
    }
    this.#epoch = epoch;
  }
}

/** Puts an entry last; the first ones go. */
function keepLast<Value>(entries: Map<AccountId, Value>, accountId: AccountId, value: Value, entriesMax: number): void {
  entries.delete(accountId);
  entries.set(accountId, value);
  for (const oldest of entries.keys()) {
    if (entries.size <= entriesMax) break;
    entries.delete(oldest);
  }
}
