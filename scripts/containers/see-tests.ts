import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IMAGES } from '@margrave/testkit';
import type { Engine } from './engine.ts';
import { mustRun } from './run.ts';

/** A few tests that use each server, and those of the servers themselves, which kill and restart them. */
const TESTS = [
  'packages/testkit/src/servers',
  'packages/bus-nats/src/(streams|rights)',
  'packages/cache-redis',
  'packages/store-postgres/src/(rights|migrate)',
];
const TESTS_MS_MAX = 7 * 60_000;

/** Runs integration tests on servers from the engine, and gives how many passed. */
export async function seeTestsOnContainers(engine: Engine, folder: string, logFile: string, stop: AbortSignal): Promise<number> {
  const results = join(folder, 'jest.json');
  const said = await mustRun({
    program: process.execPath,
    args: ['scripts/test.ts', '--selectProjects', 'integration', `--outputFile=${results}`, '--testPathPatterns', ...TESTS],
    environment: { ...engine.environment, MARGRAVE_SERVERS: 'containers' },
    timeoutMs: TESTS_MS_MAX,
    logFile,
    stop,
  });
  assert.match(said, new RegExp(`^margrave: started containers of ${IMAGES.nats}, ${IMAGES.redis}, ${IMAGES.postgres} on `, 'm'));
  const left = (await engine.docker('container', 'ls', '--all', '--quiet')).trim();
  assert.equal(left, '', 'the tests left containers behind');
  type Results = { numPassedTests: number; numTotalTests: number; numTotalTestSuites: number };
  const { numPassedTests, numTotalTests, numTotalTestSuites } = JSON.parse(readFileSync(results, 'utf8')) as Results;
  assert.equal(numPassedTests, numTotalTests, 'a test was left out');
  assert.ok(numTotalTestSuites > TESTS.length, `only ${numTotalTestSuites} files with tests were found`);
  return numPassedTests;
}
