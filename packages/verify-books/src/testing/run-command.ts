import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../../../../scripts/verify-books.ts', import.meta.url));

/** How the command ended, and what it said. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `verify:books` as a process of its own, with nothing in its environment but what is given. */
export async function runCommand(args: readonly string[], given: Readonly<Record<string, string>>): Promise<Ended> {
  const child = spawn(process.execPath, [SCRIPT, ...args], { env: { PATH: process.env['PATH'], ...given } });
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: Number(code[0]), out, err };
}
