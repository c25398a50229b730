// What .ci/run does once the toolchain is there: static checks, tests, the README's commands, and the count at the end.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { planReadme } from './ci/readme-commands.ts';
import { readSkips } from './ci/skips.ts';
import { summarise, type JestResults, type TestSummary } from './ci/test-results.ts';
import { endBy, runChild, type ChildRequest } from './lib/child.ts';

const REPOSITORY = join(import.meta.dirname, '..');
const FOLDER = join(REPOSITORY, '.margrave', 'ci');
const RESULTS = join(FOLDER, 'jest.json');
const SLOW_RESULTS = join(FOLDER, 'jest-slow.json');
const TOTAL_TIME_MS = 17.5 * 60_000;
/** More than the test run itself gives Jest to stop its servers. */
const STEP_ENDING_MS_MAX = 60_000;
const SIMULATED_SECONDS = 60;
/** With the time to make what breaks small. */
const SIMULATION_TIME_MS_MAX = 120_000;
/** A minute of faults, what comes before and what is still owed after it. */
const CHAOS_STEP_TIME_MS_MAX = 4 * 60_000;
/** Twice what the slow tests take on two cores. They are not begun when less is left, and the build fails for it. */
const SLOW_TESTS_TIME_MS = 3 * 60_000;
const README_STEP_TIME_MS_MAX = 4 * 60_000;

const started = performance.now();
const faults: string[] = [];

rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });
const skips = readSkips(REPOSITORY);

await step('npm run audit', { program: process.execPath, args: [join('scripts', 'audit.ts')] });
await step('npm run verify', { program: process.execPath, args: [join('scripts', 'verify.ts')] });
const testsPassed = await step(
  'npm test',
  {
    program: process.execPath,
    args: [join('scripts', 'test.ts'), `--outputFile=${RESULTS}`],
    environment: { ...process.env, MARGRAVE_SLOW_TESTS: 'apart' },
  },
  'counted',
);
await step('npm run chaos', {
  program: process.execPath,
  args: [join('scripts', 'chaos.ts'), '--seconds', '60'],
  timeoutMs: CHAOS_STEP_TIME_MS_MAX,
});
await step(`npm run simulate -- --seconds ${SIMULATED_SECONDS}`, {
  program: process.execPath,
  args: [join('scripts', 'simulate.ts'), '--seconds', `${SIMULATED_SECONDS}`],
  timeoutMs: SIMULATION_TIME_MS_MAX,
});
await runReadme();
const slowTestsPassed = await runSlowTests();
const tests = testSummary();
if (!(testsPassed && slowTestsPassed) && tests.failedCount === 0) faults.push('npm test failed, though none of its tests did');
faults.push(...tests.faults);

const failedCount = tests.failedCount + faults.length;
print(`\n${tests.passedCount} tests passed, ${tests.failedCount} failed; other faults: ${faults.length}; ${minutes()}`);
for (const fault of faults) print(`  ${fault}`);
writeFileSync(join(FOLDER, 'summary'), `${tests.passedCount} passed, ${failedCount} failed\n`);
process.exitCode = failedCount === 0 ? 0 : 1;

/** Runs a step within what is left of the time. Its failure is a fault, unless its failures are counted elsewhere. */
async function step(name: string, request: ChildRequest, failure: 'is a fault' | 'counted' = 'is a fault'): Promise<boolean> {
  print(`\n== ${name}`);
  const leftMs = timeLeftMs();
  if (leftMs <= 0) {
    faults.push(`${name} was not run: no time was left`);
    return false;
  }
  const timeoutMs = Math.min(leftMs, request.timeoutMs ?? leftMs);
  const { code, signal, interruptedBy } = await runChild({
    workingFolder: REPOSITORY,
    ...request,
    timeoutMs,
    endingMsMax: STEP_ENDING_MS_MAX,
  });
  if (interruptedBy !== null) endBy(interruptedBy);
  if (code === 0) return true;
  if (failure === 'is a fault') faults.push(`${name} failed (${signal ?? `exit code ${code}`})`);
  return false;
}

async function runSlowTests(): Promise<boolean> {
  const leftMs = timeLeftMs();
  if (leftMs < SLOW_TESTS_TIME_MS) {
    faults.push(`the slow tests were not run: ${Math.round(leftMs / 1_000)} s are too few for them`);
    return true;
  }
  const args = ['--selectProjects', 'integration', '--testPathPatterns', '\\.slow\\.it\\.test', `--outputFile=${SLOW_RESULTS}`];
  return step('the slow tests', { program: process.execPath, args: [join('scripts', 'test.ts'), ...args] }, 'counted');
}

function testSummary(): TestSummary {
  if (!existsSync(RESULTS)) return { passedCount: 0, failedCount: 0, faults: ['npm test left no result'] };
  const runs = [RESULTS, SLOW_RESULTS].filter((file) => existsSync(file));
  return summarise(
    runs.map((file) => JSON.parse(readFileSync(file, 'utf8')) as JestResults),
    skips.tests,
  );
}

/** As a reader would: in a shell of its own for each block, without the toolchain that this process was given. */
async function runReadme(): Promise<void> {
  const file = join(REPOSITORY, 'README.md');
  if (!existsSync(file)) {
    faults.push('there is no README.md');
    return;
  }
  const plan = planReadme(readFileSync(file, 'utf8'), skips.readme);
  faults.push(...plan.faults);
  for (const remark of plan.remarks) print(`README: ${remark}`);
  for (const { line, script } of plan.scripts) {
    await step(`README.md:${line}\n${script}`, {
      program: 'bash',
      args: ['-euo', 'pipefail', '-c', script],
      environment: { ...process.env, PATH: pathOfReader() },
      timeoutMs: README_STEP_TIME_MS_MAX,
    });
  }
}

function pathOfReader(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.filter((folder) => !folder.startsWith(REPOSITORY)).join(delimiter);
}

function timeLeftMs(): number {
  return TOTAL_TIME_MS - (performance.now() - started);
}

function minutes(): string {
  return `${((performance.now() - started) / 60_000).toFixed(1)} minutes`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
