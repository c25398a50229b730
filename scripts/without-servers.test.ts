import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const REPOSITORY = join(import.meta.dirname, '..');

/** Runs a command where servers cannot be had, for the one reason that can be brought about on every machine. */
function withoutServers(args: readonly string[]) {
  const environment = { ...process.env, MARGRAVE_SERVERS: 'neither', NODE_OPTIONS: '' };
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: REPOSITORY, env: environment, encoding: 'utf8' });
  return { status, lines: stderr.split('\n').filter((line) => line.startsWith('margrave:') || /^\s+at /.test(line)) };
}

describe('where servers cannot be had', () => {
  it.each([
    ['the demo', 'margrave: the demo failed: ', ['scripts/demo.ts', '--seconds', '1']],
    ['the test run', 'margrave: ', ['scripts/test.ts', '--selectProjects', 'integration', 'packages/testkit/src/servers']],
  ])('%s ends with the one sentence that says why, and no stack', (_, opening, args) => {
    const { status, lines } = withoutServers(args);
    expect(status).toBe(1);
    expect(lines).toEqual([`${opening}MARGRAVE_SERVERS is "neither" and may only be "containers" or "local".`]);
  });
});
