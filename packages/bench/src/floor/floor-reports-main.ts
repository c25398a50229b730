// The floor of provider-worker: takes reports from a stream, writes the rows that the product writes for a fill, and acknowledges.
import assert from 'node:assert/strict';
import { jetstream, type JsMsg } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { Sql } from 'postgres';
import type { Given } from './captured.ts';
import { FLOOR_EXECUTIONS } from './floor-executions.ts';
import { openFloor } from './open-floor.ts';

const natsUrl = process.env['NATS_URL'];
assert(natsUrl !== undefined, 'NATS_URL');
const floor = await openFloor<JsMsg>(fillsOf, (batch) => {
  for (const message of batch) message.ack();
});
const { host, username, password } = new URL(natsUrl);
const nats = await connect({ servers: host, user: username, pass: password });
const consumer = await jetstream(nats).consumers.get(FLOOR_EXECUTIONS.stream, FLOOR_EXECUTIONS.durable);
const messages = await consumer.consume({ max_messages: 1_000 });
process.stdout.write('ready\n');
process.once('SIGTERM', () => {
  messages.stop();
  void nats.close().then(floor.end);
});
for await (const message of messages) {
  void floor.submit(message).catch((error: unknown) => {
    process.stderr.write(`the floor failed: ${String(error)}\n`);
    process.exit(1);
  });
}

/** Whose order each report is about: one read a batch, as the product does it. */
async function fillsOf(batch: readonly JsMsg[], sql: Sql): Promise<readonly Given[]> {
  const reports = batch.map((message) => message.json<{ executionId: string; requestId: string }>());
  const rows = await sql<{ requestId: string; orderId: string; accountId: string }[]>`
    select request_id::text as "requestId", order_id::text as "orderId", account_id::text as "accountId"
      from provider_requests where request_id = any(${`{${reports.map(({ requestId }) => requestId).join()}}`}::bigint[])`;
  const found = new Map(rows.map((row) => [row.requestId, row]));
  return reports.map(({ executionId, requestId }) => {
    const row = found.get(requestId);
    assert(row !== undefined, `there is no request ${requestId}`);
    return { ...row, executionId };
  });
}
