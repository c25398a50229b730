import type { Account, Market } from '@margrave/domain';
import { createGatherer, type Logger, type Sleep } from '@margrave/runtime';
import type { AccountId } from '@margrave/vocabulary';
import type { AccountEngine, AccountView, Outcome, Submission } from './api.ts';
import { Executor, type ExecutorParts, type Settlement, type Task } from './executor.ts';
import { accountFromRows } from './from-rows.ts';
import { settle } from './submissions.ts';

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
export function createEngine(parts: EngineParts): AccountEngine & { readonly stop: () => Promise<void> } {
  const { store, cache, recent } = parts;
  const executor = new Executor(parts);
  const gatherer = createGatherer<Task, Settlement>({
    run: (tasks) => executor.run(tasks),
    batchSizeMax: parts.batchSizeMax,
    queueDepthMax: parts.queueDepthMax,
    onBatch: parts.onBatch,
  });
  const reads = new Map<AccountId, Promise<Account | undefined>>();

  const readFromStore = async (accountIds: readonly AccountId[]): Promise<readonly Account[]> => {
    const rows = await store.loadAccounts(accountIds);
    const accounts = rows.map(accountFromRows);
    for (const account of accounts) recent.put(account);
    if (rows.length > 0) cache.write(rows, await store.epoch());
    return accounts;
  };
  /** Those who ask for the same account at once are answered by one read. */
  const read = (accountId: AccountId): Promise<Account | undefined> => {
    const underWay = reads.get(accountId);
    if (underWay !== undefined) return underWay;
    const reading = readFromStore([accountId])
      .then(([account]) => account)
      .finally(() => reads.delete(accountId));
    reads.set(accountId, reading);
    return reading;
  };

  return {
    submit: (submission: Submission): Promise<Outcome> => settle(submission, gatherer, parts),
    view: async (accountId, sequenceMin = 0n): Promise<AccountView | undefined> => {
      const held = recent.getIfYoungerThan(accountId, VIEW_AGE_MS_MAX);
      const account = held !== undefined && held.lastSequence >= sequenceMin ? held : await read(accountId);
      return account && { account, group: parts.group(account), market: parts.market() };
    },
    bringUpToDate: async (accountIds) => void (await readFromStore(accountIds)),
    market: (): Market => parts.market(),
    stop: () => gatherer.stop(),
  };
}
