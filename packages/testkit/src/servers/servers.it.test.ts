import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import postgres from 'postgres';
import { isFree } from './ports.ts';
import { exchange, redisCommands } from './probes.ts';
import { REPOSITORY } from './run-folder.ts';
import { startServers } from './servers.ts';
import type { RunningServer, Servers, ServerSource } from './types.ts';

const PROGRAM = fileURLToPath(new URL('./start-and-wait.ts', import.meta.url));

async function natsConnection(server: RunningServer): Promise<NatsConnection> {
  const { host, username, password } = new URL(server.url);
  return connect({ servers: host, user: username, pass: password, reconnect: false, timeout: 2_000 });
}

async function query(server: RunningServer, statement: string): Promise<unknown[]> {
  const sql = postgres(server.url, { max: 1, connect_timeout: 2 });
  try {
    return [...(await sql.unsafe(statement))];
  } finally {
    await sql.end({ timeout: 1 });
  }
}

const redis = (server: RunningServer, ...commands: string[]): Promise<string> =>
  redisCommands(server.port, new URL(server.url).password, commands);

describe('servers of a run', () => {
  const said: string[] = [];
  let servers: Servers;
  beforeAll(async () => {
    servers = await startServers({ purpose: 'test', log: (sentence) => said.push(sentence), onSignal: 'leave to caller' });
  });
  afterAll(() => servers.stop());

  it('are announced in one sentence with their versions', () => {
    expect(said.filter((sentence) => sentence.startsWith('started '))).toHaveLength(1);
    expect(said.at(-1)).toContain(servers.postgres.version);
  });

  it('keep what was committed through kill -9, on the same address', async () => {
    await query(servers.postgres, 'create table kept (id bigint)');
    await query(servers.postgres, 'insert into kept values (1), (2)');
    const { url } = servers.postgres;
    await servers.postgres.kill9();
    await expect(query(servers.postgres, 'select 1')).rejects.toThrow();
    await servers.postgres.restart();
    expect(await query(servers.postgres, 'select count(*)::int as rows from kept')).toEqual([{ rows: 2 }]);
    expect(servers.postgres.url).toBe(url);
  });

  it('keep the streams of NATS through kill -9, and of Redis nothing', async () => {
    const before = await natsConnection(servers.nats);
    await (await jetstreamManager(before)).streams.add({ name: 'KEPT', subjects: ['kept.>'] });
    await jetstream(before).publish('kept.one');
    await before.close();
    await redis(servers.redis, 'SET key value');
    await Promise.all([servers.nats.kill9(), servers.redis.kill9()]);
    await Promise.all([servers.nats.restart(), servers.redis.restart()]);
    const after = await natsConnection(servers.nats);
    expect((await (await jetstreamManager(after)).streams.info('KEPT')).state.messages).toBe(1);
    await after.close();
    expect(await redis(servers.redis, 'DBSIZE')).toBe('+OK\r\n:0\r\n');
  });

  it('do not answer while paused, and do again after it', async () => {
    await servers.redis.pause();
    await expect(redis(servers.redis, 'PING')).rejects.toThrow('does not answer');
    await servers.redis.resume();
    expect(await redis(servers.redis, 'PING')).toBe('+OK\r\n+PONG\r\n');
    await servers.postgres.pause();
    await expect(query(servers.postgres, 'select 1')).rejects.toThrow(/CONNECT_TIMEOUT/);
    await servers.postgres.resume();
    expect(await query(servers.postgres, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('run while paused, and do not once killed, until they are started again', async () => {
    await servers.redis.pause();
    expect(await servers.redis.isRunning()).toBe(true);
    await servers.redis.resume();
    await servers.redis.kill9();
    expect(await servers.redis.isRunning()).toBe(false);
    await servers.redis.restart();
    expect(await servers.redis.isRunning()).toBe(true);
  });

  it('stop in order and start again', async () => {
    await servers.nats.stop();
    await expect(natsConnection(servers.nats)).rejects.toThrow();
    await servers.nats.restart();
    await (await natsConnection(servers.nats)).close();
  });

  it('hold a Redis that evicts only keys with a time to live, within a stated bound', async () => {
    const { username, password } = new URL(servers.redis.url);
    const request = `AUTH ${username} ${password}\r\nCONFIG GET maxmemory\r\nCONFIG GET maxmemory-policy\r\n`;
    const answer = await exchange(servers.redis.port, request, /maxmemory-policy\r\n\$\d+\r\n.*\r\n/);
    expect(answer).toContain(`\r\n${256 * 1024 * 1024}\r\n`);
    expect(answer).toContain('\r\nvolatile-lru\r\n');
  });

  it('give one more NATS with streams of its own', async () => {
    const more = await servers.startNats();
    const connection = await natsConnection(more);
    expect(await (await jetstreamManager(connection)).streams.list().next()).toEqual([]);
    await connection.close();
  });
});

interface Started {
  readonly program: ChildProcess;
  readonly folder: string;
  readonly source: ServerSource;
  readonly ports: readonly number[];
}

/** Another process that starts servers and waits; `ending` says what it does once they run. */
async function startElsewhere(ending: 'wait' | 'throw' | 'exit'): Promise<Started> {
  const program = spawn(process.execPath, [PROGRAM, ending], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = (await once(createInterface(program.stdout), 'line')) as [string];
  const runs = join(REPOSITORY, '.margrave', 'runs');
  const folder = readdirSync(runs).find((name) => name.startsWith(`test-${program.pid}-`));
  if (folder === undefined) throw new Error('the other process has no run folder');
  return { program, folder: join(runs, folder), ...(JSON.parse(line) as { source: ServerSource; ports: number[] }) };
}

async function endWith(program: ChildProcess, signal: NodeJS.Signals): Promise<unknown[]> {
  const ended = once(program, 'exit');
  program.kill(signal);
  return ended;
}

/** What is left of a run: the ports on which something still listens, and whether its folder is there. */
async function leftOf({ ports, folder }: Started): Promise<{ listening: number[]; folder: boolean }> {
  const free = await Promise.all(ports.map(isFree));
  return { listening: ports.filter((_, index) => !free[index]), folder: existsSync(folder) };
}

const NOTHING = { listening: [], folder: false };

describe('servers of a process that ends', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('end with it on %s, and leave nothing', async (signal) => {
    const started = await startElsewhere('wait');
    const ended = endWith(started.program, signal);
    started.program.kill(signal);
    expect(await ended).toEqual([null, signal]);
    expect(await leftOf(started)).toEqual(NOTHING);
  });

  it.each([
    ['throw', 1],
    ['exit', 0],
  ] as const)('end with it when it ends by %s', async (ending, code) => {
    const started = await startElsewhere(ending);
    if (started.program.exitCode === null) await once(started.program, 'exit');
    expect(started.program.exitCode).toBe(code);
    expect(await leftOf(started)).toEqual(NOTHING);
  });

  it('outlive its kill -9, and are cleaned up by the next start, which leaves living runs alone', async () => {
    const [dead, living] = [await startElsewhere('wait'), await startElsewhere('wait')];
    await endWith(dead.program, 'SIGKILL');
    expect(await leftOf(dead)).toEqual({ listening: dead.ports, folder: true });

    const said: string[] = [];
    const servers = await startServers({ purpose: 'test', log: (sentence) => said.push(sentence), onSignal: 'leave to caller' });
    try {
      expect(said.join('\n')).toContain('cleaned up after the run');
      expect(await leftOf(dead)).toEqual(NOTHING);
      expect(await leftOf(living)).toEqual({ listening: living.ports, folder: true });
    } finally {
      await servers.stop();
      await endWith(living.program, 'SIGTERM');
    }
  }, 180_000);

  it('keep their passwords from other users', async () => {
    const { program, folder, source } = await startElsewhere('wait');
    try {
      const secrets = readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .filter((path) => /password|\.conf$/.test(path) && !path.includes('/data/'));
      expect(secrets).toHaveLength(source === 'containers' ? 0 : 3);
      for (const path of secrets) {
        expect(readFileSync(path, 'utf8')).toMatch(/[0-9a-f]{32}/);
        expect(statSync(path).mode & 0o077).toBe(0);
      }
    } finally {
      await endWith(program, 'SIGTERM');
    }
  });
});
