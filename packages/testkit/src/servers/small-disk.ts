import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of its own, small enough to be filled. */
export interface SmallDisk {
  /** Takes every byte that is left, and what others give back from then on. */
  fill(): void;
  /** Gives back what `fill` took. */
  free(): void;
}

const FILLER = 'filler';
const FILL_EVERY_MS = 100;
const PIECES = [1_048_576, 4_096, 1].map((bytes) => Buffer.alloc(bytes));

/** Why this process can mount no small disk, in half a sentence; `undefined` where it can. */
export function whyNoSmallDisk(): string | undefined {
  if (process.env['MARGRAVE_SERVERS'] === 'containers') return 'the disks of containers are their own';
  if (process.platform !== 'linux') return 'only Linux has tmpfs';
  if (process.getuid?.() !== 0) return 'only root may mount a tmpfs';
  const probe = mkdtempSync(join(tmpdir(), 'margrave-disk-'));
  try {
    mountSmallDisk(probe, 1);
    unmountSmallDisk(probe);
    return undefined;
  } catch (error) {
    return `no tmpfs can be mounted here: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    rmdirSync(probe);
  }
}

/** Mounts a tmpfs over an empty folder. @throws with what `mount` said. */
export function mountSmallDisk(folder: string, sizeMb: number): SmallDisk {
  run('mount', ['-t', 'tmpfs', '-o', `size=${sizeMb}m,mode=0700`, 'margrave', folder]);
  const filler = join(folder, FILLER);
  let filling: NodeJS.Timeout | undefined;
  return {
    fill: () => {
      fillOnce(filler);
      filling ??= setInterval(() => fillOnce(filler), FILL_EVERY_MS);
    },
    free: () => {
      clearInterval(filling);
      filling = undefined;
      rmSync(filler, { force: true });
    },
  };
}

/** What still has a file open there keeps it; the folder is free at once. */
export const unmountSmallDisk = (folder: string): void => run('umount', ['--lazy', folder]);

function fillOnce(filler: string): void {
  untilFull(() => {
    const file = openSync(filler, 'a');
    try {
      for (const piece of PIECES) untilFull(() => writeForEver(file, piece));
    } finally {
      closeSync(file);
    }
  });
}

function writeForEver(file: number, piece: Buffer): never {
  for (;;) writeSync(file, piece);
}

/** A disk that is full already is as it should be. */
function untilFull(write: () => void): void {
  try {
    write();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

function run(program: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} failed: ${error?.message ?? stderr.trim()}`);
}
