import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Enough to recognise a process later: pids are given out again, start times are not. */
export interface ProcessMark {
  readonly pid: number;
  readonly startedAt: string;
}

export interface ProcessDescription extends ProcessMark {
  readonly command: string;
  readonly parentPid: number;
  /** As `ps` and /proc print it: T is stopped by a signal, Z a zombie. */
  readonly state: string;
}

const POLL_INTERVAL_MS = 20;

/** The living process of that id. A zombie counts as gone: it holds no port and no file. */
export function describeProcess(pid: number): ProcessDescription | undefined {
  return process.platform === 'linux' ? describeFromProc(pid) : describeFromPs(pid);
}

export function isStillRunning(mark: ProcessMark): boolean {
  return describeProcess(mark.pid)?.startedAt === mark.startedAt;
}

/** The process and everything below it, the process first. */
export function processTree(pid: number): number[] {
  const childrenByParent = new Map<number, number[]>();
  for (const { pid: child, parentPid } of allProcesses()) {
    childrenByParent.set(parentPid, [...(childrenByParent.get(parentPid) ?? []), child]);
  }
  const tree = [pid];
  for (const member of tree) tree.push(...(childrenByParent.get(member) ?? []));
  return tree;
}

/** Whether a signal was delivered; a process that is gone already is no error. */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** True once all of them are gone, false when some are still there after the time limit. */
export function waitUntilGone(pids: readonly number[], timeoutMs: number): Promise<boolean> {
  return waitUntil(() => pids.every((pid) => describeProcess(pid) === undefined), timeoutMs);
}

/** True once SIGSTOP has taken hold of all of them. */
export function waitUntilPaused(pids: readonly number[], timeoutMs: number): Promise<boolean> {
  return waitUntil(() => pids.every((pid) => describeProcess(pid)?.state.startsWith('T') ?? true), timeoutMs);
}

async function waitUntil(reached: () => boolean, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (!reached()) {
    if (performance.now() > deadline) return false;
    await sleep(POLL_INTERVAL_MS);
  }
  return true;
}

/** Asks with the given signal, and uses SIGKILL on the whole tree when that is not heard in time. */
export async function endProcess(pid: number, signal: NodeJS.Signals, timeoutMs: number): Promise<void> {
  const tree = processTree(pid);
  signalProcess(pid, signal);
  if (await waitUntilGone(tree, timeoutMs)) return;
  for (const member of tree) signalProcess(member, 'SIGKILL');
  await waitUntilGone(tree, timeoutMs);
}

function describeFromProc(pid: number): ProcessDescription | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name stands in parentheses and may itself hold spaces and parentheses: read from the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, parentPid] = fields;
    const startedAt = fields[19];
    if (state === undefined || state === 'Z' || state === 'X' || parentPid === undefined || startedAt === undefined)
      return undefined;
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return { pid, parentPid: Number(parentPid), startedAt, command, state };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}

const PS_LINE = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(\S+\s+\S+\s+\d+\s+[\d:]+\s+\d+)\s+(.*)$/;

function psLines(selection: readonly string[]): ProcessDescription[] {
  const columns = ['pid', 'ppid', 'stat', 'lstart', 'command'].flatMap((column) => ['-o', `${column}=`]);
  // Without -ww macOS cuts every line to 79 characters, terminal or not.
  const { stdout } = spawnSync('ps', ['-ww', ...selection, ...columns], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  return stdout.split('\n').flatMap((line) => {
    const [, pid, parentPid, state, startedAt, command] = PS_LINE.exec(line) ?? [];
    if (state === undefined || startedAt === undefined || command === undefined || state.startsWith('Z')) return [];
    return [{ pid: Number(pid), parentPid: Number(parentPid), startedAt, command, state }];
  });
}

const describeFromPs = (pid: number): ProcessDescription | undefined => psLines(['-p', String(pid)])[0];

function allProcesses(): ProcessDescription[] {
  if (process.platform !== 'linux') return psLines(['-ax']);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => describeFromProc(Number(name)) ?? []);
}
