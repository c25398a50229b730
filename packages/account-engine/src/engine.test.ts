import { ACCOUNT, aggregate, bench, buy } from './testing/builders.ts';
import { createEngine } from './engine.ts';
import { RecentAccounts } from './recent-accounts.ts';
import type { AccountAggregateRows } from '@margrave/store-postgres';
import type { AccountId } from '@margrave/vocabulary';

const log = {
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  fatal: () => undefined,
};

const engine = () => {
  const { store, told, parts } = bench();
  const sizes: number[] = [];
  const cached: string[][] = [];
  const inCache = new Map<AccountId, AccountAggregateRows>();
  const epochOfCache = store.epochNow;
  const found: string[] = [];
  const clock = { nowMs: 0 };
  const recent = new RecentAccounts(100, () => clock.nowMs);
  const made = createEngine({
    ...parts,
    recent,
    onAccountFound: (where) => void found.push(where),
    cache: {
      read: (accountIds, epoch) =>
        Promise.resolve(epoch === epochOfCache ? accountIds.flatMap((id) => inCache.get(id) ?? []) : []),
      write: (rows) => void cached.push(rows.map(({ account }) => `${account.accountId} at ${account.version}`)),
    },
    batchSizeMax: 256,
    queueDepthMax: 300,
    onBatch: (size) => void sizes.push(size),
    log,
    sleep: () => Promise.resolve(),
  });
  return { store, told, sizes, cached, inCache, found, clock, recent, engine: made };
};

describe('the engine', () => {
  it('gathers what comes together into one commit', async () => {
    const { engine: made, sizes, store } = engine();
    const outcomes = await Promise.all(Array.from({ length: 200 }, (_, index) => made.submit(buy(`key-${index}`, 0.01))));
    expect(outcomes.every(({ kind }) => kind === 'committed')).toBe(true);
    expect(sizes).toEqual([200]);
    expect(store.batches).toHaveLength(1);
  });

  it('answers equal requests that come at once with one and the same order', async () => {
    const { engine: made, store } = engine();
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => made.submit(buy('same'))));
    expect(outcomes.map(({ kind }) => kind).filter((kind) => kind === 'committed')).toHaveLength(1);
    expect(store.orders.size).toBe(1);
    expect(outcomes.every((outcome) => 'answer' in outcome && outcome.answer?.status === 201)).toBe(true);
  });

  it('refuses what is more than its queue holds, and reserves nothing for it', async () => {
    const { engine: made, store } = engine();
    const outcomes = await Promise.all(Array.from({ length: 400 }, (_, index) => made.submit(buy(`key-${index}`, 0.01))));
    expect(outcomes.filter(({ kind }) => kind === 'unavailable')).toHaveLength(100);
    expect(store.orders.size).toBe(300);
  });

  it('shows an account with at least the event that was asked for', async () => {
    const { engine: made, store } = engine();
    expect((await made.view(ACCOUNT))?.account.lastSequence).toBe(1n);
    const held = aggregate(ACCOUNT);
    store.accounts.set(ACCOUNT, { ...held, account: { ...held.account, version: 2n, lastSequence: 9n } });
    expect((await made.view(ACCOUNT))?.account.lastSequence).toBe(1n);
    expect((await made.view(ACCOUNT, 9n))?.account.lastSequence).toBe(9n);
    expect(await made.view('1000000009' as AccountId)).toBeUndefined();
  });

  describe('shows an account that is not at hand', () => {
    const at = (version: bigint): AccountAggregateRows => {
      const { account, ...rest } = aggregate(ACCOUNT);
      return { ...rest, account: { ...account, version, lastSequence: version } };
    };
    const withBoth = (inStore: bigint, inRedis: bigint) => {
      const made = engine();
      made.store.accounts.set(ACCOUNT, at(inStore));
      made.inCache.set(ACCOUNT, at(inRedis));
      const shown = async (sequenceMin?: bigint) => (await made.engine.view(ACCOUNT, sequenceMin))?.account.version;
      return { ...made, shown };
    };

    it('as the cache has it, without a look into the store', async () => {
      const { shown, found, clock, store } = withBoth(3n, 2n);
      expect([await shown(), await shown()]).toEqual([2n, 2n]);
      expect(found).toEqual(['hit', 'memory']);
      clock.nowMs = 15_001;
      expect([await shown(), store.batches.length]).toEqual([3n, 0]);
    });

    it('from the store where the cache has not the event that was asked for', async () => {
      const { shown, found } = withBoth(3n, 2n);
      expect(await shown(3n)).toBe(3n);
      expect(found).toEqual(['miss']);
    });

    it('from the store where another process told of something newer than what the cache has', async () => {
      const { shown, recent } = withBoth(3n, 2n);
      recent.forgetWithout(ACCOUNT, 3n);
      expect(await shown()).toBe(3n);
    });

    it('from the store where the cache is of a line of history that it knows to be over', async () => {
      const { shown, store, engine: made } = withBoth(3n, 5n);
      store.epochNow = '00000000-0000-0000-0000-000000000002';
      await made.enterEpoch();
      expect(await shown()).toBe(3n);
    });

    it('with the event that was asked for, though a read of before it was under way', async () => {
      const { shown, store, inCache } = withBoth(2n, 2n);
      inCache.clear();
      const load = store.loadAccounts;
      store.loadAccounts = async (accountIds) => {
        const rows = await load(accountIds);
        store.accounts.set(ACCOUNT, at(3n));
        return rows;
      };
      expect(await Promise.all([shown(), shown(3n)])).toEqual([2n, 3n]);
    });
  });

  it('brings accounts that others committed on up to date in the cache, all at once and whatever it remembers', async () => {
    const { engine: made, store, cached } = engine();
    await made.view(ACCOUNT);
    const held = aggregate(ACCOUNT);
    store.accounts.set(ACCOUNT, { ...held, account: { ...held.account, version: 40n } });
    cached.length = 0;
    await made.bringUpToDate([ACCOUNT, '1000000009' as AccountId]);
    expect(cached).toEqual([[`${ACCOUNT} at 40`]]);
  });

  it('finishes what it took before it stops', async () => {
    const { engine: made } = engine();
    const taken = made.submit(buy('key'));
    await made.stop();
    expect((await taken).kind).toBe('committed');
    expect((await made.submit(buy('late'))).kind).toBe('unavailable');
  });
});
