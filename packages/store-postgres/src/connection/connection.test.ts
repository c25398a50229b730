import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { openConnection } from './connection.ts';

/** Accepts connections, takes what is sent and never says a word. */
async function muteServer(): Promise<{ readonly server: Server; readonly url: string; readonly endings: string[] }> {
  const endings: string[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', (error: NodeJS.ErrnoException) => endings.push(error.code ?? 'error'));
    socket.on('end', () => endings.push('end'));
    socket.resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { server, endings, url: `postgres://user@127.0.0.1:${port}/database` };
}

describe('a connection', () => {
  it('to a server that accepts and never answers is given up in time, and its socket with it', async () => {
    const { server, url, endings } = await muteServer();
    const startedAt = performance.now();
    await expect(openConnection({ databaseUrl: url, applicationName: 'test', connectTimeoutMs: 200 })).rejects.toThrow();
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    await new Promise((resolve) => setTimeout(resolve, 100));
    // Torn down, not closed in order: an orderly end waits for a server that is not there.
    expect(endings).toEqual(['ECONNRESET']);
    server.close();
  });
});
