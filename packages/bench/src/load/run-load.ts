import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LoadPlan, LoadResult } from './load-plan.ts';

const PROGRAM = fileURLToPath(new URL('./load-main.ts', import.meta.url));

/** Runs the load program with a plan. A program that fails is a fault of the bench, told with what it wrote. */
export async function runLoad(plan: LoadPlan): Promise<LoadResult> {
  const folder = mkdtempSync(join(tmpdir(), 'margrave-load-'));
  try {
    const file = join(folder, 'plan.json');
    writeFileSync(file, JSON.stringify(plan), { mode: 0o600 });
    const child = spawn(process.execPath, [PROGRAM, file], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    if (code !== 0) throw new Error(`the load on ${plan.url} ended with ${signal ?? `code ${code}`}`);
    return JSON.parse(output) as LoadResult;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** How many requests were answered with a status. */
export const answeredWith = ({ statuses }: LoadResult, status: number): number => statuses[status] ?? 0;
