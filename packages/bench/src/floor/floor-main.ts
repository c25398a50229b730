// The floor: takes an order over HTTP, writes the rows that the product writes, with group commit, and answers. It knows no rules.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Given } from './captured.ts';
import { openFloor } from './open-floor.ts';

const floor = await openFloor<Given>((batch) => batch);

const server = createServer((request, response) => {
  void place(request).then(
    (status) => response.writeHead(status, { 'content-type': 'application/json' }).end(floor.answer),
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
  void floor.end();
});

async function place(request: IncomingMessage): Promise<number> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { clientOrderId } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { clientOrderId: string };
  const accountId = request.url?.split('/')[3] ?? '';
  const result = await floor.submit({ accountId, key: clientOrderId });
  return result.ok ? 201 : 503;
}
