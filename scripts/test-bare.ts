// npm run test:bare: the bootstrap where nothing is installed but Node and npm, in a Debian made by debootstrap. A user who may
// install nothing is told in one sentence what is missing; root gets it installed, with none of it started by Debian.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { makeBareMachine, whyNoBareMachine, type BareEnd } from './bare/bare-machine.ts';
import { say } from './lib/say.ts';

const REPOSITORY = join(import.meta.dirname, '..');
const STEP_TIME_MS_MAX = 4 * 60_000;
const SERVERS = /^(nats-server|redis-server|postgres|prometheus)$/m;

const obstacle = whyNoBareMachine();
if (obstacle === undefined) await testBareMachine();
else {
  say(`a bare machine cannot be made here: ${obstacle}`);
  process.exitCode = 1;
}

async function testBareMachine(): Promise<void> {
  const started = performance.now();
  const passed = (sentence: string) =>
    process.stdout.write(`passed  ${sentence} (${Math.round((performance.now() - started) / 1_000)} s)\n`);
  const machine = await makeBareMachine(join(REPOSITORY, '.margrave', 'bare'), REPOSITORY);
  passed('a Debian with Node and npm stands');
  try {
    const refused = await machine.run('ordinary user', 'npm run demo -- --seconds 1', STEP_TIME_MS_MAX);
    check(refused, ({ code, output }) => {
      assert.equal(code, 1);
      assert.match(
        output,
        /^margrave: the demo failed: NATS, Redis, PostgreSQL cannot be had: .* Install with: sudo apt-get install -y \S+ \S+ \S+$/m,
      );
      assert.doesNotMatch(output, /^\s+at /m);
    });
    passed('a user who may install nothing gets Node 24, pnpm and the dependencies, and the command for the rest');

    const line = 'npm test -- packages/testkit/src/servers/test-servers; code=$?; cat /proc/[0-9]*/comm; exit $code';
    check(await machine.run('root', line, STEP_TIME_MS_MAX), ({ code, output }) => {
      assert.equal(code, 0);
      assert.match(output, /^margrave: installing NATS, Redis, PostgreSQL with apt-get, because no Docker engine answers/m);
      assert.match(output, /^margrave: started local binaries of nats /m);
      assert.doesNotMatch(output, SERVERS);
    });
    passed('root gets NATS, Redis and PostgreSQL installed, a test passes on them, and none of them runs on');

    check(await machine.run('ordinary user', 'test ! -e /usr/sbin/policy-rc.d', STEP_TIME_MS_MAX), ({ code }) => {
      assert.equal(code, 0, 'the policy that keeps Debian from starting services was left behind');
    });
    passed('the installation leaves nothing of its own behind');
  } finally {
    machine.remove();
  }
}

/** A failure shows what the machine said. */
function check(end: BareEnd, expectations: (end: BareEnd) => void): void {
  try {
    expectations(end);
  } catch (error) {
    process.stdout.write(`${end.output}\n`);
    throw error;
  }
}
