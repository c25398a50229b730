import { setTimeout as timeout } from 'node:timers/promises';
import fc from 'fast-check';
import { createIdLease } from './id-lease.ts';

/** One sequence off which several leases take blocks, each fetch answered after some turns. */
function sequence(blockSize: number, fetchTurns = 0) {
  let next = 1_000_000_000n;
  /** How many blocks at a time. */
  const fetched: number[] = [];
  return {
    fetched,
    fetchBlocks: async (blocks: number): Promise<readonly bigint[]> => {
      const firsts = Array.from({ length: blocks }, (_, index) => next + BigInt(index * blockSize));
      next += BigInt(blocks * blockSize);
      fetched.push(blocks);
      for (let i = 0; i < fetchTurns; i += 1) await Promise.resolve();
      return firsts;
    },
  };
}
const failOnError = (error: Error): void => {
  throw error;
};
const turn = (): Promise<void> => timeout(0);

it('hands out ids of one block without waiting, and fetches the next when half is used', async () => {
  const { fetched, fetchBlocks } = sequence(10);
  const ids = createIdLease({ fetchBlocks, blockSize: 10, onFetchFailed: failOnError });
  expect(ids.tryTake(1)).toBeUndefined();
  await turn();
  expect(ids.tryTake(4)).toEqual([1_000_000_000n, 1_000_000_001n, 1_000_000_002n, 1_000_000_003n]);
  await turn();
  expect(fetched).toHaveLength(1);
  expect(ids.tryTake(1)).toEqual([1_000_000_004n]);
  await turn();
  expect(fetched).toHaveLength(2);
  expect(ids.left()).toBe(15);
});

it('waits only when dry, first come first served, also for more than a block', async () => {
  const { fetchBlocks } = sequence(4, 3);
  const ids = createIdLease({ fetchBlocks, blockSize: 4, onFetchFailed: failOnError });
  const [many, one] = await Promise.all([ids.take(10), ids.take(1)]);
  expect(many).toHaveLength(10);
  expect(one).toEqual([1_000_000_010n]);
});

it('fetches many blocks at once for who takes many ids, and has as many at hand for the next time', async () => {
  const { fetched, fetchBlocks } = sequence(10);
  const ids = createIdLease({ fetchBlocks, blockSize: 10, onFetchFailed: failOnError });
  await ids.take(45);
  await turn();
  expect(fetched).toEqual([5, 5]);
  expect(ids.tryTake(45)).toHaveLength(45);
});

it('lets nobody pass by those who wait', async () => {
  const { fetchBlocks } = sequence(4, 3);
  const ids = createIdLease({ fetchBlocks, blockSize: 4, onFetchFailed: failOnError });
  await ids.take(1);
  const waits = ids.take(9);
  expect(ids.tryTake(1)).toBeUndefined();
  expect((await waits)[0]).toBe(1_000_000_001n);
});

it('rejects those who wait when no block can be had, says so, and asks again for the next', async () => {
  const failures: string[] = [];
  const { fetchBlocks } = sequence(4);
  let down = true;
  const ids = createIdLease({
    fetchBlocks: (blocks) => (down ? Promise.reject(new Error('database away')) : fetchBlocks(blocks)),
    blockSize: 4,
    onFetchFailed: (error) => failures.push(error.message),
  });
  await expect(ids.take(1)).rejects.toThrow('database away');
  expect(failures).toEqual(['database away']);
  down = false;
  expect(await ids.take(1)).toEqual([1_000_000_000n]);
});

it('takes a block below the last one for what it is: ids that were used', async () => {
  const firsts = [1_000n, 1_002n];
  const ids = createIdLease({
    fetchBlocks: () => Promise.resolve([firsts.shift() ?? 0n]),
    blockSize: 4,
    onFetchFailed: () => undefined,
  });
  expect(await ids.take(2)).toEqual([1_000n, 1_001n]);
  await turn();
  await expect(ids.take(4)).rejects.toThrow('would be used twice');
});

it('never gives the same id twice, whoever takes how many and in whatever order blocks arrive', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ lease: fc.nat(2), count: fc.nat(12), wait: fc.boolean() }), { maxLength: 60 }),
      fc.integer({ min: 2, max: 9 }),
      fc.nat(4),
      async (steps, blockSize, fetchTurns) => {
        const { fetchBlocks } = sequence(blockSize, fetchTurns);
        const leases = [0, 1, 2].map(() => createIdLease({ fetchBlocks, blockSize, onFetchFailed: failOnError }));
        const seen: bigint[] = [];
        const waiting: Promise<void>[] = [];
        for (const { lease, count, wait } of steps) {
          const ids = leases[lease];
          if (wait) {
            waiting.push(
              ids!.take(count).then((taken) => {
                expect(taken).toHaveLength(count);
                seen.push(...taken);
              }),
            );
          } else {
            seen.push(...(ids!.tryTake(count) ?? []));
            await Promise.resolve();
          }
        }
        await Promise.all(waiting);
        expect(new Set(seen).size).toBe(seen.length);
      },
    ),
  );
});
