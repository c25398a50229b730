import postgres from 'postgres';
import { databaseOf, withDatabase } from './settings.ts';
import { getPrometheus } from './prometheus.ts';
import { insistOn, startServers, type ServersRequest } from './servers.ts';
import { announceTestServers } from './test-servers.ts';
import { ServersUnavailable, type Log, type Servers } from './types.ts';

export interface TestServersRequest {
  readonly log: Log;
  /** How many workers will run tests at the same time. */
  readonly workerCount: number;
  /** Brings an empty database to the newest schema; every test database is a copy of what it made. */
  readonly migrate: (databaseUrl: string) => Promise<unknown>;
  readonly logins?: ServersRequest['logins'];
  readonly onSignal?: ServersRequest['onSignal'];
}

/** Starts the one set of servers of a whole test run and leaves word for its workers (`testServers`). */
export async function prepareTestServers(request: TestServersRequest): Promise<Servers> {
  const { log, workerCount, migrate, logins, onSignal } = request;
  const servers = await startServers({ purpose: 'test', log, ...(logins && { logins }), ...(onSignal && { onSignal }) });
  insistOn(servers.source);
  installWatcher(log);
  try {
    const additional = Array.from({ length: workerCount - 1 }, () => servers.startNats());
    const [nats] = await Promise.all([Promise.all(additional), migrate(servers.postgres.url)]);
    await closeToConnections(servers.postgres.url);
    announceTestServers({
      natsUrls: [servers.nats, ...nats].map(({ url }) => url),
      redisUrl: servers.redis.url,
      postgresUrl: withDatabase(servers.postgres.url, 'postgres'),
      templateDatabase: databaseOf(servers.postgres.url),
    });
    return servers;
  } catch (error) {
    await servers.stop();
    throw error;
  }
}

/** Most tests do without Prometheus: those that do not fail with the same sentence. */
function installWatcher(log: Log): void {
  try {
    getPrometheus(log);
  } catch (error) {
    if (!(error instanceof ServersUnavailable)) throw error;
    log(error.message);
  }
}

/** A database that somebody is connected to cannot be copied. */
async function closeToConnections(databaseUrl: string): Promise<void> {
  const sql = postgres(withDatabase(databaseUrl, 'postgres'), { max: 1, onnotice: () => undefined });
  try {
    await sql`alter database ${sql(databaseOf(databaseUrl))} with allow_connections false`;
  } finally {
    await sql.end();
  }
}
