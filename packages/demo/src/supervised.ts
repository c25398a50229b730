import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

export interface SupervisedService {
  readonly name: string;
  /** Of the present process; changes when it was started again. */
  readonly pid: () => number | undefined;
  /** SIGTERM, then SIGKILL when it takes too long. */
  readonly stop: () => Promise<void>;
}

export interface ServiceStart {
  readonly name: string;
  /** The file that Node runs. */
  readonly file: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Where its log goes. */
  readonly logFile: string;
  readonly say: (sentence: string) => void;
}

const STOP_MS_MAX = 12_000;
const RESTART_DELAY_MS = 500;
const WATCH_EVERY_MS = 500;

/** Runs a service as a process of its own and starts it again when it dies, as any installation's supervisor would. */
export function supervise({ name, file, environment, logFile, say }: ServiceStart): SupervisedService {
  let child: ChildProcess;
  let stopping = false;
  let restart: NodeJS.Timeout | undefined;

  const start = (): void => {
    const log = openSync(logFile, 'a');
    child = spawn(process.execPath, [file], {
      env: { PATH: process.env['PATH'] ?? '', ...environment },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    child.once('exit', (code, signal) => {
      if (stopping) return;
      say(`${name} ended with ${signal ?? `code ${code}`} and is started again; its log is ${logFile}`);
      restart = setTimeout(start, RESTART_DELAY_MS);
    });
  };
  start();

  return {
    name,
    pid: () => child.pid,
    stop: () => {
      stopping = true;
      clearTimeout(restart);
      if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
      return new Promise((resolve) => {
        const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX);
        child.once('exit', () => {
          clearTimeout(force);
          resolve();
        });
        child.kill('SIGTERM');
      });
    },
  };
}

export interface WatchedServer {
  readonly name: string;
  readonly isRunning: () => Promise<boolean>;
  readonly restart: () => Promise<void>;
}

/** Starts a server again that somebody killed. Returns what ends the watch, and resolves when no start is under way. */
export function watchServer(
  server: WatchedServer,
  say: (sentence: string) => void,
  everyMs = WATCH_EVERY_MS,
): () => Promise<void> {
  let turn: Promise<void> | undefined;
  const look = async (): Promise<void> => {
    try {
      if (await server.isRunning()) return;
      say(`${server.name} is gone and is started again, on its port and its data`);
      await server.restart();
    } catch (error) {
      say(`${server.name} could not be started again: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const timer = setInterval(() => {
    turn ??= look().finally(() => {
      turn = undefined;
    });
  }, everyMs);
  return async () => {
    clearInterval(timer);
    await turn;
  };
}
