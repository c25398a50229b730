import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockJournal } from './journal-lock.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'));
  path = join(folder, 'lp-a.lock');
});
afterEach(() => rm(folder, { recursive: true }));

it('can be taken again after it was released', async () => {
  await (await lockJournal(path)).release();
  expect(await readdir(folder)).toEqual([]);
  await (await lockJournal(path)).release();
});

it('is refused while another process that lives holds it, and taken over when that was killed', async () => {
  const other = spawn('sleep', ['60']);
  await once(other, 'spawn');
  await writeFile(path, String(other.pid));
  await expect(lockJournal(path)).rejects.toThrow(`process ${other.pid} keeps this provider already`);
  other.kill('SIGKILL');
  await once(other, 'exit');
  await (await lockJournal(path)).release();
});

it.each([
  ['of a former process with the same id', String(process.pid)],
  ['without an id', ''],
])('a lock %s is taken over', async (_what, content) => {
  await writeFile(path, content);
  await (await lockJournal(path)).release();
});
