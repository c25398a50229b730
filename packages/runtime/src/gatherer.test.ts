import { setTimeout as timeout } from 'node:timers/promises';
import fc from 'fast-check';
import { createGatherer } from './gatherer.ts';

/** A run that is answered by hand, so that a test decides what gathers meanwhile. */
function byHand() {
  const batches: { items: readonly number[]; answer: (fail?: Error) => void }[] = [];
  const run = (items: readonly number[]): Promise<readonly string[]> =>
    new Promise((resolve, reject) => {
      batches.push({ items, answer: (fail) => (fail ? reject(fail) : resolve(items.map((item) => `done ${item}`))) });
    });
  return { batches, run };
}
const turn = (): Promise<void> => timeout(0);

it('sends a lone item at once and gathers the next batch while one is in flight', async () => {
  const { batches, run } = byHand();
  const sizes: number[] = [];
  const gatherer = createGatherer({ run, batchSizeMax: 3, queueDepthMax: 100, onBatch: (size) => sizes.push(size) });
  const first = gatherer.submit(1);
  await turn();
  const others = [2, 3, 4, 5].map((item) => gatherer.submit(item));
  await turn();
  expect(batches.map((batch) => batch.items)).toEqual([[1]]);
  batches[0]?.answer();
  expect(await first).toEqual({ ok: true, value: 'done 1' });
  await turn();
  expect(batches[1]?.items).toEqual([2, 3, 4]);
  batches[1]?.answer();
  await turn();
  batches[2]?.answer();
  expect(await Promise.all(others)).toEqual([2, 3, 4, 5].map((item) => ({ ok: true, value: `done ${item}` })));
  expect(sizes).toEqual([1, 3, 1]);
});

it('lets a failed batch fail its own items only', async () => {
  const { batches, run } = byHand();
  const gatherer = createGatherer({ run, batchSizeMax: 1, queueDepthMax: 100 });
  const outcomes = Promise.allSettled([gatherer.submit(1), gatherer.submit(2)]);
  await turn();
  batches[0]?.answer(new Error('connection lost'));
  await turn();
  batches[1]?.answer();
  expect(await outcomes).toMatchObject([{ reason: new Error('connection lost') }, { value: { ok: true, value: 'done 2' } }]);
});

it('refuses what would wait too long a queue, and what comes after the stop, which waits for all that was taken', async () => {
  const { batches, run } = byHand();
  const gatherer = createGatherer({ run, batchSizeMax: 1, queueDepthMax: 2 });
  const taken = [gatherer.submit(1)];
  await turn();
  taken.push(gatherer.submit(2), gatherer.submit(3));
  expect(gatherer.depth()).toBe(2);
  expect(await gatherer.submit(4)).toEqual({ ok: false, refusal: 'QUEUE_FULL' });
  let stopped = false;
  const stopping = gatherer.stop().then(() => (stopped = true));
  expect(await gatherer.submit(5)).toEqual({ ok: false, refusal: 'STOPPED' });
  for (const index of [0, 1, 2]) {
    await turn();
    expect(stopped).toBe(false);
    batches[index]?.answer();
  }
  await stopping;
  expect(await Promise.all(taken)).toHaveLength(3);
});

it('rejects a batch whose answers are fewer than its items, instead of mixing them up', async () => {
  const gatherer = createGatherer({ run: () => Promise.resolve(['only one']), batchSizeMax: 8, queueDepthMax: 8 });
  const outcomes = await Promise.allSettled([gatherer.submit(1), gatherer.submit(2)]);
  expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected']);
});

it('answers each item once with its own answer, in order, never two batches at a time and none too large', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ gapTurns: fc.nat(2), fails: fc.boolean() }), { maxLength: 40 }),
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.nat(3), { minLength: 1, maxLength: 10 }),
      async (items, batchSizeMax, runTurns) => {
        let inFlight = 0;
        const order: number[] = [];
        let batchCount = 0;
        const gatherer = createGatherer<number, number>({
          batchSizeMax,
          queueDepthMax: 1_000,
          run: async (batch) => {
            inFlight += 1;
            expect(inFlight).toBe(1);
            expect(batch.length).toBeLessThanOrEqual(batchSizeMax);
            order.push(...batch);
            for (let i = 0; i < (runTurns[batchCount % runTurns.length] ?? 0); i += 1) await Promise.resolve();
            batchCount += 1;
            inFlight -= 1;
            if (batch.some((item) => items[item]?.fails)) throw new Error('failed');
            return batch.map((item) => item * 10);
          },
        });
        const outcomes: Promise<unknown>[] = [];
        for (const [index, item] of items.entries()) {
          for (let i = 0; i < item.gapTurns; i += 1) await Promise.resolve();
          outcomes.push(gatherer.submit(index));
        }
        const settled = await Promise.allSettled(outcomes);
        await gatherer.stop();
        expect(order).toEqual(items.map((_, index) => index));
        settled.forEach((outcome, index) => {
          if (items[index]?.fails) expect(outcome.status).toBe('rejected');
          else if (outcome.status === 'fulfilled') expect(outcome.value).toEqual({ ok: true, value: index * 10 });
        });
      },
    ),
  );
});
