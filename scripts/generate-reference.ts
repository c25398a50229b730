/**
 * Writes docs/reference, docs/rights.md, the users of the servers in infra/, dashboards and rules of alerts from the sources that the programs themselves run on; all but `tables.md`, which takes a database
 * (`scripts/reference/tables.it.test.ts`).
 *
 *   node scripts/generate-reference.ts           writes what changed
 *   node scripts/generate-reference.ts --check   writes nothing; exits 1 and names the pages that are out of sync
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { say } from './lib/say.ts';
import { referencePages } from './reference/pages.ts';
import { pagesOutOfSync, writePages } from './reference/write-pages.ts';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const root = resolve(import.meta.dirname, '..');
const pages = referencePages();

if (values.check) {
  const outOfSync = await pagesOutOfSync(root, pages);
  for (const path of outOfSync) say(`${path} is out of sync; run node scripts/generate-reference.ts`);
  process.exitCode = outOfSync.length === 0 ? 0 : 1;
} else {
  const written = await writePages(root, pages);
  say(written.length === 0 ? 'the reference is in sync' : `wrote ${written.join(', ')}`);
}
