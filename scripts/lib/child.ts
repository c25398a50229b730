import { spawn } from 'node:child_process';

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
  /** After this time the child is asked to end, and made to when it does not. */
  readonly timeoutMs?: number;
  /** Ends the child early when it is aborted. */
  readonly stop?: AbortSignal;
  /** Takes what the child writes; without it the child writes where this process does. */
  readonly onOutput?: (text: string) => void;
}

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const MERCY_MS = 15_000;

/** Runs a child to its end. Signals that ask this process to end are passed on to it, and this process stays until it is gone. */
export async function runChild({
  program,
  args,
  environment,
  workingFolder,
  timeoutMs,
  stop,
  onOutput,
}: ChildRequest): Promise<ChildEnd> {
  const stdio = onOutput === undefined ? 'inherit' : (['ignore', 'pipe', 'pipe'] as const);
  const child = spawn(program, args, { env: environment ?? process.env, cwd: workingFolder, stdio: stdio as 'inherit' });
  for (const stream of [child.stdout, child.stderr] as (NodeJS.ReadableStream | null)[]) {
    stream?.setEncoding('utf8');
    stream?.on('data', (text: string) => onOutput?.(text));
  }
  let mercy: NodeJS.Timeout | undefined;
  const end = () => {
    child.kill('SIGTERM');
    mercy ??= setTimeout(() => child.kill('SIGKILL'), MERCY_MS);
  };
  const limit = timeoutMs === undefined ? undefined : setTimeout(end, timeoutMs);
  stop?.addEventListener('abort', end, { once: true });
  let interruptedBy: NodeJS.Signals | null = null;
  const listeners = STOP_SIGNALS.map((signal) => ({
    signal,
    pass: () => {
      interruptedBy ??= signal;
      child.kill(signal);
    },
  }));
  for (const { signal, pass } of listeners) process.on(signal, pass);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code: number | null, signal: NodeJS.Signals | null) => resolve({ code, signal, interruptedBy }));
    });
  } finally {
    clearTimeout(limit);
    clearTimeout(mercy);
    stop?.removeEventListener('abort', end);
    for (const { signal, pass } of listeners) process.off(signal, pass);
  }
}

/** Ends this process by a signal, as whoever sent it expects. */
export function endBy(signal: NodeJS.Signals): void {
  process.kill(process.pid, signal);
}
