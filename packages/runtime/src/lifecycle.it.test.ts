import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const RUNTIME = fileURLToPath(new URL('./index.ts', import.meta.url));
const PREAMBLE = `
  import { createCrashPoints, createLifecycle, createLogging, readConfiguration, sharedSettings } from ${JSON.stringify(RUNTIME)};
  const logging = createLogging({ service: 'real', level: 'info', levels: [] });
  const lifecycle = createLifecycle({ log: logging.component('lifecycle'), flushLog: logging.flush });
  await lifecycle.part('heart', () => setInterval(() => undefined, 1000), (timer) => clearInterval(timer));
`;

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly entries: readonly { readonly level: string; readonly msg: string; readonly err?: { readonly message: string } }[];
}

/** Runs a service of a few lines as a process of its own, and sends it a signal when it says that it runs. */
async function run(body: string, environment: Record<string, string> = {}, signal?: NodeJS.Signals): Promise<Ended> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', `${PREAMBLE}${body}`], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (signal !== undefined && text.includes('Part started')) child.kill(signal);
  });
  const [code, killedBy] = (await once(child, 'close')) as [number | null, string | null];
  return {
    code,
    signal: killedBy,
    entries: output
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line)),
  };
}

it.each<NodeJS.Signals>(['SIGTERM', 'SIGINT'])(
  'a process that is sent %s stops its parts, writes out its log and exits with 0',
  async (signal) => {
    const { code, entries } = await run('', {}, signal);
    expect(code).toBe(0);
    expect(entries.map((entry) => entry.msg)).toEqual(['Part started', 'Stopping', 'Part stopped']);
  },
);

it.each([
  ['an unhandled rejection', `Promise.reject(new Error('nobody cared'));`],
  ['an exception in a timer', `setTimeout(() => { throw new Error('nobody cared'); }, 1);`],
])('a process with %s logs it once and exits non-zero', async (_what, body) => {
  const { code, entries } = await run(body);
  expect(code).toBe(1);
  expect(entries.filter((entry) => entry.level === 'fatal').map((entry) => entry.err?.message)).toEqual(['nobody cared']);
});

const CRASHING = `
  const { crashAt, testBuild } = sharedSettings;
  const read = readConfiguration({ crashAt, testBuild }, process.env);
  createCrashPoints(read.value)('relay.after-publish');
  lifecycle.stop('it lived');
`;

it('a test build kills itself at its crash point, with nothing after it', async () => {
  const { signal, entries } = await run(CRASHING, { CRASH_AT: 'relay.after-publish', MARGRAVE_TEST_BUILD: '1' });
  expect(signal).toBe('SIGKILL');
  expect(entries.map((entry) => entry.msg)).not.toContain('Stopping');
});

it('any other build lives on', async () => {
  expect(await run(CRASHING, { CRASH_AT: 'relay.after-publish' })).toMatchObject({ code: 0 });
});

it('loses no line of the log at its exit, and keeps them in order', async () => {
  const { code, entries } = await run(`
    for (let line = 0; line < 5000; line += 1) logging.component('chatter').info(String(line));
    lifecycle.fail(new Error('the end'), 'The end');
  `);
  expect(code).toBe(1);
  const lines = entries.map((entry) => entry.msg).filter((text) => /^\d+$/.test(text));
  expect(lines).toEqual(Array.from({ length: 5000 }, (_, line) => String(line)));
});
