import { ACCOUNT, aggregate, bench, buy } from './testing/builders.ts';
import { createEngine } from './engine.ts';
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
  const made = createEngine({
    ...parts,
    cache: {
      ...parts.cache,
      write: (rows) => void cached.push(rows.map(({ account }) => `${account.accountId} at ${account.version}`)),
    },
    batchSizeMax: 256,
    queueDepthMax: 300,
    onBatch: (size) => void sizes.push(size),
    log,
    sleep: () => Promise.resolve(),
  });
  return { store, told, sizes, cached, engine: made };
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
