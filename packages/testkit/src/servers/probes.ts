import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { LOOPBACK } from './ports.ts';
import { OPERATOR } from './logins.ts';

/** Resolves when the server answers as it should, rejects with the reason when it does not yet. */
export type Probe = () => Promise<void>;

const PROBE_INTERVAL_MS = 30;
const EXCHANGE_TIMEOUT_MS = 2_000;

/** Repeats the probe until it succeeds. `deathOf` names why waiting on makes no sense, as long as there is such a reason. */
export async function waitUntilReady(probe: Probe, timeoutMs: number, deathOf: () => string | undefined): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const death = deathOf();
    if (death !== undefined) throw new Error(death);
    try {
      await probe();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw new Error(`no answer within ${timeoutMs} ms`, { cause: error });
    }
    await sleep(PROBE_INTERVAL_MS);
  }
}

/** The server greets, says that it has JetStream, and takes the credentials. */
export const probeNats =
  (port: number, password: string): Probe =>
  async () => {
    const credentials = JSON.stringify({ verbose: false, pedantic: false, user: OPERATOR, pass: password });
    const answer = await exchange(port, `CONNECT ${credentials}\r\nPING\r\n`, /PONG\r\n|-ERR[^\r]*\r\n/);
    if (!answer.includes('PONG')) throw new Error(answer);
    if (!answer.includes('"jetstream":true')) throw new Error('the NATS server runs without JetStream');
  };

export const probeRedis =
  (port: number, password: string): Probe =>
  async () => {
    const answer = await redisCommands(port, password, ['PING']);
    if (!answer.endsWith('+PONG\r\n')) throw new Error(answer);
  };

/** Runs commands without a client library; the answer is what the server wrote, the last of them included. */
export async function redisCommands(port: number, password: string, commands: readonly string[]): Promise<string> {
  const lines = [`AUTH ${OPERATOR} ${password}`, ...commands];
  const answered = new RegExp(`^(?:[+:-][^\\r]*\\r\\n){${lines.length}}$`);
  return exchange(port, lines.map((line) => `${line}\r\n`).join(''), answered);
}

export const probePostgres =
  (url: string): Probe =>
  async () => {
    const sql = postgres(url, { max: 1, connect_timeout: 2, onnotice: () => undefined });
    try {
      await sql`select 1`;
    } finally {
      await sql.end({ timeout: 1 });
    }
  };

/** Writes the request to a port of this machine and resolves with what came back, once that is complete. */
export function exchange(port: number, request: string, complete: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: LOOPBACK, port });
    let answer = '';
    const end = (outcome: () => void) => {
      socket.destroy();
      outcome();
    };
    socket.setEncoding('utf8');
    socket.setTimeout(EXCHANGE_TIMEOUT_MS, () => end(() => reject(new Error(`port ${port} does not answer`))));
    socket.on('connect', () => socket.write(request));
    socket.on('error', (error) => end(() => reject(error)));
    socket.on('close', () => end(() => reject(new Error(`port ${port} closed the connection: ${answer}`))));
    socket.on('data', (chunk: string) => {
      answer += chunk;
      if (complete.test(answer)) end(() => resolve(answer));
    });
  });
}
