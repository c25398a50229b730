import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@margrave/testkit';
import { parseEnv } from 'node:util';
import { expectedContainers, overrideFile, type ExpectedContainer } from './compose-file.ts';
import { describeUnready, type InspectedContainer } from './container-state.ts';
import type { Engine } from './engine.ts';
import { mustRun } from './run.ts';
import { until } from './until.ts';

const BUILD_MS_MAX = 10 * 60_000;
const COMMAND_MS_MAX = 3 * 60_000;
const UP_MS_MAX = 3 * 60_000;

/** Of every container of the file, and of none that was only started to run a command. */
const STACK_LABEL = 'label=com.docker.compose.oneoff=False';
/** Has Node and is on the network inside. */
const ASKS_INSIDE = 'market-data';
const FETCH = `Promise.all(process.argv.slice(1).map(async (url) => (await fetch(url)).json()))
  .then((answers) => console.log(JSON.stringify(answers)), (error) => { console.error(error); process.exit(1); })`;

export interface StackRequest {
  readonly engine: Engine;
  readonly repository: string;
  /** For the settings that are made for it. */
  readonly folder: string;
  /** Containers that cannot be run here. */
  readonly leftOut: readonly string[];
  readonly buildArguments: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly stop: AbortSignal;
}

/** The stack of docker-compose.yml with the demo, as a person has it who follows the first lines of that file. */
export interface Stack {
  readonly gatewayUrl: string;
  readonly adminUrl: string;
  readonly tokenSecret: string;
  readonly expected: readonly ExpectedContainer[];
  readonly compose: (...args: readonly string[]) => Promise<string>;
  readonly build: () => Promise<unknown>;
  /** Resolves when every container is up and well, or has ended well. */
  readonly untilUp: () => Promise<void>;
  /** What the engine knows of a container, by its name in the file. */
  readonly inspect: () => Promise<ReadonlyMap<string, InspectedContainer>>;
  /** What addresses of the network inside answer, asked by a container that is on it: their JSON, in the same order. */
  readonly fetchInside: (urls: readonly string[]) => Promise<readonly unknown[]>;
  /** Ends a container without a word, as when its machine is lost. */
  readonly kill: (name: string) => Promise<unknown>;
}

export async function describeStack(request: StackRequest): Promise<Stack> {
  const { engine, repository, folder, leftOut, buildArguments, logFile, stop } = request;
  const composeFile = join(repository, 'docker-compose.yml');
  const composeText = readFileSync(composeFile, 'utf8');
  mkdirSync(folder, { recursive: true });
  const run = (program: string, args: readonly string[], timeoutMs: number): Promise<string> =>
    mustRun({ program, args, environment: engine.environment, timeoutMs, logFile, stop });

  const { file: envFile, settings } = await writeSettings(folder, () =>
    run('sh', [join(repository, 'infra/docker/new-env.sh')], COMMAND_MS_MAX),
  );
  const syncConf = join(folder, 'sync.conf');
  writeFileSync(syncConf, '# The NATS of Debian is older than 2.10.\n');
  const override = join(folder, 'override.json');
  writeFileSync(override, JSON.stringify(overrideFile(composeText, leftOut, syncConf, buildArguments), null, 2));
  const files = ['--file', composeFile, '--file', override, '--env-file', envFile];
  const compose = (args: readonly string[], timeoutMs = COMMAND_MS_MAX): Promise<string> =>
    run('docker-compose', [...files, ...args], timeoutMs);

  const expected = expectedContainers(composeText, [settings['COMPOSE_PROFILES'] ?? ''], leftOut);
  const inspect = async (): Promise<ReadonlyMap<string, InspectedContainer>> => {
    const ids = (await engine.docker('ps', '--all', '--quiet', '--filter', STACK_LABEL)).trim();
    if (ids === '') return new Map();
    const containers = JSON.parse(await engine.docker('inspect', ...ids.split('\n'))) as InspectedContainer[];
    return new Map(containers.map((container) => [container.Config.Labels['com.docker.compose.service'] ?? '', container]));
  };
  return {
    gatewayUrl: `http://127.0.0.1:${settings['GATEWAY_PORT']}`,
    adminUrl: `http://127.0.0.1:${settings['ADMIN_PORT']}`,
    tokenSecret: settings['JWT_SECRET'] ?? '',
    expected,
    compose: (...args) => compose(args),
    build: async () => {
      await compose(['build'], BUILD_MS_MAX);
      // Of a profile that nothing is started of; what it is run from must not be what was built the last time.
      await compose(['--profile', 'books', 'build', 'verify-books'], BUILD_MS_MAX);
    },
    inspect,
    untilUp: () => until('the stack is up', UP_MS_MAX, stop, async () => describeUnready(expected, await inspect())),
    fetchInside: async (urls) => {
      const id = (await inspect()).get(ASKS_INSIDE)?.Id ?? ASKS_INSIDE;
      return JSON.parse(await engine.docker('exec', id, 'node', '--eval', FETCH, ...urls)) as unknown[];
    },
    kill: (name) => compose(['kill', name]),
  };
}

/** The file that a person makes first, with ports that are free. */
async function writeSettings(
  folder: string,
  newEnv: () => Promise<string>,
): Promise<{ readonly file: string; readonly settings: NodeJS.Dict<string> }> {
  const ports = { GATEWAY_PORT: await freePort(), ADMIN_PORT: await freePort(), GRAFANA_PORT: await freePort() };
  const text = (await newEnv()).replaceAll(/^(\w+_PORT)=.*$/gm, (_, name: keyof typeof ports) => `${name}=${ports[name]}`);
  const file = join(folder, 'env');
  writeFileSync(file, text, { mode: 0o600 });
  return { file, settings: parseEnv(text) };
}
