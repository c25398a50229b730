import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { format, getFileInfo, resolveConfig } from 'prettier';
import type { ReferencePage } from './page.ts';

/** The text of a page as it stands in the repository: formatted like every other file of a kind that Prettier knows. */
async function textOf(page: ReferencePage, file: string): Promise<string> {
  if ((await getFileInfo(file)).inferredParser === null) return page.render();
  return format(await page.render(), { ...(await resolveConfig(file)), filepath: file });
}

/** The paths of the pages whose file is missing or says something else than its sources do. */
export async function pagesOutOfSync(root: string, pages: readonly ReferencePage[]): Promise<readonly string[]> {
  const outOfSync: string[] = [];
  for (const page of pages) {
    const file = join(root, page.path);
    if ((await textOf(page, file)) !== (await contentOf(file))) outOfSync.push(page.path);
  }
  return outOfSync;
}

/** Writes the pages that are out of sync; the paths of those. */
export async function writePages(root: string, pages: readonly ReferencePage[]): Promise<readonly string[]> {
  const outOfSync = await pagesOutOfSync(root, pages);
  for (const page of pages.filter(({ path }) => outOfSync.includes(path))) {
    const file = join(root, page.path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, await textOf(page, file));
  }
  return outOfSync;
}

const contentOf = async (file: string): Promise<string | undefined> => (existsSync(file) ? readFile(file, 'utf8') : undefined);
