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
