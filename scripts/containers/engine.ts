import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { mustRun, run, type RunEnd, type RunRequest } from './run.ts';
import { until } from './until.ts';

/** Debian's package of each program that is needed. */
const NEEDED = {
  dockerd: 'docker.io',
  'docker-compose': 'docker-compose',
  debootstrap: 'debootstrap',
  iptables: 'iptables',
  ip: 'iproute2',
} as const;

/** Debian's programs first: its docker builds by itself, another one may want a plugin for that. */
const PATH = ['/usr/sbin', '/usr/bin', '/sbin', '/bin', process.env['PATH']].join(':');

/** A bridge of its own, and addresses that are set aside for tests of networks (RFC 2544): an engine that the machine has keeps its. */
const BRIDGE = 'margrave-test';
const BRIDGE_ADDRESS = '198.18.99.1/24';
const NETWORKS = 'base=198.19.0.0/16,size=24';

/** The kernel takes no longer path of a socket, and the engine's own lie deeper than ours. */
const FOLDER_LENGTH_MAX = 107 - '/run/containerd/containerd-debug.sock'.length;
const BUILD_CACHE_MAX = '3GB';
const REMOVAL_ATTEMPTS = 10;
const REMOVAL_PAUSE_MS = 1_000;
const START_MS_MAX = 60_000;
const STOP_MS_MAX = 60_000;
const COMMAND_MS_MAX = 120_000;

export interface Engine {
  /** For programs that are to use this engine. */
  readonly environment: NodeJS.ProcessEnv;
  readonly docker: (...args: readonly string[]) => Promise<string>;
  /** Removes every container, volume and network, keeps the images, and ends the engine. */
  readonly stop: () => Promise<void>;
}

/** Why no engine can be started here, with what to do about it, or `undefined` where it can. */
export function whyNoEngine(folder: string): string | undefined {
  if (process.platform !== 'linux') return 'it needs Linux';
  if (process.getuid?.() !== 0) return 'it needs root';
  const missing = Object.entries(NEEDED).filter(([program]) => !isOnPath(program));
  if (missing.length > 0) {
    const [programs, packages] = [missing.map(([program]) => program), missing.map(([, name]) => name)];
    return `it needs ${programs.join(', ')} (apt-get install -y --no-install-recommends ${packages.join(' ')})`;
  }
  if (folder.length > FOLDER_LENGTH_MAX)
    return `the path ${folder} is ${folder.length - FOLDER_LENGTH_MAX} characters too long for sockets in it`;
  const pid = runningEngine(folder);
  if (pid !== undefined)
    return `an engine of this folder runs already; if no other test:containers does, end it with kill ${pid}`;
  return undefined;
}

/** Starts an engine that has all it owns below `folder`, touches no firewall, and does not hear the signals of a terminal. */
export async function startEngine(folder: string, stop: AbortSignal): Promise<Engine> {
  mkdirSync(folder, { recursive: true });
  const socket = join(folder, 'docker.sock');
  const environment = { ...engineEnvironment(folder), DOCKER_HOST: `unix://${socket}` };
  const request = (args: readonly string[]): RunRequest => ({
    program: 'docker',
    args,
    environment,
    timeoutMs: COMMAND_MS_MAX,
  });
  const daemon = startDaemon(folder, socket, environment);
  const end = async (): Promise<void> => {
    await endDaemon(daemon);
    removeBridge();
    rmSync(runFolder(folder), { recursive: true, force: true });
  };
  // A network is in use for a moment longer than the containers that were on it.
  const removeEverything = async (attempts = REMOVAL_ATTEMPTS): Promise<string> => {
    const faults = await removeAll((...args) => run(request(args)));
    if (faults === '' || attempts === 1) return faults;
    await sleep(REMOVAL_PAUSE_MS);
    return removeEverything(attempts - 1);
  };
  try {
    await until('the Docker engine answers', START_MS_MAX, stop, async () => {
      if (daemon.exitCode !== null) return { hopeless: `dockerd ended with code ${daemon.exitCode}, see ${folder}/dockerd.log` };
      const { code, output } = await run(request(['version']));
      return code === 0 ? { found: true } : { missing: output };
    });
    // What a run that was killed left behind.
    await removeEverything();
  } catch (error) {
    await end();
    throw error;
  }
  return {
    environment,
    docker: (...args) => mustRun({ ...request(args), stop }),
    stop: async () => {
      const faults = await removeEverything();
      // Each change of the code leaves layers behind, which nothing would ever remove.
      await run(request(['image', 'prune', '--force']));
      await run(request(['builder', 'prune', '--force', '--keep-storage', BUILD_CACHE_MAX]));
      await end();
      if (faults !== '') throw new Error(`the Docker engine could not remove all that it ran: ${faults}`);
    },
  };
}

