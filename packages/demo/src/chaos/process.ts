import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

/** How a process ended: with a code, or by a signal. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process of a service that nobody starts again: what becomes of it is what a test looks at. */
export interface ServiceProcess {
  readonly name: string;
  readonly metricsUrl: string;
  readonly logFile: string;
  readonly ended: Promise<Ending>;
  /** How it ended; nothing while it runs. */
  readonly ending: () => Ending | undefined;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** SIGTERM, and SIGKILL when that takes longer than any service may. Also ends one that stands still. */
  readonly stop: () => Promise<Ending>;
}

export interface ProcessStart {
  readonly name: string;
  /** The file that Node runs. */
  readonly file: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly metricsUrl: string;
}

const STOP_MS_MAX = 15_000;

export function launch({ name, file, environment, logFile, metricsUrl }: ProcessStart): ServiceProcess {
  const log = openSync(logFile, 'a');
  const child = spawn(process.execPath, [file], {
    env: { PATH: process.env['PATH'] ?? '', ...environment },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  let ending: Ending | undefined;
  const ended = new Promise<Ending>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve((ending = { code, signal })));
  });
  return {
    name,
    metricsUrl,
    logFile,
    ended,
    ending: () => ending,
    signal: (signal) => void child.kill(signal),
    stop: async () => {
      const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX);
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      const how = await ended;
      clearTimeout(force);
      return how;
    },
  };
}

const REACH_MS_MAX = 15_000;

/** `SIGKILL` when it has killed itself, which nobody else does to it here; else what became of it instead. */
export async function howItDied({ ended, ending }: ServiceProcess): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, REACH_MS_MAX)));
  await Promise.race([ended, late]);
  clearTimeout(timer);
  const how = ending();
  return how === undefined ? 'never got to the point' : (how.signal ?? `ended with code ${how.code}`);
}
