import { createServer, type AddressInfo } from 'node:net';

/** A port of 127.0.0.1 that nobody listens on. */
export async function freePort(): Promise<number> {
  const free = await listenOnce(0);
  if (free === undefined) throw new Error('no port of 127.0.0.1 is free');
  return free;
}

/** Whether one could listen on that port of 127.0.0.1 now. */
export const isFree = async (port: number): Promise<boolean> => (await listenOnce(port)) === port;

const listenOnce = (port: number): Promise<number | undefined> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const found = (server.address() as AddressInfo).port;
      server.close(() => resolve(found));
    });
  });
