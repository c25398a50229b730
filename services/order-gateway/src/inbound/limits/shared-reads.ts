import type { AccountId } from '@margrave/vocabulary';

/**
 * Identical reads of an account that are under way at once are answered by one. A read never joins one that began before a
 * command of this process was answered, so that a client sees what it was just told.
 */
export class SharedReads<Value> {
  readonly #underWay = new Map<AccountId, Map<string, Promise<Value>>>();

  /** `what` names the question; equal names must have equal answers. */
  read(accountId: AccountId, what: string, run: () => Promise<Value>): Promise<Value> {
    let reads = this.#underWay.get(accountId);
    const same = reads?.get(what);
    if (same !== undefined) return same;
    if (reads === undefined) this.#underWay.set(accountId, (reads = new Map<string, Promise<Value>>()));
    const own = reads;
    const reading = run().finally(() => {
      own.delete(what);
      if (own.size === 0 && this.#underWay.get(accountId) === own) this.#underWay.delete(accountId);
    });
    own.set(what, reading);
    return reading;
  }

  /** A command changed the account: who asks from now on is answered anew. */
  startAnew(accountId: AccountId): void {
    this.#underWay.delete(accountId);
  }
}
