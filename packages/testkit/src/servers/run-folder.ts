import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeProcess, endProcess, isStillRunning, processTree, signalProcess, type ProcessMark } from './processes.ts';
import { unmountSmallDisk } from './small-disk.ts';
import type { Log } from './types.ts';

export const REPOSITORY = fileURLToPath(new URL('../../../../', import.meta.url));
const RUNS = join(REPOSITORY, '.margrave', 'runs');
const UNFINISHED = '.preparing-';
const UNFINISHED_AGE_MS_MAX = 60_000;
const END_TIMEOUT_MS = 5_000;

interface RecordedProcess extends ProcessMark {
  readonly executable: string;
}

interface RunRecord {
  readonly owner: ProcessMark;
  readonly containers: boolean;
  readonly processes: readonly RecordedProcess[];
  /** Data that could not lie below the run folder. */
  readonly foldersElsewhere: readonly string[];
  /** Folders that a small disk is mounted over. */
  readonly mounts: readonly string[];
}

/**
 * The folder of one run with everything its servers write, and a record of what was started, so that a later run can clean up
 * after one that was killed. A folder appears under its name only together with its record.
 */
export interface RunFolder {
  readonly id: string;
  readonly path: string;
  recordProcess(pid: number, executable: string): void;
  recordFolder(path: string): void;
  recordMount(path: string): void;
  recordContainers(): void;
}

export function createRunFolder(purpose: string): RunFolder {
  mkdirSync(RUNS, { recursive: true });
  const unfinished = mkdtempSync(join(RUNS, UNFINISHED));
  const id = `${purpose}-${process.pid}-${unfinished.slice(-6)}`;
  const path = join(RUNS, id);
  const owner = describeProcess(process.pid);
  if (owner === undefined) throw new Error('this process cannot find itself in the process table');
  let record: RunRecord = {
    owner: { pid: owner.pid, startedAt: owner.startedAt },
    containers: false,
    processes: [],
    foldersElsewhere: [],
    mounts: [],
  };
  writeFileSync(join(unfinished, 'run.json'), JSON.stringify(record));
  // The user as whom PostgreSQL runs must be able to go through; nobody else can list what is inside.
  chmodSync(unfinished, 0o711);
  renameSync(unfinished, path);

  const change = (changes: Partial<RunRecord>) => {
    record = { ...record, ...changes };
    writeFileSync(join(path, 'run.json.new'), JSON.stringify(record, null, 1));
    renameSync(join(path, 'run.json.new'), join(path, 'run.json'));
  };
  return {
    id,
    path,
    recordProcess(pid, executable) {
      const startedAt = describeProcess(pid)?.startedAt;
      if (startedAt !== undefined) change({ processes: [...record.processes, { pid, startedAt, executable }] });
    },
    recordFolder: (folder) => change({ foldersElsewhere: [...record.foldersElsewhere, folder] }),
    recordMount: (folder) => change({ mounts: [...record.mounts, folder] }),
    recordContainers: () => change({ containers: true }),
  };
}

/** Removes the containers of a run; loaded only when a run had any, because the library behind it is large. */
export type RemoveContainers = (runId: string) => Promise<void>;

/** Ends whatever of a run is still there and removes its data. */
export async function removeRun(path: string, removeContainers: RemoveContainers): Promise<void> {
  const record = readRecord(path);
  if (record !== undefined) {
    await Promise.all(record.processes.map(endRecordedProcess));
    if (record.containers) await removeContainers(path.slice(RUNS.length + 1));
    for (const folder of record.mounts) if (existsSync(folder)) unmountSmallDisk(folder);
    for (const folder of record.foldersElsewhere) rmSync(folder, { recursive: true, force: true });
  }
  rmSync(path, { recursive: true, force: true, maxRetries: 3 });
}

/** Cleans up after runs whose owner is gone, and after runs of this very process when asked to. */
export async function removeDeadRuns(
  log: Log,
  removeContainers: RemoveContainers,
  own: 'keep own' | 'remove own',
): Promise<void> {
  for (const name of namesOfRuns()) {
    const path = join(RUNS, name);
    const state = stateOf(name, path);
    if (state === 'alive' || (state === 'own' && own === 'keep own')) continue;
    try {
      await removeRun(path, removeContainers);
      if (state === 'dead') log(`cleaned up after the run ${name}, which had ended without stopping its servers`);
    } catch (error) {
      log(`the data of the run ${name} could not be removed: ${String(error)}`);
    }
  }
}

function namesOfRuns(): string[] {
  try {
    return readdirSync(RUNS);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function stateOf(name: string, path: string): 'own' | 'alive' | 'dead' {
  const record = name.startsWith(UNFINISHED) ? undefined : readRecord(path);
  if (record === undefined) {
    const modified = statSync(path, { throwIfNoEntry: false });
    return modified !== undefined && Date.now() - modified.mtimeMs > UNFINISHED_AGE_MS_MAX ? 'dead' : 'alive';
  }
  if (!isStillRunning(record.owner)) return 'dead';
  return record.owner.pid === process.pid ? 'own' : 'alive';
}

/** `undefined` for a run that is being created or removed, or whose removal was cut short. */
function readRecord(path: string): RunRecord | undefined {
  try {
    return JSON.parse(readFileSync(join(path, 'run.json'), 'utf8')) as RunRecord;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function endRecordedProcess(recorded: RecordedProcess): Promise<void> {
  const found = describeProcess(recorded.pid);
  const same = found?.startedAt === recorded.startedAt && found.command.includes(recorded.executable);
  if (!same) return;
  for (const pid of processTree(recorded.pid)) signalProcess(pid, 'SIGCONT');
  // SIGQUIT lets PostgreSQL give its shared memory back, which SIGKILL would leave in the kernel; the others have no such thing.
  await endProcess(recorded.pid, recorded.executable === 'postgres' ? 'SIGQUIT' : 'SIGKILL', END_TIMEOUT_MS);
}
