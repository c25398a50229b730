import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createGatherer, type Gatherer } from '@margrave/runtime';
import postgres, { type Sql } from 'postgres';
import type { Captured, Given } from './captured.ts';
import { createWriter } from './writer.ts';

/** As the engine of the product gathers. */
const BATCH_SIZE_MAX = 256;
const QUEUE_DEPTH_MAX = 10_000;

export interface Floor<Item> {
  readonly submit: Gatherer<Item, undefined>['submit'];
  /** What a client is answered. */
  readonly answer: string;
  readonly end: () => Promise<void>;
}

/**
 * What the programs of the floor have in common: the file of what is copied is their argument, the database in DATABASE_URL.
 *
 * @param copiesOf which copy each item of a batch asks for.
 */
export async function openFloor<Item>(
  copiesOf: (batch: readonly Item[], sql: Sql) => readonly Given[] | Promise<readonly Given[]>,
  onWritten: (batch: readonly Item[]) => void = () => undefined,
): Promise<Floor<Item>> {
  const file = process.argv[2];
  const databaseUrl = process.env['DATABASE_URL'];
  assert(file !== undefined && databaseUrl !== undefined, 'the file of what is copied, and DATABASE_URL');
  const captured = JSON.parse(readFileSync(file, 'utf8')) as Captured;
  const sql = postgres(databaseUrl, {
    max: 8,
    fetch_types: false,
    onnotice: () => undefined,
    connection: {
      jit: 'off',
      enable_seqscan: 'off',
      plan_cache_mode: 'force_generic_plan',
      // Else all accounts are read to find the one that an order is of: a floor that grows with them is none.
      enable_hashjoin: 'off',
      enable_mergejoin: 'off',
    },
  });
  const write = await createWriter(sql, captured);
  const gatherer = createGatherer<Item, undefined>({
    run: async (batch) => {
      await write(await copiesOf(batch, sql));
      onWritten(batch);
      return batch.map(() => undefined);
    },
    batchSizeMax: BATCH_SIZE_MAX,
    queueDepthMax: QUEUE_DEPTH_MAX,
  });
  return { submit: gatherer.submit, answer: captured.answer, end: () => sql.end() };
}
