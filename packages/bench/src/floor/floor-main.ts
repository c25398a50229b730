// The floor: takes an order over HTTP, writes the rows that the product writes, with group commit, and answers. It knows no rules.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGatherer } from '@margrave/runtime';
import postgres from 'postgres';
import type { Captured, Given } from './captured.ts';
import { createWriter } from './writer.ts';

/** As the engine of the product gathers. */
const BATCH_SIZE_MAX = 256;
const QUEUE_DEPTH_MAX = 10_000;

const file = process.argv[2];
const databaseUrl = process.env['DATABASE_URL'];
assert(file !== undefined && databaseUrl !== undefined, 'the file of what is copied, and DATABASE_URL');
const captured = JSON.parse(readFileSync(file, 'utf8')) as Captured;

const sql = postgres(databaseUrl, {
  max: 8,
  fetch_types: false,
  onnotice: () => undefined,
  connection: { jit: 'off', enable_seqscan: 'off', plan_cache_mode: 'force_generic_plan' } as Record<string, string>,
});
const write = await createWriter(sql, captured);
const gatherer = createGatherer<Given, undefined>({
  run: async (batch) => {
    await write(batch);
    return batch.map(() => undefined);
  },
  batchSizeMax: BATCH_SIZE_MAX,
  queueDepthMax: QUEUE_DEPTH_MAX,
});

const server = createServer((request, response) => {
  void answer(request).then(
    (status) => response.writeHead(status, { 'content-type': 'application/json' }).end(captured.answer),
    (error: unknown) => {
      process.stderr.write(`the floor failed: ${String(error)}\n`);
      response.writeHead(500).end();
    },
  );
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
  void sql.end();
});

async function answer(request: IncomingMessage): Promise<number> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { clientOrderId } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { clientOrderId: string };
  const accountId = request.url?.split('/')[3] ?? '';
  const result = await gatherer.submit({ accountId, key: clientOrderId });
  return result.ok ? 201 : 503;
}
