import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { once } from 'node:events';
import { connect as dial } from 'node:net';
import { networkInterfaces } from 'node:os';
import postgres from 'postgres';
import { redisCommands } from './probes.ts';
import { testServers } from './test-servers.ts';

async function withNats<Result>(url: string, use: (connection: NatsConnection) => Promise<Result>): Promise<Result> {
  const { host, username, password } = new URL(url);
  const connection = await connect({ servers: host, user: username, pass: password });
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}

async function withDatabase<Result>(url: string, use: (sql: postgres.Sql) => Promise<Result>): Promise<Result> {
  const sql = postgres(url, { max: 1 });
  try {
    return await use(sql);
  } finally {
    await sql.end();
  }
}

describe('the servers of a test', () => {
  it('are a database, a Redis and a JetStream without anything a former test left', async () => {
    const former = await testServers();
    await withDatabase(former.databaseUrl, (sql) => sql`create table left_behind (id bigint)`);
    await withNats(former.natsUrl, async (connection) => {
      await (await jetstreamManager(connection)).streams.add({ name: 'LEFT', subjects: ['left.>'] });
      await jetstream(connection).publish('left.behind');
    });
    const redis = new URL(former.redisUrl);
    const select = `SELECT ${redis.pathname.slice(1)}`;
    await redisCommands(Number(redis.port), redis.password, [select, 'SET left behind']);

    const servers = await testServers();
    const tables = await withDatabase(servers.databaseUrl, (sql) => sql`select to_regclass('left_behind') as found`);
    expect(tables[0]).toEqual({ found: null });
    const streams = await withNats(servers.natsUrl, async (connection) =>
      (await jetstreamManager(connection)).streams.list().next(),
    );
    expect(streams).toEqual([]);
    expect(await redisCommands(Number(redis.port), redis.password, [select, 'DBSIZE'])).toBe('+OK\r\n+OK\r\n:0\r\n');
  });

  it('hold a database of the newest schema, each call another', async () => {
    const [one, other] = [await testServers(), await testServers()];
    const steps = await withDatabase(one.databaseUrl, (sql) => sql<{ version: number }[]>`select version from schema_migrations`);
    expect(steps.length).toBeGreaterThan(0);
    expect(other.databaseUrl).not.toBe(one.databaseUrl);
  });

  it('sync what they commit', async () => {
    const { databaseUrl } = await testServers();
    const settings = await withDatabase(
      databaseUrl,
      (sql) =>
        sql`select name, setting from pg_settings where name in ('fsync', 'synchronous_commit', 'max_connections') order by 1`,
    );
    expect(settings.map(({ name, setting }) => [name, setting])).toEqual([
      ['fsync', 'on'],
      ['max_connections', '200'],
      ['synchronous_commit', 'on'],
    ]);
  });

  it('let nobody in without the password', async () => {
    const { databaseUrl, redisUrl, natsUrl } = await testServers();
    const withoutPassword = (url: string) => Object.assign(new URL(url), { password: 'wrong' }).href;
    await expect(withDatabase(withoutPassword(databaseUrl), (sql) => sql`select 1`)).rejects.toThrow(
      'password authentication failed',
    );
    await expect(withNats(withoutPassword(natsUrl), (connection) => connection.flush())).rejects.toThrow(/authorization/i);
    expect(await redisCommands(Number(new URL(redisUrl).port), 'wrong', ['PING'])).toMatch(/^-WRONGPASS.*\r\n-NOAUTH/);
  });

  it('listen on 127.0.0.1 only', async () => {
    const servers = await testServers();
    const ports = Object.values(servers).map((url: string) => Number(new URL(url).port));
    expect(otherAddresses.length).toBeGreaterThan(0);
    for (const host of otherAddresses) {
      for (const port of ports) {
        const socket = dial({ host, port });
        await expect(once(socket, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      }
    }
  });
});

/** Addresses that also lead to this machine. The whole of 127/8 does on Linux. */
const otherAddresses = [
  ...(process.platform === 'linux' ? ['127.0.0.2'] : []),
  ...Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, address }) => family === 'IPv4' && address !== '127.0.0.1')
    .map(({ address }) => address),
];
