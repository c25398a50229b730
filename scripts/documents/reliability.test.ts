import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/reliability.md'), 'utf8');
const PROMISES = Array.from({ length: 55 }, (_, index) => `P${String(index + 1).padStart(2, '0')}`);

const rows = page.split('\n').filter((line) => /^\|\s*P\d\d /.test(line));
const shown = rows.flatMap((row) => {
  const [, promise = ''] = /^\|\s*(P\d\d)/.exec(row) ?? [];
  return [...row.matchAll(/`([^`]+)`: ([^|<]+)/g)].map(([, path = '', title = '']) => [promise, path, title.trim()] as const);
});

it('names every promise once, shown or not shown yet', () => {
  const [above = '', below = ''] = page.split('## Not shown yet');
  const named = [...above.matchAll(/^\|\s*(P\d\d)/gm), ...below.matchAll(/\b(P\d\d)\b/g)].map(([, promise]) => promise);
  expect(named.sort()).toEqual(PROMISES);
});

it('shows each promise of its tables by a test', () =>
  expect(rows.filter((row) => !shown.some(([promise]) => row.includes(promise)))).toEqual([]));

it.each(shown)('%s is shown by a test of %s: %s', (_promise, path, title) => {
  expect(existsSync(join(root, path))).toBe(true);
  expect(readFileSync(join(root, path), 'utf8').replaceAll("\\'", "'")).toContain(title);
});
