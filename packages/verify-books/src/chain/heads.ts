import { readFile, rename, writeFile } from 'node:fs/promises';
import type { KnownHead } from './chain-walk.ts';

/** The heads of chains by account. */
export type Heads = ReadonlyMap<string, KnownHead>;

const LINE = /^(\d{1,19}) (\d{1,19}) ([0-9a-f]{64})$/;

/**
 * Heads that an earlier run wrote down, a line each: account, place, link. A file that is not there holds none.
 *
 * @throws Error naming the first line that is none.
 */
export async function readHeads(path: string): Promise<Heads> {
  const heads = new Map<string, KnownHead>();
  for (const [index, line] of (await textOf(path)).split('\n').entries()) {
    if (line === '') continue;
    const [, account, place, link] = LINE.exec(line) ?? [];
    if (account === undefined || place === undefined || link === undefined)
      throw new Error(`line ${index + 1} of ${path} is no head`);
    heads.set(account, { place: BigInt(place), link });
  }
  return heads;
}

/** Puts the heads in place of those that the file held, whole or not at all. */
export async function writeHeads(path: string, heads: Heads): Promise<void> {
  const next = `${path}.next`;
  await writeFile(next, [...heads].map(([account, { place, link }]) => `${account} ${place} ${link}\n`).join(''));
  await rename(next, path);
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}
