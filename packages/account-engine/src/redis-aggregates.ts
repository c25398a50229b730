import type { Cache } from '@margrave/cache-redis';
import type { Account } from '@margrave/domain';
import type { Logger } from '@margrave/runtime';
import type { Store } from '@margrave/store-postgres';
import { aggregateFromJson, aggregateToJson } from './aggregate-json.ts';
import type { AggregateCache } from './ports.ts';
import { aggregateRows, WriteBehind } from './write-behind.ts';

interface RedisAggregatesParts {
  readonly store: Pick<Store, 'epoch'>;
  readonly cache: Pick<Cache, 'aggregates'>;
  readonly log: Pick<Logger, 'debug'>;
}

/** Redis as the engine uses it. The epoch goes with every aggregate, so that one of a lost line of history never matches. */
export function redisAggregates({ store, cache, log }: RedisAggregatesParts): AggregateCache & {
  readonly put: (account: Account) => void;
  readonly depth: () => number;
} {
  let epoch: string | undefined;
  const behind = new WriteBehind(async (accounts, ofEpoch) => {
    const written = await cache.aggregates.writeAggregates(
      accounts.map((rows) => ({
        accountId: rows.account.accountId,
        version: rows.account.version,
        epoch: ofEpoch,
        json: aggregateToJson(rows),
      })),
    );
    if (!written.ok) log.debug({ reason: written.refusal.reason }, 'Redis did not take accounts');
    return written.ok;
  });
  return {
    read: async (accountIds, ofEpoch) => {
      epoch = ofEpoch;
      const found = await cache.aggregates.readAggregates(accountIds);
      if (!found.ok) return [];
      return [...found.value.values()]
        .filter((record) => record.epoch === ofEpoch)
        .map((record) => aggregateFromJson(record.json));
    },
    write: (accounts, ofEpoch) => {
      epoch = ofEpoch;
      for (const rows of accounts) behind.put(rows.account.accountId, () => rows, ofEpoch);
    },
    put: (account) => {
      if (epoch !== undefined) behind.put(account.accountId, () => aggregateRows(account), epoch);
      else
        void store.epoch().then(
          (known) => (epoch = known),
          () => undefined,
        );
    },
    depth: () => behind.depth,
  };
}
