// npm run test:containers: docker-compose.yml, its Dockerfile and the containers of tests, for real, on a Docker engine of its own
// that is gone afterwards. Official images are stood in for by look-alikes with Debian's servers: none has to be pulled.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { IMAGES } from '@margrave/testkit';
import { officialImages } from './containers/compose-file.ts';
import { startEngine, whyNoEngine, type Engine } from './containers/engine.ts';
import { makeLookAlikes, proxySettings } from './containers/look-alikes.ts';
import { seeStack } from './containers/see-stack.ts';
import { seeTestsOnContainers } from './containers/see-tests.ts';
import { describeStack, type Stack } from './containers/stack.ts';
import { endBy } from './lib/child.ts';
import { say } from './lib/say.ts';

const REPOSITORY = join(import.meta.dirname, '..');
const FOLDER = join(REPOSITORY, '.margrave', 'containers');
const LOG = join(FOLDER, 'log');
/** No package of Debian has it. */
const LEFT_OUT = ['grafana'];

const started = performance.now();
const interrupted = new AbortController();
let signalSeen: NodeJS.Signals | undefined;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    signalSeen ??= signal;
    interrupted.abort();
  });
}

const obstacle = whyNoEngine(FOLDER);
if (obstacle === undefined) await onEngine(testContainers);
else {
  say(`containers cannot be tested here: ${obstacle}`);
  process.exitCode = 1;
}
if (signalSeen !== undefined) {
  process.removeAllListeners(signalSeen);
  endBy(signalSeen);
}

/** Whatever becomes of the work, the engine and all that ran on it are gone in the end. */
async function onEngine(work: (engine: Engine) => Promise<void>): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(LOG, '');
  let engine: Engine | undefined;
  try {
    engine = await startEngine(FOLDER, interrupted.signal);
    await work(engine);
  } catch (error) {
    process.exitCode = 1;
    if (signalSeen === undefined)
      say(`the containers failed: ${error instanceof Error ? error.message : String(error)}\nsee ${LOG}`);
  }
  try {
    await engine?.stop();
  } catch (error) {
    process.exitCode = 1;
    say(error instanceof Error ? error.message : String(error));
  }
}

async function testContainers(engine: Engine): Promise<void> {
  const request = { folder: FOLDER, logFile: LOG, stop: interrupted.signal };
  const read = (file: string): string => readFileSync(join(REPOSITORY, file), 'utf8');
  const images = officialImages(read('docker-compose.yml'), read('infra/docker/Dockerfile'), LEFT_OUT);
  const needed = [...new Set([...images, ...Object.values(IMAGES)])];
  say(`making look-alikes of ${needed.join(', ')}, which takes a few minutes the first time`);
  await makeLookAlikes(engine, needed, request);
  passed(`an engine of its own runs, with ${needed.length} look-alikes of official images`);

  const stack = await describeStack({
    ...request,
    engine,
    repository: REPOSITORY,
    leftOut: LEFT_OUT,
    buildArguments: proxySettings(),
  });
  try {
    await seeStack(stack, REPOSITORY, interrupted.signal, passed);
    await stack.compose('down', '--volumes');
  } catch (error) {
    if (signalSeen === undefined) await keepLogs(stack);
    throw error;
  }
  const count = await seeTestsOnContainers(engine, FOLDER, LOG, interrupted.signal);
  passed(`${count} integration tests pass on servers from containers`);
  say(`not run: ${LEFT_OUT.join(', ')}, of which Debian has no package; its data source, its folders and its queries were tried`);
}

function passed(sentence: string): void {
  process.stdout.write(`passed  ${sentence} (${Math.round((performance.now() - started) / 1_000)} s)\n`);
}

/** For who looks for the cause. Its own failure would hide the one that matters. */
async function keepLogs(stack: Stack): Promise<void> {
  const logs = await stack.compose('logs', '--no-color', '--tail=200').catch(String);
  const file = join(FOLDER, 'containers.log');
  writeFileSync(file, logs);
  say(`what the containers said is in ${file}`);
}
