import { freePort, isFree } from '@margrave/testkit';
import { createSocket } from 'node:dgram';

/** A TCP port that a service of this process may listen on. */
export interface ClaimedPort {
  readonly port: number;
  readonly release: () => Promise<void>;
}

/**
 * The TCP port that is wanted, if it is free and no other demo on this machine has claimed it, else any that is free. Between
 * the choice of a port and the moment when a service listens on it lie seconds, and more where the service is started again. So
 * the claim is the UDP port of the same number, which nobody else needs: one process has it, and when that ends, however it
 * ends, the system takes it back.
 */
export async function claimPort(wanted: number): Promise<ClaimedPort> {
  const claim = await claimUdp(wanted);
  if (claim === undefined) return { port: await freePort(), release: () => Promise.resolve() };
  if (await isFree(wanted)) return { port: wanted, release: claim };
  await claim();
  return { port: await freePort(), release: () => Promise.resolve() };
}

/** Resolves with what gives the claim back; `undefined` when another process has it. */
const claimUdp = (port: number): Promise<(() => Promise<void>) | undefined> =>
  new Promise((resolve) => {
    const socket = createSocket('udp4');
    const release = (): Promise<void> => new Promise((released) => socket.close(() => released()));
    socket.once('error', () => {
      socket.close();
      resolve(undefined);
    });
    socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => {
      socket.unref();
      resolve(release);
    });
  });
