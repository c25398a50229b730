import type { AccountAggregateRows } from '@margrave/store-postgres';
import type { AccountId } from '@margrave/vocabulary';
import { WriteBehind } from './write-behind.ts';

const ONE = '1000000001' as AccountId;
const TWO = '1000000002' as AccountId;

/** All that matters of an account here is how old it is. */
const atVersion = (version: bigint) => (): AccountAggregateRows => ({ account: { version } }) as AccountAggregateRows;

const passing = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function untilQuiet(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await passing();
}

describe('what is written to the cache behind a commit', () => {
  let isThere: boolean;
  let written: bigint[];
  let behind: WriteBehind;
  beforeEach(() => {
    isThere = true;
    written = [];
    const write = (accounts: readonly AccountAggregateRows[]): Promise<boolean> => {
      if (isThere) written.push(...accounts.map(({ account }) => account.version));
      return Promise.resolve(isThere);
    };
    behind = new WriteBehind(write, passing);
  });

  it('is the newest of each account', async () => {
    behind.put(ONE, atVersion(1n), 'epoch');
    behind.put(ONE, atVersion(2n), 'epoch');
    behind.put(TWO, atVersion(7n), 'epoch');
    await untilQuiet();
    expect(written).toEqual([2n, 7n]);
  });

  it('is there when the cache is back, though nothing was committed since', async () => {
    isThere = false;
    behind.put(ONE, atVersion(3n), 'epoch');
    await untilQuiet();
    expect(behind.depth).toBe(1);
    isThere = true;
    await untilQuiet();
    expect(written).toEqual([3n]);
    expect(behind.depth).toBe(0);
  });

  const many = (count: number): readonly AccountId[] =>
    Array.from({ length: count }, (_, index) => `${2_000_000_000 + index}` as AccountId);

  it('is all that waits, a few accounts in each round trip', async () => {
    const sizes: number[] = [];
    const counting = new WriteBehind((accounts) => {
      sizes.push(accounts.length);
      return Promise.resolve(true);
    }, passing);
    for (const accountId of many(100)) counting.put(accountId, atVersion(1n), 'epoch');
    await untilQuiet();
    expect(sizes).toEqual([32, 32, 32, 4]);
  });

  it('is bounded while the cache is away: the oldest are forgotten', async () => {
    isThere = false;
    const [first, ...others] = many(10_001);
    behind.put(first as AccountId, atVersion(7n), 'epoch');
    await untilQuiet();
    for (const accountId of others) behind.put(accountId, atVersion(8n), 'epoch');
    await untilQuiet();
    expect(behind.depth).toBe(10_000);
    isThere = true;
    while (behind.depth > 0) await passing();
    expect([written.length, written.includes(7n)]).toEqual([10_000, false]);
  });

  it('is never an older one in the place of a newer', async () => {
    isThere = false;
    behind.put(ONE, atVersion(3n), 'epoch');
    await untilQuiet();
    behind.put(ONE, atVersion(4n), 'epoch');
    isThere = true;
    await untilQuiet();
    expect(written).toEqual([4n]);
  });

  it('is never an older one that failed while a newer came', async () => {
    const failing: ((isWritten: boolean) => void)[] = [];
    const slow = new WriteBehind((accounts) => {
      written.push(...accounts.map(({ account }) => account.version));
      return new Promise((resolve) => failing.push(resolve));
    }, passing);
    slow.put(ONE, atVersion(3n), 'epoch');
    await untilQuiet();
    slow.put(ONE, atVersion(4n), 'epoch');
    failing[0]?.(false);
    await untilQuiet();
    expect(written).toEqual([3n, 4n]);
  });
});
