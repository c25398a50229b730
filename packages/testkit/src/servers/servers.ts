import { startNatsContainer, startPostgresContainer, startRedisContainer } from './containers.ts';
import { findDockerEngine, removeContainersOf, type EngineSearch } from './docker-engine.ts';
import { findLocalBinaries, type LocalBinaries } from './local-binaries.ts';
import { startLocalNats, startLocalPostgres, startLocalRedis, type DiskSize } from './local-servers.ts';
import { OPERATOR_ALONE, type ServerLogins } from './logins.ts';
import { installMissing } from './package-manager.ts';
import { createRunFolder, removeDeadRuns, type RunFolder } from './run-folder.ts';
import { removeWithProcess, type OnSignal } from './run-removal.ts';
import { COUNTING_POSTGRES_SETTINGS, POSTGRES_SETTINGS } from './settings.ts';
import { ServersUnavailable, type Log, type RunningServer, type ServerName, type Servers, type ServerSource } from './types.ts';

export interface ServersRequest {
  /** Part of the run's name below `.margrave/runs/`. */
  readonly purpose: 'demo' | 'test' | 'chaos' | 'bench';
  readonly log: Log;
  /** Who may log in besides the operator. */
  readonly logins?: ServerLogins;
  /** Whether the data of NATS and PostgreSQL lie on small disks of their own, where such can be had (`whyNoSmallDisk`). */
  readonly smallDisks?: boolean;
  /** Whether PostgreSQL counts statements (`pg_stat_statements`); it is asked by who creates that extension. */
  readonly countStatements?: boolean;
  readonly onSignal?: OnSignal;
}

const NAMES: readonly ServerName[] = ['nats', 'redis', 'postgres'];

/**
 * Starts real NATS (with JetStream), Redis and PostgreSQL on free ports of 127.0.0.1, in a run of their own: from a Docker engine,
 * else from binaries of this machine, else from its package manager. They stop with this process, and what a killed process left
 * behind is stopped and removed by the next start. `MARGRAVE_SERVERS=containers` or `=local` insists on one source.
 *
 * @throws ServersUnavailable when they cannot be had, with the command that would get them.
 */
export async function startServers(request: ServersRequest): Promise<Servers> {
  const {
    purpose,
    log,
    logins = OPERATOR_ALONE,
    onSignal = 'stop servers',
    smallDisks = false,
    countStatements = false,
  } = request;
  await removeDeadRuns(log, removeContainersOf, 'keep own');
  const starters = await chooseSource(log, {
    logins,
    disk: smallDisks ? 'small' : 'of this machine',
    postgresSettings: { ...POSTGRES_SETTINGS, ...(countStatements && COUNTING_POSTGRES_SETTINGS) },
  });
  const run = createRunFolder(purpose);
  const starts: Promise<RunningServer>[] = [];
  // What is being started is waited for before it is removed: a server launched behind the removal's back would stay for ever.
  const remove = removeWithProcess(run, onSignal, () => Promise.allSettled(starts));
  let natsCount = 0;
  const startNats = () => {
    natsCount += 1;
    const start = starters.nats(run, `nats-${natsCount}`);
    starts.push(start);
    return start;
  };
  try {
    const started = [startNats(), starters.redis(run), starters.postgres(run)] as const;
    starts.push(...started);
    const [nats, redis, postgres] = await Promise.all(started);
    log(`started ${describe([nats, redis, postgres], starters.source)} on 127.0.0.1, data in .margrave/runs/${run.id}`);
    return { source: starters.source, nats, redis, postgres, startNats, stop: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Stops and removes every run of this process and of processes that are gone. */
export const removeOwnAndDeadRuns = (log: Log): Promise<void> => removeDeadRuns(log, removeContainersOf, 'remove own');

interface Starters {
  readonly source: ServerSource;
  nats(run: RunFolder, name: string): Promise<RunningServer>;
  redis(run: RunFolder): Promise<RunningServer>;
  postgres(run: RunFolder): Promise<RunningServer>;
}

interface Wanted {
  readonly logins: ServerLogins;
  readonly disk: DiskSize;
  readonly postgresSettings: Readonly<Record<string, string>>;
}

async function chooseSource(log: Log, { logins, disk, postgresSettings }: Wanted): Promise<Starters> {
  const wanted = insistence();
  const search: EngineSearch =
    wanted === 'local' ? { missing: 'MARGRAVE_SERVERS=local excludes Docker', answers: false } : await findDockerEngine(log);
  if ('engine' in search) {
    const { engine } = search;
    return {
      source: 'containers',
      nats: (run) => startNatsContainer(engine, run, logins),
      redis: (run) => startRedisContainer(engine, run, logins),
      postgres: (run) => startPostgresContainer(engine, run, postgresSettings),
    };
  }
  if (wanted === 'containers') throw new ServersUnavailable(`MARGRAVE_SERVERS=containers, but ${search.missing}.`);
  const binaries = localBinaries(search, log);
  return {
    source: 'local binaries',
    nats: (run, name) => startLocalNats(binaries.nats, run, logins, name, disk),
    redis: (run) => startLocalRedis(binaries.redis, run, logins),
    postgres: (run) => startLocalPostgres(binaries.postgres, run, disk, postgresSettings),
  };
}

const INSISTENCE = 'MARGRAVE_SERVERS';

function insistence(): 'containers' | 'local' | undefined {
  const value = process.env[INSISTENCE];
  if (value === undefined || value === '') return undefined;
  if (value === 'containers' || value === 'local') return value;
  throw new ServersUnavailable(`${INSISTENCE} is "${value}" and may only be "containers" or "local".`);
}

/** For every later start below this process: the same source, without another search or another try at pulling an image. */
export function insistOn(source: ServerSource): void {
  process.env[INSISTENCE] = source === 'containers' ? 'containers' : 'local';
}

function localBinaries(search: { readonly missing: string; readonly answers: boolean }, log: Log): LocalBinaries {
  const found = findLocalBinaries();
  const missing = NAMES.filter((name) => found[name] === undefined);
  if (missing.length > 0) installMissing(missing, search.missing, log);
  else if (search.answers) log(`using the binaries of this machine, because ${search.missing}`);
  const { nats, redis, postgres } = missing.length > 0 ? findLocalBinaries() : found;
  if (nats === undefined || redis === undefined || postgres === undefined) {
    throw new ServersUnavailable(`${missing.join(', ')} were installed and their binaries are still not found on this machine.`);
  }
  return { nats, redis, postgres };
}

const describe = (servers: readonly RunningServer[], source: ServerSource): string =>
  source === 'containers'
    ? `containers of ${servers.map(({ version }) => version).join(', ')}`
    : `local binaries of ${servers.map(({ name, version }) => `${name} ${version}`).join(', ')}`;
