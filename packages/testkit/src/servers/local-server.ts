import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { LOOPBACK } from './ports.ts';
import { waitUntilReady, type Probe } from './probes.ts';
import { describeProcess, endProcess, processTree, signalProcess, waitUntilGone, waitUntilPaused } from './processes.ts';
import type { RunFolder } from './run-folder.ts';
import type { SmallDisk } from './small-disk.ts';
import type { ProgramName, RunningServer } from './types.ts';

/** How to run one server from a binary of this machine. */
export interface LocalServerPlan {
  readonly name: ProgramName;
  readonly version: string;
  readonly port: number;
  readonly url: string;
  readonly executable: string;
  readonly args: readonly string[];
  /** The user to run as, where it may not be ours. */
  readonly user?: { readonly uid: number; readonly gid: number };
  readonly workingFolder: string;
  readonly dataFolder: string;
  readonly disk: SmallDisk | null;
  readonly logFile: string;
  readonly stopSignal: NodeJS.Signals;
  readonly probe: Probe;
}

/** Their messages are read, and PostgreSQL does not start on macOS in a locale that the system has not. */
export const PLAIN_LOCALE: NodeJS.ProcessEnv = { ...process.env, LC_ALL: 'C' };

const READY_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 10_000;
const LOG_TAIL_LINES = 8;

/** The server could not start because its port was taken between choosing and using it. */
export class PortTaken extends Error {}

export async function startLocalServer(plan: LocalServerPlan, run: RunFolder): Promise<RunningServer> {
  let pid = await launch(plan, run);
  // Every process of the tree: PostgreSQL's sessions are processes of their own and would go on answering.
  const signalAll = (signal: NodeJS.Signals): number[] => {
    const tree = processTree(pid);
    for (const member of tree) signalProcess(member, signal);
    return tree;
  };
  const stop = async () => {
    signalAll('SIGCONT');
    await endProcess(pid, plan.stopSignal, STOP_TIMEOUT_MS);
  };
  return {
    name: plan.name,
    version: plan.version,
    port: plan.port,
    url: plan.url,
    dataFolder: plan.dataFolder,
    disk: plan.disk,
    isRunning: () => Promise.resolve(describeProcess(pid) !== undefined),
    async kill9() {
      await waitUntilGone(signalAll('SIGKILL'), STOP_TIMEOUT_MS);
    },
    async pause() {
      await waitUntilPaused(signalAll('SIGSTOP'), STOP_TIMEOUT_MS);
    },
    async resume() {
      signalAll('SIGCONT');
      await waitUntilReady(plan.probe, READY_TIMEOUT_MS, () => undefined);
    },
    stop,
    async restart() {
      await stop();
      pid = await launch(plan, run);
    },
  };
}

async function launch(plan: LocalServerPlan, run: RunFolder): Promise<number> {
  const log = openSync(plan.logFile, 'a');
  // A group of its own: Ctrl-C in the terminal reaches whoever started the run, and that one decides in which order things stop.
  const child = spawn(plan.executable, plan.args, {
    ...plan.user,
    env: PLAIN_LOCALE,
    cwd: plan.workingFolder,
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  let end: string | undefined;
  child.once('error', (error) => (end = error.message));
  child.once('exit', (code, signal) => (end = `it ended with ${signal ?? `code ${code}`}`));
  child.unref();
  if (child.pid !== undefined) run.recordProcess(child.pid, basename(plan.executable));
  try {
    await waitUntilReady(plan.probe, READY_TIMEOUT_MS, () => end);
  } catch (error) {
    if (child.pid !== undefined) await endProcess(child.pid, 'SIGKILL', STOP_TIMEOUT_MS);
    const tail = readFileSync(plan.logFile, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
    const message = `${plan.executable} on ${LOOPBACK}:${plan.port} did not start: ${String(error)}\n${tail}`;
    throw /address already in use/i.test(tail) ? new PortTaken(message) : new Error(message, { cause: error });
  }
  if (child.pid === undefined) throw new Error(`${plan.executable} started without a process id`);
  return child.pid;
}
