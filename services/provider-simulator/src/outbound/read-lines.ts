import { createReadStream } from 'node:fs';
import { hasCode } from './system-error.ts';

export interface Line {
  readonly text: string;
  /** Whether its line feed is there. */
  readonly isWhole: boolean;
  readonly isLast: boolean;
  /** Where the next line begins, or the file ends. */
  readonly endBytes: number;
}

const LINE_FEED = 0x0a;

/** The lines of a file, one after another, without the whole file in memory; none where there is no file. */
export async function* readLines(path: string): AsyncGenerator<Line> {
  let endBytes = 0;
  let held: Omit<Line, 'isLast'> | undefined;
  for await (const { bytes, isWhole } of splitLines(path)) {
    if (held !== undefined) yield { ...held, isLast: false };
    endBytes += bytes.length + (isWhole ? 1 : 0);
    held = { text: bytes.toString('utf8'), isWhole, endBytes };
  }
  if (held !== undefined) yield { ...held, isLast: true };
}

async function* splitLines(path: string): AsyncGenerator<{ readonly bytes: Buffer; readonly isWhole: boolean }> {
  let pieces: Buffer[] = [];
  for await (const chunk of readChunks(path)) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      pieces.push(chunk.subarray(start, end));
      yield { bytes: Buffer.concat(pieces), isWhole: true };
      pieces = [];
      start = end + 1;
    }
    if (start < chunk.length) pieces.push(chunk.subarray(start));
  }
  if (pieces.length > 0) yield { bytes: Buffer.concat(pieces), isWhole: false };
}

async function* readChunks(path: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(path)) yield chunk as Buffer;
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}
