// npm run verify:mutants [-- names]: applies each patch of known-bad to a copy of the working tree and runs the tests that it names.
// A patch that they do not turn red is a fault of the tests. Exit code 1 when there is one.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endBy, runChild } from './lib/child.ts';
import { say } from './lib/say.ts';
import { readKnownBad, type KnownBad } from './mutants/known-bad.ts';
import { plantTree } from './testing/planted-tree.ts';

const REPOSITORY = join(import.meta.dirname, '..');
const TEST_TIMEOUT_MS = 5 * 60_000;

const wanted = process.argv.slice(2);
const all = readKnownBad(join(REPOSITORY, 'known-bad'));
const stranger = wanted.find((name) => all.every((known) => known.name !== name));
if (stranger !== undefined) {
  say(`there is no known-bad/${stranger}.patch, only ${all.map(({ name }) => name).join(', ')}`);
  process.exit(1);
}
const mutants = wanted.length === 0 ? all : all.filter(({ name }) => wanted.includes(name));
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: REPOSITORY,
  encoding: 'utf8',
});
const tree = plantTree(files.split('\n').filter((file) => file !== '' && existsSync(join(REPOSITORY, file))));
try {
  process.exitCode = (await areGreen(mutants)) && (await areSeen(mutants)) ? 0 : 1;
} finally {
  tree.remove();
}

/** A test that is red anyway sees nothing. */
async function areGreen(given: readonly KnownBad[]): Promise<boolean> {
  for (const project of ['unit', 'integration'] as const) {
    const paths = [...new Set(given.flatMap(({ red }) => (red.project === project ? [red.path] : [])))];
    if (paths.length === 0) continue;
    const { failed } = await test(project, paths);
    if (failed === undefined) continue;
    say(`without any of them a test is red already: ${failed}`);
    return false;
  }
  return true;
}

async function areSeen(given: readonly KnownBad[]): Promise<boolean> {
  let seen = 0;
  for (const { name, file, sentence, red } of given) {
    apply(file);
    const started = performance.now();
    const { failed } = await test(red.project, [red.path]);
    apply(file, '--reverse');
    if (failed !== undefined) seen += 1;
    const seconds = ((performance.now() - started) / 1_000).toFixed(1);
    const what = failed === undefined ? `NOT SEEN  ${name}: ${sentence}` : `red       ${name}: ${failed}`;
    process.stdout.write(`${what} (${seconds} s)\n`);
  }
  process.stdout.write(`${seen} of ${given.length} known faults turn the tests red\n`);
  return seen === given.length;
}

function apply(patch: string, ...options: readonly string[]): void {
  // The copy is no repository, and must not be taken for a part of one.
  execFileSync('git', ['apply', ...options, patch], {
    cwd: tree.path,
    env: { ...process.env, GIT_CEILING_DIRECTORIES: tmpdir() },
  });
}

interface JestResults {
  readonly numPassedTests: number;
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/** The first test that failed. A file that cannot be loaded is no test that failed: then the patch is at fault, or the tests are. */
async function test(project: string, paths: readonly string[]): Promise<{ readonly failed: string | undefined }> {
  const output = join(tree.path, 'jest.json');
  rmSync(output, { force: true });
  let printed = '';
  const { interruptedBy } = await runChild({
    program: process.execPath,
    args: ['scripts/test.ts', `--outputFile=${output}`, '--selectProjects', project, '--testPathPatterns', ...paths],
    workingFolder: tree.path,
    timeoutMs: TEST_TIMEOUT_MS,
    onOutput: (text) => (printed += text),
  });
  if (interruptedBy !== null) {
    tree.remove();
    endBy(interruptedBy);
  }
  if (!existsSync(output)) throw new Error(`the tests of ${paths.join(', ')} left no result:\n${printed}`);
  const results = JSON.parse(readFileSync(output, 'utf8')) as JestResults;
  if (results.numRuntimeErrorTestSuites > 0 || results.testResults.length === 0)
    throw new Error(`the tests of ${paths.join(', ')} could not be run:\n${printed}`);
  const failed = results.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .find(({ status }) => status === 'failed')?.fullName;
  return { failed };
}
