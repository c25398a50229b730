import { spawn, type ChildProcess } from 'node:child_process';

export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The signal that asked this process to end while the child ran: the caller tidies up and ends (`endBy`). */
  readonly interruptedBy: NodeJS.Signals | null;
}

export interface ChildRequest {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  readonly workingFolder?: string;
  /** After this time the child is asked to end. */
  readonly timeoutMs?: number;
  /** How long a child that was asked to end may take before it is made to; long enough for it to stop what it started. */
  readonly endingMsMax?: number;
  /** Ends the child early when it is aborted. */
  readonly stop?: AbortSignal;
  /**
   * Neither a terminal nor this process passes it a signal: only `stop` and `timeoutMs` end it before its time, and then with it
   * whatever it has started.
   */
  readonly undisturbed?: boolean;
  /** Takes what the child writes; without it the child writes where this process does. */
  readonly onOutput?: (text: string) => void;
}

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const ENDING_MS_MAX = 30_000;

/** Runs a child to its end. Signals that ask this process to end are passed on to it, and this process stays until it is gone. */
export async function runChild(request: ChildRequest): Promise<ChildEnd> {
  const { program, args, timeoutMs, endingMsMax = ENDING_MS_MAX, stop, undisturbed = false } = request;
  const child =
    request.onOutput === undefined ? spawn(program, args, { ...optionsOf(request), stdio: 'inherit' }) : spawnRead(request);
  let mercy: NodeJS.Timeout | undefined;
  const send = (signal: NodeJS.Signals) => (undisturbed ? signalGroup(child, signal) : child.kill(signal));
  const end = (signal: NodeJS.Signals) => {
    send(signal);
    mercy ??= setTimeout(() => send('SIGKILL'), endingMsMax);
  };
  const endInTime = () => end('SIGTERM');
  const limit = timeoutMs === undefined ? undefined : setTimeout(endInTime, timeoutMs);
  stop?.addEventListener('abort', endInTime, { once: true });
  let interruptedBy: NodeJS.Signals | null = null;
  const listeners = STOP_SIGNALS.map((signal) => ({
    signal,
    pass: () => {
      interruptedBy ??= signal;
      end(signal);
    },
  }));
  if (!undisturbed) for (const { signal, pass } of listeners) process.on(signal, pass);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code: number | null, signal: NodeJS.Signals | null) => resolve({ code, signal, interruptedBy }));
    });
  } finally {
    clearTimeout(limit);
    clearTimeout(mercy);
    stop?.removeEventListener('abort', endInTime);
    for (const { signal, pass } of listeners) process.off(signal, pass);
  }
}

const optionsOf = ({ environment, workingFolder, undisturbed }: ChildRequest) => ({
  env: environment ?? process.env,
  cwd: workingFolder,
  // A terminal signals the whole group of what it runs.
  detached: undisturbed === true,
});

/** All of the group that the child leads; there is nobody in it when all have ended. */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function spawnRead(request: ChildRequest): ChildProcess {
  const child = spawn(request.program, request.args, { ...optionsOf(request), stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => request.onOutput?.(text));
  }
  return child;
}

/** Ends this process by a signal, as whoever sent it expects. */
export function endBy(signal: NodeJS.Signals): void {
  process.kill(process.pid, signal);
}