const isOnPath = (program: string): boolean => PATH.split(':').some((folder) => existsSync(join(folder, program)));

const runFolder = (folder: string): string => join(folder, 'run');
const pidFile = (folder: string): string => join(folder, 'dockerd.pid');

function runningEngine(folder: string): number | undefined {
  if (!existsSync(pidFile(folder))) return undefined;
  const pid = Number(readFileSync(pidFile(folder), 'utf8'));
  const commandLine = join('/proc', `${pid}`, 'cmdline');
  return existsSync(commandLine) && readFileSync(commandLine, 'utf8').includes(folder) ? pid : undefined;
}

/** Without what a person has set for an engine or a compose file of his own. */
function engineEnvironment(folder: string): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(DOCKER|COMPOSE|TESTCONTAINERS)_/.test(name));
  return {
    ...Object.fromEntries(own),
    PATH,
    DOCKER_CONFIG: join(folder, 'client'),
    DOCKER_BUILDKIT: '1',
    // Or docker-compose builds without BuildKit, which the Dockerfile needs.
    COMPOSE_DOCKER_CLI_BUILD: '1',
  };
}

function startDaemon(folder: string, socket: string, environment: NodeJS.ProcessEnv): ChildProcess {
  removeBridge();
  for (const args of [
    ['link', 'add', 'name', BRIDGE, 'type', 'bridge'],
    ['address', 'add', BRIDGE_ADDRESS, 'dev', BRIDGE],
    ['link', 'set', BRIDGE, 'up'],
  ]) {
    const { status, stderr } = spawnSync('ip', args, { encoding: 'utf8', env: environment });
    if (status !== 0)
      throw new Error(`a network bridge for the containers could not be made: ip ${args.join(' ')}: ${stderr.trim()}`);
  }
  // In place of the settings of the machine's own engine.
  const settings = join(folder, 'daemon.json');
  writeFileSync(settings, '{}');
  const log = openSync(join(folder, 'dockerd.log'), 'w');
  const args = [
    ...['--config-file', settings, '--data-root', join(folder, 'data'), '--exec-root', runFolder(folder)],
    ...['--pidfile', pidFile(folder), '--host', `unix://${socket}`],
    ...['--containerd-namespace', 'margrave', '--containerd-plugins-namespace', 'margrave-plugins'],
    ...['--bridge', BRIDGE, '--default-address-pool', NETWORKS],
    ...['--iptables=false', '--ip6tables=false', '--ip-forward=false', '--ip-masq=false'],
  ];
  try {
    return spawn('dockerd', args, { env: environment, detached: true, stdio: ['ignore', log, log] });
  } finally {
    closeSync(log);
  }
}

/** Everything but the images. Returns what was said where something stayed. */
async function removeAll(docker: (...args: readonly string[]) => Promise<RunEnd>): Promise<string> {
  const faults: string[] = [];
  const remove = async (list: readonly string[], removal: readonly string[]): Promise<void> => {
    const listed = await docker(...list);
    const ids = listed.code === 0 ? listed.output.split(/\s+/).filter((id) => id !== '') : [];
    const { code, output } = ids.length === 0 ? listed : await docker(...removal, ...ids);
    if (code !== 0) faults.push(output.trim());
  };
  await remove(['container', 'ls', '--all', '--quiet'], ['container', 'rm', '--force', '--volumes']);
  await remove(['volume', 'ls', '--quiet'], ['volume', 'rm', '--force']);
  await remove(['network', 'ls', '--quiet', '--filter', 'type=custom'], ['network', 'rm']);
  return faults.join('; ');
}

async function endDaemon(daemon: ChildProcess): Promise<void> {
  const ended = new Promise<void>((resolve) => {
    if (daemon.exitCode !== null || daemon.signalCode !== null) resolve();
    else daemon.once('exit', () => resolve());
  });
  daemon.kill('SIGTERM');
  const mercy = setTimeout(() => daemon.kill('SIGKILL'), STOP_MS_MAX);
  await ended;
  clearTimeout(mercy);
}

const removeBridge = (): void => void spawnSync('ip', ['link', 'delete', BRIDGE], { env: { PATH } });
