import type { Account, Market } from '@margrave/domain';
import { createGatherer, type Logger, type Sleep } from '@margrave/runtime';
import type { AccountId } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import type { AccountEngine, AccountView, Basket, BasketOutcome, Outcome, Submission } from './api.ts';
import { Executor } from './executor.ts';
import type { ExecutorParts } from './executor-parts.ts';
import { accountFromRows } from './from-rows.ts';
import { settle } from './submissions.ts';
import type { Settlement, Task } from './task.ts';

export interface EngineParts extends ExecutorParts {
  readonly batchSizeMax: number;
  readonly queueDepthMax: number;
  readonly onBatch: (size: number) => void;
  readonly log: Pick<Logger, 'error'>;
  readonly sleep: Sleep;
}

/** An account that was not heard of for so long is read again before it is shown. */
const VIEW_AGE_MS_MAX = 15_000;

/**
 * The account engine over its parts: submissions gather into batches, one in flight, each decided and committed by the
 * executor. `stop` takes nothing more and resolves when all that was taken is settled.
 */
export function createEngine(parts: EngineParts): AccountEngine & {
  /** Looks which line of history the store is on: nothing tells a process that only reads. */
  readonly enterEpoch: () => Promise<void>;
  readonly stop: () => Promise<void>;
} {
  const { store, cache, recent, onAccountFound } = parts;
  const executor = new Executor(parts);
  const gatherer = createGatherer<Task, Settlement>({
    run: (tasks) => executor.run(tasks),
    batchSizeMax: parts.batchSizeMax,
    queueDepthMax: parts.queueDepthMax,
    onBatch: parts.onBatch,
  });

  const readFromStore = async (accountIds: readonly AccountId[]): Promise<readonly Account[]> => {
    // Asked before the accounts are: what is written under an epoch is never older than it.
    const epoch = await executor.epoch();
    const rows = await store.loadAccounts(accountIds);
    const accounts = rows.map(accountFromRows);
    for (const account of accounts) recent.put(account, epoch);
    if (rows.length > 0) cache.write(rows, epoch);
    return accounts;
  };
  const fromStore = shared(async (accountId) => (await readFromStore([accountId]))[0]);
  /**
   * The cache may lack what was committed last. So it is asked only for what is not at hand, what is known to be overtaken is not
   * taken, and an account that was shown from it is read from the store when it is shown the next time after `VIEW_AGE_MS_MAX`.
   */
  const fromCache = shared(async (accountId) => {
    const epoch = await executor.epoch();
    const [rows] = await cache.read([accountId], epoch);
    if (rows === undefined || recent.isOvertaken(rows.account)) return undefined;
    const account = accountFromRows(rows);
    recent.put(account, epoch);
    return account;
  });
  /** An account that is not at hand; `undefined` where the cache has none that is new enough. */
  const cached = async (accountId: AccountId, sequenceMin: bigint): Promise<Account | undefined> => {
    if (recent.has(accountId)) return undefined;
    const account = await fromCache(accountId);
    const isNewEnough = account !== undefined && account.lastSequence >= sequenceMin;
    onAccountFound(isNewEnough ? 'hit' : 'miss');
    return isNewEnough ? account : undefined;
  };
  const stored = async (accountId: AccountId, sequenceMin: bigint): Promise<Account | undefined> => {
    const account = await fromStore(accountId);
    // A read that was under way already may have begun before what the caller knows of.
    return account !== undefined && account.lastSequence < sequenceMin ? (await readFromStore([accountId]))[0] : account;
  };

  return {
    submit: async (submission: Submission): Promise<Outcome> => {
      const outcome = await settle(submission, gatherer, parts);
      assert(outcome.kind !== 'committed_basket', 'one command is no basket');
      return outcome;
    },
    submitBasket: async (basket: Basket): Promise<BasketOutcome> => {
      const outcome = await settle(basket, gatherer, parts);
      const { kind } = outcome;
      assert(kind !== 'committed' && kind !== 'already_applied' && kind !== 'no_change', 'a basket has an outcome of its own');
      return outcome;
    },
    view: async (accountId, sequenceMin = 0n): Promise<AccountView | undefined> => {
      const held = recent.getIfYoungerThan(accountId, VIEW_AGE_MS_MAX);
      const isNewEnough = held !== undefined && held.lastSequence >= sequenceMin;
      if (isNewEnough) onAccountFound('memory');
      const account = isNewEnough ? held : ((await cached(accountId, sequenceMin)) ?? (await stored(accountId, sequenceMin)));
      return account && { account, group: parts.group(account), market: parts.market() };
    },
    bringUpToDate: async (accountIds) => void (await readFromStore(accountIds)),
    market: (): Market => parts.market(),
    enterEpoch: async () => void (await executor.enterEpoch()),
    stop: () => gatherer.stop(),
  };
}

/** Those who ask for the same account at once are answered by one read. */
function shared<Value>(read: (accountId: AccountId) => Promise<Value>): (accountId: AccountId) => Promise<Value> {
  const underWay = new Map<AccountId, Promise<Value>>();
  return (accountId) => {
    const found = underWay.get(accountId);
    if (found !== undefined) return found;
    const reading = read(accountId).finally(() => underWay.delete(accountId));
    underWay.set(accountId, reading);
    return reading;
  };
}
