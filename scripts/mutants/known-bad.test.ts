import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readKnownBad } from './known-bad.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..');
const known = readKnownBad(join(REPOSITORY, 'known-bad'));

describe('the patches of known-bad', () => {
  it('are many, each with a sentence of its own', () => {
    expect(known.length).toBeGreaterThanOrEqual(10);
    expect(new Set(known.map(({ sentence }) => sentence)).size).toBe(known.length);
  });

  it.each(known.map(({ name, file }) => [name, file]))('%s still fits the code', (_name, file) => {
    expect(() => execFileSync('git', ['apply', '--check', file], { cwd: REPOSITORY, stdio: 'pipe' })).not.toThrow();
  });

  it.each(known.map(({ name, red }) => [name, red.path]))('%s names tests that exist', (_name, path) =>
    expect(globSync(`${path}*`, { cwd: REPOSITORY })).not.toEqual([]),
  );
});

describe('a patch', () => {
  const read = (text: string) => {
    const folder = mkdtempSync(join(tmpdir(), 'margrave-known-bad-'));
    writeFileSync(join(folder, 'x.patch'), text);
    try {
      return readKnownBad(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  it('is read with its sentence and the tests that it names', () =>
    expect(read('It breaks.\nred: unit packages/domain\n\ndiff --git a b\n')).toMatchObject([
      { name: 'x', sentence: 'It breaks.', red: { project: 'unit', path: 'packages/domain' } },
    ]));

  it.each([
    ['tests', 'It breaks.\n\ndiff --git a b\n', 'which tests it turns red'],
    ['a kind of tests', 'It breaks.\nred: packages/domain\n\ndiff --git a b\n', 'which tests it turns red'],
    ['a sentence', 'red: unit packages/domain\n\ndiff --git a b\n', 'begin with a sentence'],
  ])('without %s is refused', (_what, text, why) => expect(() => read(text)).toThrow(why));
});
