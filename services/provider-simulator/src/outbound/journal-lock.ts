import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hasCode } from './system-error.ts';

/** Held by the process whose journal it is. */
export interface JournalLock {
  readonly release: () => Promise<void>;
}

const ATTEMPTS_MAX = 3;

/**
 * Makes sure that one process at a time keeps a journal: two would execute the same order twice. The lock is a file with
 * the id of the process; one that a killed process left is taken over.
 *
 * @throws when a process that lives holds it.
 */
export async function lockJournal(path: string): Promise<JournalLock> {
  await mkdir(dirname(path), { recursive: true });
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    if (await createLock(path)) return { release: () => rm(path, { force: true }) };
    const holder = await readHolder(path);
    if (holder !== undefined && isAlive(holder)) {
      throw new Error(`process ${holder} keeps this provider already; if it is no provider, remove ${path}`);
    }
    await rm(path, { force: true });
  }
  throw new Error(`${path} is being taken by several processes at once`);
}

/** The file appears with its content, so that nobody sees it empty. */
async function createLock(path: string): Promise<boolean> {
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, String(process.pid));
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function readHolder(path: string): Promise<number | undefined> {
  try {
    const text = await readFile(path, 'utf8');
    return /^\d{1,10}$/.test(text) ? Number.parseInt(text, 10) : undefined;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined; // it was released just now
    throw error;
  }
}

/** Our own id in the file is that of a former process: in a container every first process has the same. */
function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM'); // it lives, and is another user's
  }
}
