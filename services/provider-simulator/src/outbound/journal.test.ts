import { appendFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Entry } from '../app/entry.ts';
import { requestIdOf } from '../testing/scene.ts';
import { openJournal, type Journal } from './journal.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'journal-'));
  path = join(folder, 'state', 'lp-a.journal.jsonl');
});
afterEach(() => rm(folder, { recursive: true }));

const loss = (number: number): Entry => ({ kind: 'loss', requestId: requestIdOf(number) });

interface Opened {
  readonly journal: Journal;
  readonly entries: readonly Entry[];
  readonly tornBytes: readonly number[];
}

async function open(provider = 'lp-a'): Promise<Opened> {
  const entries: Entry[] = [];
  const tornBytes: number[] = [];
  const journal = await openJournal({
    path,
    provider,
    onEntry: (entry) => entries.push(entry),
    onTornLine: (bytes) => tornBytes.push(bytes),
  });
  return { journal, entries, tornBytes };
}

async function fill(...numbers: readonly number[]): Promise<void> {
  const { journal } = await open();
  await Promise.all(numbers.map((number) => journal.keep(loss(number))));
  await journal.close();
}

it('gives back what it kept, in order, over several starts', async () => {
  await fill(1, 2);
  await fill(3);
  const { journal, entries, tornBytes } = await open();
  expect([entries, tornBytes]).toEqual([[loss(1), loss(2), loss(3)], []]);
  await journal.close();
});

it('has an entry on the disk when it says so', async () => {
  const { journal } = await open();
  await journal.keep(loss(1));
  expect(await readFile(path, 'utf8')).toContain(requestIdOf(1));
  await journal.close();
});

it('reads lines that are longer than what a disk gives at once', async () => {
  const long: Entry = { kind: 'sent', numbers: Array.from({ length: 100_000 }, (_, number) => number) };
  const { journal } = await open();
  await Promise.all([journal.keep(long), journal.keep(loss(1))]);
  await journal.close();
  const again = await open();
  expect(again.entries).toEqual([long, loss(1)]);
  await again.journal.close();
});

it('drops a last line that was cut short at any place, and goes on after the line before it', async () => {
  await fill(1, 2);
  const whole = (await readFile(path)).length;
  const lastLine = Buffer.byteLength(`${JSON.stringify(loss(2))}\n`);
  for (let cut = 1; cut < lastLine; cut += 1) {
    await truncate(path, whole - cut);
    const { journal, entries, tornBytes } = await open();
    expect([entries, tornBytes]).toEqual([[loss(1)], [lastLine - cut]]);
    await journal.keep(loss(2));
    await journal.close();
  }
  const { journal, entries } = await open();
  expect(entries).toEqual([loss(1), loss(2)]);
  await journal.close();
});

it('begins anew where not even its first line is whole', async () => {
  await fill();
  await truncate(path, 5);
  const { journal, entries, tornBytes } = await open();
  expect([entries, tornBytes]).toEqual([[], [5]]);
  await journal.close();
  await fill(1);
  expect((await readFile(path, 'utf8')).split('\n')).toHaveLength(3);
});

it('does not start with a line before the last that it cannot read', async () => {
  await fill(1);
  await appendFile(path, 'gibberish\n');
  await appendFile(path, `${JSON.stringify(loss(2))}\n`);
  await expect(open()).rejects.toThrow(`line 3 of ${path} cannot be read`);
});

it('does not start with the journal of another provider, or of another format', async () => {
  await fill(1);
  await expect(open('lp-b')).rejects.toThrow('is not a journal of lp-b');
  await writeFile(path, '{"format":2,"provider":"lp-a"}\n');
  await expect(open()).rejects.toThrow('is not a journal of lp-a in the format 1');
});

it('keeps nothing after it was closed', async () => {
  const { journal } = await open();
  await journal.close();
  await expect(journal.keep(loss(1))).rejects.toThrow('STOPPED');
});
