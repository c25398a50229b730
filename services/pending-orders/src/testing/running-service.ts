import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export type Environment = Readonly<Record<string, string>>;

const [BUNDLES, MAIN] = [process.env['MARGRAVE_BUNDLES'], join(import.meta.dirname, '../main.ts')];
const FILE = BUNDLES === undefined ? MAIN : join(BUNDLES, 'pending-orders.mjs');
const WITHIN_MS = 30_000;

export async function until(isTrue: () => boolean | Promise<boolean>, what: () => string): Promise<void> {
  const giveUpAt = performance.now() + WITHIN_MS;
  while (!(await isTrue())) {
    if (performance.now() > giveUpAt) throw new Error(`within ${WITHIN_MS} ms it did not happen: ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The service as a process of its own. */
export interface RunningService {
  readonly log: readonly string[];
  /** The sum of a metric's samples whose labels contain all of the given text. */
  readonly metric: (name: string, ...labels: readonly string[]) => Promise<number>;
  /** Resolves when it is ready: what waits for prices is loaded. */
  readonly untilReady: () => Promise<void>;
  /** How it ended, when it has. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>;
}

/** Starts it and waits until it serves, which is before it has loaded anything. */
export async function startService(environment: Environment): Promise<RunningService> {
  const child = spawn(process.execPath, [FILE], {
    env: { PATH: process.env['PATH'], METRICS_PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log: string[] = [];
  let metricsPort: string | undefined;
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      log.push(line);
      metricsPort ??= /"metricsPort":(\d+)/.exec(line)?.[1];
    });
  }
  const ended = once(child, 'exit').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
  }));
  const said = (): string => log.slice(-30).join('\n');
  const get = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${metricsPort}${path}`);
  await until(
    () => metricsPort !== undefined,
    () => `it serves\n${said()}`,
  );
  return {
    log,
    ended,
    metric: async (name, ...labels) => sumOf(await (await get('/metrics')).text(), name, labels),
    untilReady: () =>
      until(
        async () => (await get('/health/ready')).ok,
        () => `it is ready\n${said()}`,
      ),
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      await ended;
    },
  };
}

const sumOf = (text: string, name: string, labels: readonly string[]): number =>
  text
    .split('\n')
    .filter(
      (line) => (line.startsWith(`${name} `) || line.startsWith(`${name}{`)) && labels.every((label) => line.includes(label)),
    )
    .reduce((sum, line) => sum + Number.parseFloat(line.slice(line.lastIndexOf(' '))), 0);
