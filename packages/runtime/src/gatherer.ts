import assert from 'node:assert/strict';
import { ok, refuse, type Result } from '@margrave/vocabulary';

/** Why an item was not taken: too many wait already, or the gatherer was stopped. Nothing was done with it. */
export type GathererRefusal = 'QUEUE_FULL' | 'STOPPED';

export interface GathererOptions<Item, Answer> {
  /** Does a whole batch at once; one answer for each item, in order. */
  readonly run: (batch: readonly Item[]) => Promise<readonly Answer[]>;
  readonly batchSizeMax: number;
  /** How many may wait, besides those in flight. */
  readonly queueDepthMax: number;
  /** Told the size of each batch as it leaves. */
  readonly onBatch?: (size: number) => void;
}

export interface Gatherer<Item, Answer> {
  /**
   * Puts an item into the next batch. Resolves with its answer or with a refusal; rejects with the error of its batch,
   * whose effect is then as unknown as the error leaves it.
   */
  readonly submit: (item: Item) => Promise<Result<Answer, GathererRefusal>>;
  /** How many items wait for the next batch. */
  readonly depth: () => number;
  /** Takes no more items; resolves when all that were taken are answered. */
  readonly stop: () => Promise<void>;
}

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Result<Answer, GathererRefusal>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: while one batch is in flight the next one gathers, so that a lone item leaves at once and a crowd leaves
 * together. First come, first served; one batch in flight; a batch that fails fails its own items only.
 */
export function createGatherer<Item, Answer>(options: GathererOptions<Item, Answer>): Gatherer<Item, Answer> {
  const { run, batchSizeMax, queueDepthMax, onBatch } = options;
  assert(batchSizeMax >= 1 && queueDepthMax >= 1, 'a gatherer needs room for one item');
  let queue: Waiting<Item, Answer>[] = [];
  let stopped = false;
  let working: Promise<void> | undefined;

  const runBatch = async (batch: readonly Waiting<Item, Answer>[]): Promise<void> => {
    try {
      onBatch?.(batch.length);
      const answers = await run(batch.map(({ item }) => item));
      assert.equal(answers.length, batch.length, 'a batch gives one answer for each item');
      batch.forEach(({ resolve }, index) => resolve(ok(answers[index] as Answer)));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  };

  const work = async (): Promise<void> => {
    await Promise.resolve(); // items submitted in the same turn share the first batch
    while (queue.length > 0) {
      const batch = queue.slice(0, batchSizeMax);
      queue = queue.slice(batchSizeMax);
      await runBatch(batch);
    }
    working = undefined;
  };

  return {
    submit: (item) => {
      if (stopped) return Promise.resolve(refuse('STOPPED'));
      if (queue.length >= queueDepthMax) return Promise.resolve(refuse('QUEUE_FULL'));
      return new Promise((resolve, reject) => {
        queue.push({ item, resolve, reject });
        working ??= work();
      });
    },
    depth: () => queue.length,
    stop: async () => {
      stopped = true;
      await working;
    },
  };
}
