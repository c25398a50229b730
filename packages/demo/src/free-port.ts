import { createServer, type AddressInfo } from 'node:net';

/** The port that was asked for if it is free on this machine, else any that is. */
export async function freePort(wanted?: number): Promise<number> {
  if (wanted !== undefined && (await portIfFree(wanted)) === wanted) return wanted;
  const free = await portIfFree(0);
  if (free === undefined) throw new Error('no port of 127.0.0.1 is free');
  return free;
}

const portIfFree = (port: number): Promise<number | undefined> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const found = (server.address() as AddressInfo).port;
      server.close(() => resolve(found));
    });
  });
