import type { Redis } from 'ioredis';
import type { Sql } from 'postgres';
import { differenceOf, readCached, type CachedAggregate, type Projection } from '../projection.ts';
import { BREAKS_SHOWN_MAX, type Finding } from '../finding.ts';

/** The family of keys that hold accounts: a hash of `version`, `epoch` and `json`. */
const KEY_PREFIX = 'acct:';
const KEYS_A_PAGE = 500;

/** What of the cache is to be checked. */
export interface CacheCheck {
  /** One Redis server; of a cluster each node is checked by itself. */
  readonly redisUrl: string;
  /**
   * Nothing is moving any more, and what is written behind commits has had its time: then a cached account that is older than
   * PostgreSQL is a break. While the broker works it is none, because a commit on an old version is refused.
   */
  readonly atRest: boolean;
}

/**
 * Every account that Redis holds is not newer than PostgreSQL, and equal to it where the versions are equal. Each portion is
 * read from Redis first and then from PostgreSQL as it is by then, so that a working broker breaks nothing: `sql` is not to be
 * in a snapshot.
 */
export async function cacheIsProjection(sql: Sql, redis: Redis, { atRest }: Pick<CacheCheck, 'atRest'>): Promise<Finding> {
  const breaks: string[] = [];
  const counts = { equal: 0, older: 0, ofOtherEpochs: 0 };
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', `${KEY_PREFIX}*`, 'COUNT', KEYS_A_PAGE);
    cursor = next;
    const cached = await readHashes(redis, [...new Set(keys)], breaks);
    const { epoch, accounts } = await readProjections(sql, [...cached.keys()]);
    for (const [accountId, aggregate] of cached) {
      if (aggregate.epoch !== epoch) {
        counts.ofOtherEpochs += 1;
        continue;
      }
      const verdict = judge(accountId, aggregate, accounts.get(accountId), atRest);
      counts[verdict.age] += 1;
      if (verdict.broken !== undefined) breaks.push(verdict.broken);
    }
  } while (cursor !== '0' && breaks.length < BREAKS_SHOWN_MAX);
  return {
    invariant: '9 every account in Redis is the projection of PostgreSQL',
    mustCheckSome: true,
    checked: counts.equal + counts.older,
    breaks: breaks.slice(0, BREAKS_SHOWN_MAX),
    note: `${counts.older} older than PostgreSQL, ${counts.ofOtherEpochs} of another epoch and not checked`,
  };
}

interface Verdict {
  readonly age: 'equal' | 'older';
  readonly broken?: string;
}

function judge(accountId: string, cached: CachedAggregate, stored: Projection | undefined, atRest: boolean): Verdict {
  const key = `${KEY_PREFIX}${accountId}`;
  if (stored === undefined) return { age: 'equal', broken: `${key}: PostgreSQL has no such account` };
  const [inRedis, inPostgres] = [BigInt(cached.version), BigInt(stored.version)];
  if (inRedis > inPostgres) {
    return { age: 'equal', broken: `${key} is at version ${inRedis}, newer than PostgreSQL at ${inPostgres}` };
  }
  if (inRedis < inPostgres) {
    const broken = `${key} is at version ${inRedis}, PostgreSQL at ${inPostgres}, and nothing moves any more`;
    return { age: 'older', ...(atRest ? { broken } : {}) };
  }
  const difference = differenceOf(cached.json, stored);
  return { age: 'equal', ...(difference === undefined ? {} : { broken: `${key} at version ${inRedis}: ${difference}` }) };
}

async function readHashes(
  redis: Redis,
  keys: readonly string[],
  breaks: string[],
): Promise<ReadonlyMap<string, CachedAggregate>> {
  const found = new Map<string, CachedAggregate>();
  if (keys.length === 0) return found;
  const pipeline = redis.pipeline();
  for (const key of keys) pipeline.hmget(key, 'version', 'epoch', 'json');
  const replies = (await pipeline.exec()) ?? [];
  for (const [index, [error, reply]] of replies.entries()) {
    const key = keys[index] ?? '';
    if (error !== null) {
      breaks.push(`${key} cannot be read: ${error.message}`);
      continue;
    }
    const fields = reply as readonly (string | null)[];
    // Expired between the scan and the read.
    if (fields.every((field) => field === null)) continue;
    const cached = readCached(fields);
    if (cached === undefined || !/^\d+$/.test(key.slice(KEY_PREFIX.length)))
      breaks.push(`${key} is no account with its version, epoch and json`);
    else found.set(key.slice(KEY_PREFIX.length), cached);
  }
  return found;
}

/** Accounts with their live orders and open positions, every column as text, as of one moment. */
async function readProjections(
  sql: Sql,
  ids: readonly string[],
): Promise<{ readonly epoch: string | undefined; readonly accounts: ReadonlyMap<string, Projection> }> {
  const rows = await sql<(Projection & { readonly id: string | null; readonly epoch: string })[]>`
    select s.epoch::text epoch, a.account_id::text id, a.version::text "version",
        (select json_object_agg(key, value) from json_each_text(row_to_json(a)) where key not in ('chain_length', 'chain_head')) account,
        coalesce((select json_agg((select json_object_agg(key, value) from json_each_text(row_to_json(o))) order by o.order_id) from orders o
          where o.account_id = a.account_id and o.status in ('queued', 'working', 'partially_filled', 'unknown')), '[]') orders,
        coalesce((select json_agg((select json_object_agg(key, value) from json_each_text(row_to_json(p))) order by p.position_id)
          from positions p where p.account_id = a.account_id and p.open_volume_e8 > 0), '[]') positions
      from store_epoch s left join accounts a on a.account_id = any(${`{${ids.join(',')}}`}::bigint[])`;
  return {
    epoch: rows[0]?.epoch,
    accounts: new Map(rows.flatMap((row) => (row.id === null ? [] : [[row.id, row] as const]))),
  };
}
