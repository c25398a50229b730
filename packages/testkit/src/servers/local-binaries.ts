import { spawnSync } from 'node:child_process';
import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ServersUnavailable, type ProgramName } from './types.ts';

export interface LocalBinary {
  readonly path: string;
  readonly version: string;
}

export interface LocalBinaries {
  readonly nats: LocalBinary;
  readonly redis: LocalBinary;
  readonly postgres: LocalBinary & { readonly initdb: string };
}

/** Folders that hold servers and are often not on the PATH of an ordinary user. */
const MORE_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin', '/opt/homebrew/sbin'];

/** Below each of these stands a folder for every major version of PostgreSQL. */
const POSTGRES_FOLDERS = [
  { parent: '/usr/lib/postgresql', version: /^\d+$/ },
  { parent: '/opt/homebrew/opt', version: /^postgresql@\d+$/ },
  { parent: '/usr/local/opt', version: /^postgresql@\d+$/ },
];

/** The oldest servers on which the services run: JetStream's named consumers with a filter, Lua scripts, `select … for update`. */
const VERSION_MIN: Readonly<Record<ProgramName, string>> = {
  nats: '2.9.0',
  redis: '6.0.0',
  postgres: '14.0',
  // Any that keeps its data and tests rules as today's do.
  prometheus: '2.5.0',
};

/** The binaries that are installed on this machine, whichever of them are. */
export function findLocalBinaries(): Partial<LocalBinaries> {
  const nats = withVersion('nats', onPath('nats-server'), /v(\d[\d.]*)/);
  const redis = withVersion('redis', onPath('redis-server'), /v=(\d[\d.]*)/);
  const postgres = findPostgres();
  return { ...(nats && { nats }), ...(redis && { redis }), ...(postgres && { postgres }) };
}

/** Prometheus, and `promtool` of the same installation, which tests rules. */
export interface PrometheusBinary extends LocalBinary {
  readonly promtool: string;
}

export function findPrometheus(): PrometheusBinary | undefined {
  const promtool = onPath('promtool');
  const prometheus = withVersion('prometheus', onPath('prometheus'), /version (\d[\d.]*)/);
  return prometheus === undefined || promtool === undefined ? undefined : { ...prometheus, promtool };
}

/** Ascending like `sort -V`: 9.6 before 15.2. */
function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

function findPostgres(): LocalBinaries['postgres'] | undefined {
  const [newest] = postgresFolders()
    .flatMap((folder) => {
      const binary = withVersion('postgres', executable(join(folder, 'postgres')), /PostgreSQL\)? (\d[\d.]*)/);
      const initdb = executable(join(folder, 'initdb'));
      return binary !== undefined && initdb !== undefined ? [{ ...binary, initdb }] : [];
    })
    .sort((a, b) => compareVersions(b.version, a.version));
  return newest;
}

function postgresFolders(): string[] {
  const versioned = POSTGRES_FOLDERS.flatMap(({ parent, version }) =>
    entriesOf(parent)
      .filter((name) => version.test(name))
      .map((name) => join(parent, name, 'bin')),
  );
  const pgConfig = onPath('pg_config');
  const configured = pgConfig === undefined ? [] : [spawnSync(pgConfig, ['--bindir'], { encoding: 'utf8' }).stdout.trim()];
  return [...versioned, ...configured, ...searchPath()];
}

function withVersion(name: ProgramName, path: string | undefined, pattern: RegExp): LocalBinary | undefined {
  if (path === undefined) return undefined;
  const { stdout, stderr } = spawnSync(path, ['--version'], { encoding: 'utf8' });
  const version = pattern.exec(`${stdout}${stderr}`)?.[1];
  if (version === undefined) throw new ServersUnavailable(`${path} --version does not say which version it is.`);
  if (compareVersions(version, VERSION_MIN[name]) < 0) {
    throw new ServersUnavailable(
      `${path} is version ${version} and at least ${VERSION_MIN[name]} is needed: install a newer one, or start a Docker engine.`,
    );
  }
  return { path, version };
}

const searchPath = (): string[] => [...(process.env['PATH'] ?? '').split(delimiter).filter(Boolean), ...MORE_FOLDERS];

function onPath(name: string): string | undefined {
  for (const folder of searchPath()) {
    const found = executable(join(folder, name));
    if (found !== undefined) return found;
  }
  return undefined;
}

function executable(path: string): string | undefined {
  try {
    accessSync(path, constants.X_OK);
    return path;
  } catch {
    // Not there, or not ours to run: either way it is not a binary for us.
    return undefined;
  }
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
