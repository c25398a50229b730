import { backoffMs, sleep, type Random } from '@margrave/runtime';
import type { AccountId } from '@margrave/vocabulary';
import type { Connection } from '../connection/connection.ts';
import { readDatabaseNowMs, type DatabaseClock } from '../connection/database-clock.ts';
import type { Lease, Pool } from '../connection/pool.ts';
import { inTransaction } from '../connection/transaction.ts';
import { StoreUnavailable } from '../errors.ts';
import { loadAccounts } from '../reads/accounts.ts';
import { findCommandKeys } from '../reads/lookups.ts';
import { idArray } from '../reads/sql.ts';
import type { AccountAggregateRows, CommandKeyRow, CommandRows } from '../rows.ts';
import { sendBatch, type CommitBatch, type CommitOutcome } from './commit-batch.ts';

export interface CommitsOptions {
  readonly pool: Pool;
  readonly clock: DatabaseClock;
  readonly deadlineMs: number;
  readonly random: Random;
  /** Told each time that a commit is tried again because other transactions were in its way. */
  readonly onRetry: (error: Error, failures: number) => void;
}

export interface Commits {
  readonly commitBatch: CommitBatch;
  /** The work is done again from its beginning when other transactions were in its way. */
  readonly withLockedAccounts: <Value>(
    accountIds: readonly AccountId[],
    work: (accounts: readonly AccountAggregateRows[], commitBatch: CommitBatch) => Promise<Value>,
  ) => Promise<Value>;
  /** Those of an account's keys that were used. Locks the account where one was not, so never within `withLockedAccounts`. */
  readonly findCommandKeys: (accountId: AccountId, keys: readonly string[]) => Promise<readonly CommandKeyRow[]>;
}

const BACKOFF = { firstMs: 2, maxMs: 50 };
const LOCK_ACCOUNTS = 'select lock_accounts($1::bigint[])';

/** What writes the books, and what tells whether a write whose outcome is unknown took place. */
export function createCommits(options: CommitsOptions): Commits {
  const { pool, clock, deadlineMs, random, onRetry } = options;
  /** Monotonic time after which the server refuses every commit that was sent so far and whose outcome is unknown. */
  let unsettledUntilMs = 0;

  /** The server is told until when the caller waits: what reaches it later, it refuses. */
  const send = async (
    lease: Lease,
    connection: Connection,
    epoch: string,
    commands: readonly CommandRows[],
  ): Promise<CommitOutcome> => {
    if (clock.nowMs() === undefined) clock.take(await readDatabaseNowMs(connection));
    const { results, databaseNowMs } = await sendBatch(connection, epoch, clock.nowMs()! + Math.ceil(lease.leftMs()), commands);
    clock.take(databaseNowMs);
    return { results };
  };

  /** Contention has rolled everything back: the whole is tried again until the deadline. */
  const run = async <Value>(statement: string, work: (lease: Lease) => Promise<Value>): Promise<Value> => {
    const endsAtMs = performance.now() + deadlineMs;
    for (let failures = 1; ; failures += 1) {
      try {
        return await pool.run(statement, work, endsAtMs - performance.now());
      } catch (error) {
        if (failedUnknown(error)) unsettledUntilMs = Math.max(unsettledUntilMs, endsAtMs);
        const delayMs = backoffMs(BACKOFF, failures, random);
        if (!isContention(error) || performance.now() + delayMs >= endsAtMs) throw error;
        onRetry(error, failures);
        await sleep(delayMs);
      }
    }
  };

  return {
    commitBatch: (epoch, commands) =>
      run('commit_batch', async (lease) => {
        lease.commits();
        return send(lease, lease.connection, epoch, commands);
      }),
    withLockedAccounts: (accountIds, work) =>
      run('locked_accounts', (lease) =>
        inTransaction(lease, async (connection) => {
          await connection.query(LOCK_ACCOUNTS, [idArray(accountIds)]);
          const accounts = await loadAccounts(connection, accountIds);
          return work(accounts, (epoch, commands) => send(lease, connection, epoch, commands));
        }),
      ),
    findCommandKeys: async (accountId, keys) => {
      const found = await pool.run('find_command_keys', ({ connection }) => findCommandKeys(connection, accountId, keys));
      if (found.length === keys.length) return found;
      // Not found is final only when no commit can bring a key any more: none may begin, and none may be under way.
      await sleep(Math.max(0, unsettledUntilMs - performance.now()));
      return pool.run('find_command_keys', (lease) =>
        inTransaction(lease, async (connection) => {
          await connection.query(LOCK_ACCOUNTS, [idArray([accountId])]);
          return findCommandKeys(connection, accountId, keys);
        }),
      );
    },
  };
}

const isContention = (error: unknown): error is StoreUnavailable =>
  error instanceof StoreUnavailable && error.reason === 'contention';
const failedUnknown = (error: unknown): boolean => error instanceof StoreUnavailable && error.outcome === 'unknown';
