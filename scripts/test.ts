// npm test [-- arguments of Jest]: unit, property and integration tests, the latter on real servers.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { removeOwnAndDeadRuns } from '@margrave/testkit';
import { endBy, runChild } from './lib/child.ts';
import { say } from './lib/say.ts';

const RUN_TIMEOUT_MS = 15 * 60_000;
const RESULT_POLL_INTERVAL_MS = 500;
/** How long Jest may take to end after it has written its result. */
const END_TIMEOUT_MS = 10_000;

const args = process.argv.slice(2);
const given = args.find((argument) => argument.startsWith('--outputFile='))?.slice('--outputFile='.length);
const output = given ?? join('.margrave', `jest-${process.pid}.json`);
mkdirSync('.margrave', { recursive: true });
rmSync(output, { force: true });

const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const leak = new AbortController();
const started = performance.now();
const watching = setInterval(() => {
  if (!existsSync(output)) return;
  clearInterval(watching);
  setTimeout(() => leak.abort(), END_TIMEOUT_MS).unref();
}, RESULT_POLL_INTERVAL_MS);

const end = await runChild({
  program: process.execPath,
  args: [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    jest,
    '--json',
    ...(given === undefined ? [`--outputFile=${output}`] : []),
    ...args,
  ],
  timeoutMs: RUN_TIMEOUT_MS,
  stop: leak.signal,
});
clearInterval(watching);
const passedCount = existsSync(output)
  ? (JSON.parse(readFileSync(output, 'utf8')) as { numPassedTests: number }).numPassedTests
  : 0;
if (given === undefined) rmSync(output, { force: true });
// A Jest that was killed could not stop what it had started.
await removeOwnAndDeadRuns(say);

const failure = failureOf();
if (failure !== undefined) say(failure);
process.exitCode = end.code === 0 && failure === undefined ? 0 : 1;
if (end.interruptedBy !== null) endBy(end.interruptedBy);

function failureOf(): string | undefined {
  if (end.interruptedBy !== null) return undefined;
  if (leak.signal.aborted) return 'Jest did not end after its last test: a test left a connection, a timer or a server open';
  if (performance.now() - started > RUN_TIMEOUT_MS) return `the tests were ended after ${RUN_TIMEOUT_MS / 60_000} minutes`;
  if (end.signal !== null) return `Jest was ended by ${end.signal}`;
  if (end.code === 0 && passedCount === 0) return 'no test passed, because none was run';
  return undefined;
}
