import { ok, type AccountId, type Result } from '@margrave/vocabulary';
import type { CacheClient, CacheFailure } from './client.ts';
import { aggregateKey, KEY_FAMILIES } from './keys.ts';
import { SCRIPTS } from './scripts.ts';

/** An account as its last commit left it. The text is opaque to the cache. */
export interface AggregateRecord {
  readonly accountId: AccountId;
  readonly version: bigint;
  /** The timeline of the database, renewed by a restore or a promotion. */
  readonly epoch: string;
  readonly json: string;
}

export interface AggregateCache {
  /**
   * Keeps each aggregate if it is newer than what is there, or if what is there is of another epoch. One round trip.
   * The caller passes the epoch that the database has now; then a lost timeline never replaces the living one.
   * @returns how many were written.
   */
  readonly writeAggregates: (records: readonly AggregateRecord[]) => Promise<Result<number, CacheFailure>>;
  /** The aggregates that are there, of whatever epoch: the caller compares. One round trip. */
  readonly readAggregates: (
    accountIds: readonly AccountId[],
  ) => Promise<Result<ReadonlyMap<AccountId, AggregateRecord>, CacheFailure>>;
}

const VERSION = /^\d{1,19}$/;

export function createAggregateCache(client: CacheClient): AggregateCache {
  return {
    writeAggregates: async (records) => {
      if (records.length === 0) return ok(0);
      const replies = await client.pipeline((commands) => {
        for (const { accountId, version, epoch, json } of records) {
          commands.evalsha(
            SCRIPTS.writeAggregate.hash,
            1,
            aggregateKey(accountId),
            String(version),
            epoch,
            json,
            KEY_FAMILIES.aggregate.lifetimeMs,
          );
        }
      });
      return replies.ok ? ok(replies.value.filter((reply) => reply === 1).length) : replies;
    },
    readAggregates: async (accountIds) => {
      if (accountIds.length === 0) return ok(new Map());
      const replies = await client.pipeline((commands) => {
        for (const accountId of accountIds) commands.hmget(aggregateKey(accountId), 'version', 'epoch', 'json');
      });
      if (!replies.ok) return replies;
      const records = new Map<AccountId, AggregateRecord>();
      for (const [index, accountId] of accountIds.entries()) {
        const record = readRecord(accountId, replies.value[index]);
        if (record !== undefined) records.set(accountId, record);
      }
      return ok(records);
    },
  };
}

function readRecord(accountId: AccountId, reply: unknown): AggregateRecord | undefined {
  if (!Array.isArray(reply)) return undefined;
  const [version, epoch, json] = reply as readonly unknown[];
  if (typeof version !== 'string' || !VERSION.test(version)) return undefined;
  return typeof epoch === 'string' && typeof json === 'string' ? { accountId, version: BigInt(version), epoch, json } : undefined;
}
