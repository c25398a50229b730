import assert from 'node:assert/strict';
import { asError } from './bug.ts';

export interface IdLeaseOptions {
  /** Reserves so many blocks of consecutive ids for ever and returns their firsts; never the same twice, always greater than before. */
  readonly fetchBlocks: (blocks: number) => Promise<readonly bigint[]>;
  readonly blockSize: number;
  /** Told when a block could not be had; it is asked for again with the next id taken. */
  readonly onFetchFailed: (error: Error) => void;
}

export interface IdLease {
  /** So many ids, at once; nothing when fewer are at hand. */
  readonly tryTake: (count: number) => readonly bigint[] | undefined;
  /** So many ids, waiting for a block when dry. First come, first served. Rejects when a block cannot be had. */
  readonly take: (count: number) => Promise<readonly bigint[]>;
  /** How many ids are at hand. */
  readonly left: () => number;
}

interface Block {
  next: bigint;
  readonly end: bigint;
}

interface Waiter {
  readonly count: number;
  readonly resolve: (ids: readonly bigint[]) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Hands out ids from leased blocks: unique without a round trip each, ordered only inside a lease. More are fetched when no more
 * are left than half a block, or than were taken at once last: who takes many at a time waits for them once. Ids of a block that a
 * crash left behind are never used: gaps mean nothing.
 */
export function createIdLease({ fetchBlocks, blockSize, onFetchFailed }: IdLeaseOptions): IdLease {
  assert(Number.isSafeInteger(blockSize) && blockSize >= 2, 'a block has at least two ids');
  const blocks: Block[] = [];
  const waiters: Waiter[] = [];
  let left = 0;
  let highest = 0n;
  let takenLast = 0;
  let fetching = false;

  const addBlock = (first: bigint): void => {
    assert(first > highest, `a block begins at ${first}, below ids that were handed out: they would be used twice`);
    const end = first + BigInt(blockSize);
    highest = end - 1n;
    blocks.push({ next: first, end });
    left += blockSize;
  };

  const refill = (): void => {
    const wanted = waiters.reduce((sum, waiter) => sum + waiter.count, Math.max(blockSize / 2, takenLast));
    if (fetching || left > wanted) return;
    fetching = true;
    Promise.resolve()
      .then(() => fetchBlocks(Math.floor((wanted - left) / blockSize) + 1))
      .then((firsts) => {
        assert(firsts.length > 0, 'a lease has a block');
        firsts.forEach(addBlock);
      })
      .then(
        () => {
          fetching = false;
          serveWaiters();
          refill();
        },
        (error: unknown) => {
          fetching = false;
          onFetchFailed(asError(error));
          for (const waiter of waiters.splice(0)) waiter.reject(asError(error));
        },
      );
  };

  const serveWaiters = (): void => {
    for (let first = waiters[0]; first !== undefined && first.count <= left; first = waiters[0]) {
      waiters.shift();
      first.resolve(takeNow(first.count));
    }
  };

  const takeNow = (count: number): readonly bigint[] => {
    const ids: bigint[] = [];
    while (ids.length < count) {
      const block = blocks[0];
      assert(block !== undefined, 'the ids at hand were miscounted');
      ids.push(block.next);
      block.next += 1n;
      if (block.next === block.end) blocks.shift();
    }
    left -= count;
    return ids;
  };

  const tryTake = (count: number): readonly bigint[] | undefined => {
    // Who waits already comes first.
    const ids = waiters.length === 0 && count <= left ? takeNow(count) : undefined;
    refill();
    return ids;
  };

  return {
    tryTake,
    take: (count) => {
      assert(Number.isSafeInteger(count) && count >= 0, 'ids are taken in whole numbers');
      takenLast = count;
      const ids = tryTake(count);
      if (ids !== undefined) return Promise.resolve(ids);
      return new Promise((resolve, reject) => {
        waiters.push({ count, resolve, reject });
        refill();
      });
    },
    left: () => left,
  };
}
