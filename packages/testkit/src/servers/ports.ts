import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below the range from which systems take ports for outgoing connections (32768 on Linux, 49152 on macOS):
 * a server that is restarted must find its own port free.
 */
const PORT_MIN = 20_000;
const PORT_MAX = 31_999;
const ATTEMPTS_MAX = 100;
/** Who was given a port may take a second to listen on it: Jest's workers, and who has none, each look in a lane of their own. */
const LANES = 5;
const LANE_PORTS = Math.floor((PORT_MAX + 1 - PORT_MIN) / LANES);
/** Of this process, and not given again so soon. */
const GIVEN_MAX = 500;
const given = new Set<number>();

export const LOOPBACK = '127.0.0.1';

/** A port of 127.0.0.1 on which nothing listens at the moment, and which nobody else was just given. */
export async function freePort(): Promise<number> {
  const from = PORT_MIN + (Number(process.env['JEST_WORKER_ID'] ?? 0) % LANES) * LANE_PORTS;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const port = randomInt(from, from + LANE_PORTS);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) {
      for (const oldest of given) if (given.size > GIVEN_MAX) given.delete(oldest);
      return port;
    }
  }
  throw new Error(`no free port found between ${from} and ${from + LANE_PORTS - 1} in ${ATTEMPTS_MAX} attempts`);
}

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, LOOPBACK, () => server.close(() => resolve(true)));
  });
}
