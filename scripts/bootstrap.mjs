// The way in to every command: `node scripts/bootstrap.mjs <command> [arguments]`. Runs on Node 18 and newer with nothing installed,
// gets what is missing (Node 24, pnpm, the dependencies) and then runs scripts/<command>.ts. Says what it does on standard error.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));
const STATE = join(REPOSITORY, '.margrave');
const TOOLCHAIN = join(STATE, 'toolchain');
const TOOLCHAIN_BIN = join(TOOLCHAIN, 'node_modules', '.bin');
const TOOLCHAIN_STAMP = join(TOOLCHAIN, 'ready.json');
const INSTALL_STAMP = join(REPOSITORY, 'node_modules', '.margrave-installed');
const LOCK = join(STATE, 'bootstrap.lock');
const LOG = join(STATE, 'bootstrap.log');

const NODE_MAJOR_MIN = 24;
const PNPM_VERSION = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')).packageManager.split('@')[1];

const LOCK_POLL_INTERVAL_MS = 200;
const LOCK_CONFIRMATION_MS = 50;
const PARENT_CHECK_INTERVAL_MS = 1_000;
const LOG_TAIL_LINES = 12;
const UNTRUSTED = /SELF_SIGNED_CERT|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|CERT_HAS_EXPIRED/;
const UNREACHABLE =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|META_FETCH_FAIL|ERR_SOCKET_TIMEOUT/;

/** What a person has to do something about: told in a sentence, without a stack. */
class Obstacle extends Error {}

const say = (sentence) => process.stderr.write(`margrave: ${sentence}\n`);

async function main([command, ...args]) {
  const script = scriptOf(command);
  if (!isPrepared()) await withLock(prepare);
  return run(script, args);
}

function scriptOf(command) {
  const isCommand = (name) => name.endsWith('.ts') && !name.endsWith('.test.ts');
  const commands = readdirSync(join(REPOSITORY, 'scripts')).filter(isCommand);
  const wanted = `${String(command).replaceAll(':', '-')}.ts`;
  if (commands.includes(wanted)) return join(REPOSITORY, 'scripts', wanted);
  throw new Obstacle(
    `there is no command "${command ?? ''}", only ${commands.map((name) => name.replace(/\.ts$/, '')).join(', ')}`,
  );
}

const isPrepared = () => findNode() !== undefined && findPnpm() !== undefined && read(INSTALL_STAMP) === dependenciesHash();

async function prepare() {
  if (isPrepared()) return;
  mkdirSync(TOOLCHAIN, { recursive: true });
  await getTools();
  await installDependencies();
}

/** A Node that is new enough: the one that runs this, or the one in the toolchain. */
function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_MIN) return process.execPath;
  return toolchainHas().node === undefined ? undefined : join(TOOLCHAIN_BIN, 'node');
}

/** A pnpm of exactly the version that package.json names: the one in the toolchain, or the one on the PATH. */
function findPnpm() {
  if (toolchainHas().pnpm === PNPM_VERSION) return join(TOOLCHAIN_BIN, 'pnpm');
  return versionOf('pnpm') === PNPM_VERSION ? 'pnpm' : undefined;
}

/** The versions that were seen to run, not merely unpacked; empty when a tool has gone since. */
function toolchainHas() {
  const versions = JSON.parse(read(TOOLCHAIN_STAMP) ?? '{}');
  return Object.fromEntries(Object.entries(versions).filter(([name]) => existsSync(join(TOOLCHAIN_BIN, name))));
}

