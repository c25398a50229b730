import type { AggregateRecord, Cache } from '@margrave/cache-redis';
import { ok, refuse, type AccountId } from '@margrave/vocabulary';
import { aggregateToJson } from './aggregate-json.ts';
import { Executor } from './executor.ts';
import { redisAggregates } from './redis-aggregates.ts';
import { ACCOUNT, aggregate, bench, buy, task } from './testing/builders.ts';

const LOST = '00000000-0000-0000-0000-000000000001';
const LIVING = '00000000-0000-0000-0000-000000000002';

/** An executor on a store of the living line, with a Redis that holds what `cached` says. */
function overRedis(cached: AggregateRecord | undefined) {
  const { store, parts } = bench();
  store.epochNow = LIVING;
  // There is nothing left to trade with; Redis has the account as it was before, with all of its deposit.
  store.accounts.set(ACCOUNT, aggregate(ACCOUNT, 0n));
  const aggregates: Cache['aggregates'] = {
    readAggregates: () =>
      Promise.resolve(
        cached === undefined
          ? refuse({ reason: 'unavailable', message: 'Redis is away' })
          : ok(new Map<AccountId, AggregateRecord>([[ACCOUNT, cached]])),
      ),
    writeAggregates: (records) => Promise.resolve(ok(records.length)),
  };
  const found: string[] = [];
  const cache = redisAggregates({
    store: { epoch: () => Promise.resolve(LIVING) },
    cache: { aggregates },
    log: { debug: () => undefined },
  });
  const executor = new Executor({ ...parts, cache, onAccountFound: (where) => void found.push(where) });
  return { found, place: () => executor.run([task(buy('key'))]) };
}

const recordOf = (epoch: string): AggregateRecord => ({
  accountId: ACCOUNT,
  version: 1n,
  epoch,
  json: aggregateToJson(aggregate(ACCOUNT)),
});

describe('an account in Redis', () => {
  it('of a line of history that was lost is not decided on, though its version is that of the store', async () => {
    const { found, place } = overRedis(recordOf(LOST));
    expect(await place()).toMatchObject([{ kind: 'committed', answer: { status: 422 } }]);
    expect(found).toEqual(['miss']);
  });

  it('of the living line is decided on without a read of the store', async () => {
    const { found, place } = overRedis(recordOf(LIVING));
    expect(await place()).toMatchObject([{ kind: 'committed', answer: { status: 201 } }]);
    expect(found).toEqual(['hit']);
  });

  it('is read from the store where Redis is away', async () => {
    const { found, place } = overRedis(undefined);
    expect(await place()).toMatchObject([{ kind: 'committed', answer: { status: 422 } }]);
    expect(found).toEqual(['miss']);
  });
});
