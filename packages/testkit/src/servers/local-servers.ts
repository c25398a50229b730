import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import type { LocalBinaries } from './local-binaries.ts';
import { PLAIN_LOCALE, PortTaken, startLocalServer, type LocalServerPlan } from './local-server.ts';
import type { ServerLogins } from './logins.ts';
import { freePort, LOOPBACK } from './ports.ts';
import { probeNats, probePostgres, probeRedis } from './probes.ts';
import type { RunFolder } from './run-folder.ts';
import {
  DATABASE,
  natsConfiguration,
  natsUrl,
  newPassword,
  POSTGRES_USER,
  postgresSettingArgs,
  postgresUrl,
  redisConfiguration,
  redisUrl,
  SMALL_POSTGRES_SETTINGS,
} from './settings.ts';
import { mountSmallDisk, type SmallDisk } from './small-disk.ts';
import type { RunningServer } from './types.ts';

export type DiskSize = 'of this machine' | 'small';

const PORT_ATTEMPTS_MAX = 3;

const SMALL_NATS_MB = 96;
/** What initdb makes, a few databases, and a log that is kept short by `SMALL_POSTGRES_SETTINGS`. */
const SMALL_POSTGRES_MB = 320;

/** Only the user who started the run may read what holds a password. */
const PRIVATE = { mode: 0o600 };

export async function startLocalNats(
  binary: LocalBinaries['nats'],
  run: RunFolder,
  logins: ServerLogins,
  name: string,
  disk: DiskSize,
): Promise<RunningServer> {
  const folder = join(run.path, name);
  const store = join(folder, 'store');
  mkdirSync(store, { recursive: true });
  const smallDisk = disk === 'small' ? mounted(run, store, SMALL_NATS_MB) : null;
  const password = newPassword();
  return onFreePort(run, (port) => {
    const configuration = join(folder, 'nats.conf');
    const listener = { host: LOOPBACK, port, folder: store, password, logins };
    writeFileSync(configuration, natsConfiguration(listener), PRIVATE);
    return {
      name: 'nats',
      version: binary.version,
      port,
      url: natsUrl(port, password),
      executable: binary.path,
      args: ['-c', configuration],
      workingFolder: folder,
      dataFolder: store,
      disk: smallDisk,
      logFile: join(folder, 'log'),
      stopSignal: 'SIGTERM',
      probe: probeNats(port, password),
    };
  });
}

export async function startLocalRedis(
  binary: LocalBinaries['redis'],
  run: RunFolder,
  logins: ServerLogins,
): Promise<RunningServer> {
  const folder = join(run.path, 'redis');
  mkdirSync(folder);
  const password = newPassword();
  return onFreePort(run, (port) => {
    const configuration = join(folder, 'redis.conf');
    writeFileSync(configuration, redisConfiguration({ host: LOOPBACK, port, folder, password, logins }), PRIVATE);
    return {
      name: 'redis',
      version: binary.version,
      port,
      url: redisUrl(port, password),
      executable: binary.path,
      args: [configuration],
      workingFolder: folder,
      dataFolder: folder,
      disk: null,
      logFile: join(folder, 'log'),
      stopSignal: 'SIGTERM',
      probe: probeRedis(port, password),
    };
  });
}

export async function startLocalPostgres(
  binary: LocalBinaries['postgres'],
  run: RunFolder,
  disk: DiskSize,
  wantedSettings: Readonly<Record<string, string>>,
): Promise<RunningServer> {
  const user = unprivilegedUser();
  const folder = postgresFolder(run, user);
  const smallDisk = disk === 'small' ? mounted(run, folder, SMALL_POSTGRES_MB) : null;
  if (smallDisk !== null && user !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const password = newPassword();
  initialise(binary.initdb, { folder, data, password, user });
  const settings = {
    ...wantedSettings,
    ...(smallDisk && SMALL_POSTGRES_SETTINGS),
    listen_addresses: LOOPBACK,
    unix_socket_directories: '',
  };
  const server = await onFreePort(run, (port) => ({
    name: 'postgres',
    version: binary.version,
    port,
    url: postgresUrl(port, password, DATABASE),
    executable: binary.path,
    args: ['-D', data, '-p', String(port), ...postgresSettingArgs(settings)],
    ...(user && { user }),
    workingFolder: folder,
    dataFolder: data,
    disk: smallDisk,
    logFile: join(run.path, 'postgres.log'),
    stopSignal: 'SIGINT',
    probe: probePostgres(postgresUrl(port, password, 'postgres')),
  }));
  await createDatabase(postgresUrl(server.port, password, 'postgres'));
  return server;
}

function mounted(run: RunFolder, folder: string, sizeMb: number): SmallDisk {
  const disk = mountSmallDisk(folder, sizeMb);
  run.recordMount(folder);
  return disk;
}

export async function onFreePort(run: RunFolder, plan: (port: number) => LocalServerPlan): Promise<RunningServer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startLocalServer(plan(await freePort()), run);
    } catch (error) {
      if (!(error instanceof PortTaken) || attempt === PORT_ATTEMPTS_MAX) throw error;
    }
  }
}

interface UnprivilegedUser {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL refuses to run as root: then it runs as the user that its package made, or as nobody. */
function unprivilegedUser(): UnprivilegedUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout.trim());
    if (uid && gid) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error('PostgreSQL refuses to run as root, and there is no user "postgres" or "nobody" to run it as');
}

/** Below the run folder, or in the system's temporary folder when that user cannot get there (a clone below /root, say). */
function postgresFolder(run: RunFolder, user: UnprivilegedUser | undefined): string {
  const below = join(run.path, 'postgres');
  mkdirSync(below, { mode: 0o700 });
  if (user === undefined) return below;
  chownSync(below, user.uid, user.gid);
  if (canEnter(user, below)) return below;
  const elsewhere = mkdtempSync(join(tmpdir(), 'margrave-postgres-'));
  run.recordFolder(elsewhere);
  chmodSync(elsewhere, 0o700);
  chownSync(elsewhere, user.uid, user.gid);
  return elsewhere;
}

const canEnter = (user: UnprivilegedUser, folder: string): boolean =>
  spawnSync('/bin/sh', ['-c', 'cd -- "$0"', folder], { ...user, cwd: '/' }).status === 0;

function initialise(
  initdb: string,
  place: { folder: string; data: string; password: string; user: UnprivilegedUser | undefined },
): void {
  const passwordFile = join(place.folder, 'password');
  writeFileSync(passwordFile, place.password, PRIVATE);
  if (place.user !== undefined) chownSync(passwordFile, place.user.uid, place.user.gid);
  // What initdb writes need not survive a power cut: the data of a run is thrown away. The server itself does sync.
  const login = ['-U', POSTGRES_USER, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
  const { status, stderr, error } = spawnSync(initdb, ['-D', place.data, ...login, '-E', 'UTF8', '--locale=C', '--no-sync'], {
    ...place.user,
    cwd: place.folder,
    env: PLAIN_LOCALE,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${initdb} failed: ${error?.message ?? stderr}`);
}

async function createDatabase(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    await sql`create database ${sql(DATABASE)}`;
  } finally {
    await sql.end();
  }
}
