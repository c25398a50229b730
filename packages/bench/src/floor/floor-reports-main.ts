// The floor of provider-worker: takes reports from a stream, writes the rows that the product writes for a fill, and acknowledges.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createGatherer } from '@margrave/runtime';
import { jetstream, type JsMsg } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import postgres from 'postgres';
import type { Captured } from './captured.ts';
import { FLOOR_EXECUTIONS } from './floor-executions.ts';
import { createWriter } from './writer.ts';

const BATCH_SIZE_MAX = 256;
const QUEUE_DEPTH_MAX = 10_000;

const file = process.argv[2];
const { DATABASE_URL: databaseUrl, NATS_URL: natsUrl } = process.env;
assert(
  file !== undefined && databaseUrl !== undefined && natsUrl !== undefined,
  'the file of what is copied, DATABASE_URL, NATS_URL',
);
const captured = JSON.parse(readFileSync(file, 'utf8')) as Captured;

const sql = postgres(databaseUrl, {
  max: 8,
  fetch_types: false,
  onnotice: () => undefined,
  connection: { jit: 'off', enable_seqscan: 'off', plan_cache_mode: 'force_generic_plan' } as Record<string, string>,
});
const write = await createWriter(sql, captured);
const { host, username, password } = new URL(natsUrl);
const nats = await connect({ servers: host, user: username, pass: password });
const consumer = await jetstream(nats).consumers.get(FLOOR_EXECUTIONS.stream, FLOOR_EXECUTIONS.durable);

const gatherer = createGatherer<JsMsg, undefined>({
  run: async (batch) => {
    await book(batch);
    for (const message of batch) message.ack();
    return batch.map(() => undefined);
  },
  batchSizeMax: BATCH_SIZE_MAX,
  queueDepthMax: QUEUE_DEPTH_MAX,
});
const messages = await consumer.consume({ max_messages: 1_000 });
process.stdout.write('ready\n');
process.once('SIGTERM', () => {
  messages.stop();
  void nats.close().then(() => sql.end());
});
for await (const message of messages) {
  void gatherer.submit(message).catch((error: unknown) => {
    process.stderr.write(`the floor failed: ${String(error)}\n`);
    process.exit(1);
  });
}

async function book(batch: readonly JsMsg[]): Promise<void> {
  const reports = batch.map((message) => message.json<{ executionId: string; requestId: string }>());
  const rows = await sql<{ requestId: string; orderId: string; accountId: string }[]>`
    select request_id::text as "requestId", order_id::text as "orderId", account_id::text as "accountId"
      from provider_requests where request_id = any(${`{${reports.map(({ requestId }) => requestId).join()}}`}::bigint[])`;
  const found = new Map(rows.map((row) => [row.requestId, row]));
  await write(
    reports.map(({ executionId, requestId }) => {
      const row = found.get(requestId);
      assert(row !== undefined, `there is no request ${requestId}`);
      return { ...row, executionId };
    }),
  );
}