async function getTools() {
  const missing = [
    ...(findNode() === undefined ? [`node@${NODE_MAJOR_MIN}`] : []),
    ...(findPnpm() === undefined ? [`pnpm@${PNPM_VERSION}`] : []),
  ];
  if (missing.length === 0) return;
  say(`getting ${missing.join(' and ')} from npm into .margrave/toolchain`);
  const patience = ['--fetch-retries=2', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000'];
  const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=http'];
  // The package "node" fetches its binary in an install script.
  await logged(npm(), ['install', '--prefix', TOOLCHAIN, '--ignore-scripts=false', ...quiet, ...patience, ...missing]);
  const versions = {};
  for (const name of ['node', 'pnpm']) {
    const version = versionOf(join(TOOLCHAIN_BIN, name));
    if (version !== undefined) versions[name] = version;
  }
  writeFileSync(TOOLCHAIN_STAMP, JSON.stringify(versions));
  if (findNode() === undefined || findPnpm() === undefined) {
    throw new Obstacle(
      `npm installed ${missing.join(' and ')}, but not so that they run here (${process.platform}/${process.arch})`,
    );
  }
}

async function installDependencies() {
  const hash = dependenciesHash();
  if (read(INSTALL_STAMP) === hash) return;
  say('installing the dependencies with pnpm');
  await logged([findPnpm()], ['install', '--frozen-lockfile']);
  writeFileSync(INSTALL_STAMP, hash);
}

function dependenciesHash() {
  const hash = createHash('sha256');
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml']) hash.update(readFileSync(join(REPOSITORY, file)));
  return hash.digest('hex');
}

/** The npm that started this, or the one on the PATH. */
function npm() {
  const own = process.env.npm_execpath;
  return own !== undefined && own.endsWith('npm-cli.js') ? [process.execPath, own] : ['npm'];
}

/** Runs a tool with its output in the log file; its failure becomes one sentence, with the end of the log where that helps. */
async function logged([program, ...first], args) {
  const log = openSync(LOG, 'w');
  const child = spawn(program, [...first, ...args], {
    cwd: REPOSITORY,
    env: { ...environment(), CI: 'true' },
    stdio: ['ignore', log, log],
  });
  const failure = await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.code === 'ENOENT' ? `there is no ${program} on this machine` : error.message));
    child.once('exit', (code, signal) => resolve(code === 0 ? undefined : `${program} ended with ${signal ?? `code ${code}`}`));
  });
  closeSync(log);
  if (failure === undefined) return;
  const output = readFileSync(LOG, 'utf8');
  if (UNTRUSTED.test(output)) {
    throw new Obstacle(`the npm registry's certificate is not trusted here: set NODE_EXTRA_CA_CERTS (details: ${LOG})`);
  }
  if (UNREACHABLE.test(output)) {
    throw new Obstacle(`the npm registry cannot be reached: check the network and "npm config get registry" (details: ${LOG})`);
  }
  const tail = output.trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
  throw new Obstacle(`${failure} (details: ${LOG})${tail === '' ? '' : `\n${tail}`}`);
}

function environment() {
  const node = findNode();
  const folders = [TOOLCHAIN_BIN, join(REPOSITORY, 'node_modules', '.bin'), ...(node === undefined ? [] : [dirname(node)])];
  return { ...process.env, PATH: [...folders, process.env.PATH].join(delimiter) };
}

function versionOf(program) {
  const { status, stdout } = spawnSync(program, ['--version'], { cwd: REPOSITORY, encoding: 'utf8', env: process.env });
  return status === 0 ? stdout.trim() : undefined;
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** One preparation at a time; the lock of a process that is gone counts for nothing. */
async function withLock(work) {
  mkdirSync(STATE, { recursive: true });
  let told = false;
  while (!(await takeLock())) {
    if (!told) say('waiting for another command, which is installing');
    told = true;
    await sleep(LOCK_POLL_INTERVAL_MS);
  }
  try {
    await work();
  } finally {
    rmSync(LOCK, { force: true });
  }
}

async function takeLock() {
  const holder = read(LOCK);
  if (holder !== undefined && isAlive(Number(holder))) return false;
  if (holder !== undefined) rmSync(LOCK, { force: true });
  try {
    writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
  // Two that found the same dead holder may both get here, one having removed the other's new lock: the later one keeps it.
  await sleep(LOCK_CONFIRMATION_MS);
  return read(LOCK) === String(process.pid);
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Runs the script as if it were this process: its signals, its end, and the end of whoever started it are passed on. */
function run(script, args) {
  const watch = new URL('./lib/stop-with-parent.ts', import.meta.url).href;
  const child = spawn(findNode(), ['--import', watch, script, ...args], {
    cwd: REPOSITORY,
    env: environment(),
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  const parent = process.ppid;
  const watching = setInterval(() => {
    // Below npm the parent is npm, which waits for its command. Elsewhere a parent may rightly go first.
    if (process.env.npm_lifecycle_event !== undefined && process.ppid !== parent) child.kill('SIGTERM');
  }, PARENT_CHECK_INTERVAL_MS);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      clearInterval(watching);
      resolve({ code, signal });
    });
  });
}

try {
  const { code, signal } = await main(process.argv.slice(2));
  if (signal !== null) {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  }
  process.exitCode = code;
} catch (error) {
  if (!(error instanceof Obstacle)) throw error;
  say(error.message);
  process.exitCode = 1;
}
