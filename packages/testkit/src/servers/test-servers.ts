import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import postgres from 'postgres';
import { redisCommands } from './probes.ts';
import { withDatabase } from './settings.ts';

/** What the set-up of a test run tells its workers, in one environment variable. */
export interface TestServersNotice {
  /** One NATS server a worker: the names of streams are fixed, so workers cannot share one. */
  readonly natsUrls: readonly string[];
  readonly redisUrl: string;
  readonly postgresUrl: string;
  /** The migrated database from which every test file gets a copy. */
  readonly templateDatabase: string;
}

export interface TestServers {
  /** The operator's; `loginUrl` gives that of another user. */
  readonly natsUrl: string;
  /** The operator's, too. Names a logical database of this worker's own. */
  readonly redisUrl: string;
  /** Superuser of a database of this caller's own, migrated and otherwise empty. */
  readonly databaseUrl: string;
}

const NOTICE = 'MARGRAVE_TEST_SERVERS';

export function announceTestServers(notice: TestServersNotice): void {
  process.env[NOTICE] = JSON.stringify(notice);
}

/**
 * The servers of this test run, as if they were new: a database copied from the migrated template, no Redis key, no stream.
 * Call it in `beforeAll`, or in `beforeEach` where a test must not see what the one before it left. A test that kills servers
 * starts its own with `startServers`, because these are shared with the other workers.
 */
export async function testServers(): Promise<TestServers> {
  const notice = readNotice();
  const workerId = Number(process.env['JEST_WORKER_ID'] ?? '1');
  const natsUrl = notice.natsUrls[workerId - 1];
  if (natsUrl === undefined) throw new Error(`no NATS server was started for the test worker ${workerId}`);
  const redisUrl = `${notice.redisUrl}/${workerId}`;
  const [databaseUrl] = await Promise.all([copyTemplate(notice, workerId), removeStreams(natsUrl), flushRedis(redisUrl)]);
  return { natsUrl, redisUrl, databaseUrl };
}

function readNotice(): TestServersNotice {
  const notice = process.env[NOTICE];
  if (notice === undefined)
    throw new Error('tests with servers are called *.it.test.ts and run by Jest, whose set-up starts them');
  return JSON.parse(notice) as TestServersNotice;
}

async function copyTemplate(notice: TestServersNotice, workerId: number): Promise<string> {
  const name = `worker_${workerId}_${process.hrtime.bigint()}`;
  const sql = postgres(notice.postgresUrl, { max: 1, onnotice: () => undefined });
  try {
    await sql`create database ${sql(name)} template ${sql(notice.templateDatabase)}`;
  } finally {
    await sql.end();
  }
  return withDatabase(notice.postgresUrl, name);
}

async function removeStreams(natsUrl: string): Promise<void> {
  const { host, username, password } = new URL(natsUrl);
  const connection = await connect({ servers: host, user: username, pass: password });
  try {
    const manager = await jetstreamManager(connection);
    for await (const stream of manager.streams.list()) await manager.streams.delete(stream.config.name);
  } finally {
    await connection.close();
  }
}

async function flushRedis(redisUrl: string): Promise<void> {
  const { port, password, pathname } = new URL(redisUrl);
  const answer = await redisCommands(Number(port), password, [`SELECT ${pathname.slice(1)}`, 'FLUSHDB']);
  if (answer !== '+OK\r\n+OK\r\n+OK\r\n') throw new Error(`Redis was not emptied: ${answer}`);
}
