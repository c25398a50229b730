import { asError, createGatherer } from '@margrave/runtime';
import { constants } from 'node:fs';
import { mkdir, open, truncate, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Entry } from '../app/entry.ts';
import { readLines } from './read-lines.ts';

export interface Journal {
  /** Resolves when the entry is on the disk. After one rejection every other is rejected: the file may end in the middle of a line. */
  readonly keep: (entry: Entry) => Promise<void>;
  /** Resolves when everything is on the disk and the file is closed. */
  readonly close: () => Promise<void>;
}

export interface JournalOptions {
  readonly path: string;
  readonly provider: string;
  /** Told every entry that the file has, in order, before the journal is given back. */
  readonly onEntry: (entry: Entry) => void;
  /** Told of a last line that a crash left unfinished; nobody was ever told of what it decided. */
  readonly onTornLine: (bytes: number) => void;
  /** Told how long a write and its sync took, and how many entries it kept. */
  readonly onWritten?: (elapsedMs: number, entries: number) => void;
}

const FORMAT = 1;
const ENTRIES_PER_WRITE_MAX = 512;
const WAITING_MAX = 1_000_000;
const PRIVATE = 0o600;

/**
 * Opens the file in which a provider keeps its decisions, one line of JSON each, and reads it from the beginning. The first
 * line says whose it is.
 *
 * @throws when it is another provider's, or when a line before the last cannot be read: then it needs a person.
 */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const { path } = options;
  await mkdir(dirname(path), { recursive: true });
  const sizeBytes = await readJournal(options);
  if (sizeBytes !== undefined) await truncate(path, sizeBytes);
  const file = await open(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT, PRIVATE);
  if (sizeBytes === undefined || sizeBytes === 0) await writeHeader(file, options);
  return appendTo(file, options);
}

/** The size of the file up to the end of its last whole line; nothing where there is no file. */
async function readJournal({ path, provider, onEntry, onTornLine }: JournalOptions): Promise<number | undefined> {
  let endBytes = 0;
  let number = 0;
  for await (const line of readLines(path)) {
    number += 1;
    const value = line.isWhole ? parse(line.text) : undefined;
    if (value === undefined) {
      if (!line.isLast)
        throw new Error(`line ${number} of ${path} cannot be read: mend the file, or put it aside and lose what it knows`);
      onTornLine(line.endBytes - endBytes);
      return endBytes;
    }
    if (number === 1) checkHeader(value, path, provider);
    else onEntry(value as Entry);
    endBytes = line.endBytes;
  }
  return number === 0 ? undefined : endBytes;
}

function parse(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined; // what JSON.parse says of a line that a crash cut short
  }
}

function checkHeader(header: object, path: string, provider: string): void {
  const { format, provider: owner } = header as { readonly format?: unknown; readonly provider?: unknown };
  if (format !== FORMAT || owner !== provider) throw new Error(`${path} is not a journal of ${provider} in the format ${FORMAT}`);
}

async function writeHeader(file: FileHandle, { path, provider }: JournalOptions): Promise<void> {
  await file.appendFile(`${JSON.stringify({ format: FORMAT, provider })}\n`);
  await file.sync();
  // The name of a new file is kept by its folder.
  const folder = await open(dirname(path));
  await folder.sync();
  await folder.close();
}

function appendTo(file: FileHandle, { onWritten }: JournalOptions): Journal {
  let broken: Error | undefined;
  const writer = createGatherer<string, void>({
    batchSizeMax: ENTRIES_PER_WRITE_MAX,
    queueDepthMax: WAITING_MAX,
    run: async (lines) => {
      if (broken !== undefined) throw broken;
      const startedAt = performance.now();
      try {
        await file.appendFile(lines.join(''));
        await file.datasync();
      } catch (error) {
        broken = asError(error);
        throw broken;
      }
      onWritten?.(performance.now() - startedAt, lines.length);
      return lines.map(() => undefined);
    },
  });
  return {
    keep: async (entry) => {
      const kept = await writer.submit(`${JSON.stringify(entry)}\n`);
      if (!kept.ok) throw new Error(`an entry was not kept: ${kept.refusal}`);
    },
    close: async () => {
      await writer.stop();
      await file.close();
    },
  };
}
