import { randomBytes } from 'node:crypto';
import { OPERATOR, passwordFrom, type ServerLogins } from './logins.ts';

export const POSTGRES_USER = 'postgres';
export const DATABASE = 'margrave';

/** One for each server of each run. Hexadecimal, so that it needs no escaping in URLs and configuration files. */
export const newPassword = (): string => randomBytes(16).toString('hex');

export const natsUrl = (port: number, password: string): string => `nats://${OPERATOR}:${password}@127.0.0.1:${port}`;
export const redisUrl = (port: number, password: string): string => `redis://${OPERATOR}:${password}@127.0.0.1:${port}`;
export const postgresUrl = (port: number, password: string, database: string): string =>
  `postgres://${POSTGRES_USER}:${password}@127.0.0.1:${port}/${database}`;

export const databaseOf = (url: string): string => new URL(url).pathname.slice(1);

/** The same server and user, another database. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

export interface Listener {
  readonly host: string;
  readonly port: number;
  readonly folder: string;
  /** The operator's. */
  readonly password: string;
  readonly logins: ServerLogins;
}

export const natsConfiguration = (listener: Listener): string => `
listen: "${listener.host}:${listener.port}"
${listener.logins.nats((user) => `"${passwordFrom(listener.password)(user)}"`)}
jetstream { store_dir: "${listener.folder}", max_memory_store: 256MB, max_file_store: 3GB }
`;

/** As in production: a stated bound, and only keys with a time to live are evicted. Nothing here is worth a disk. */
export const redisConfiguration = (listener: Listener): string => `
bind ${listener.host}
port ${listener.port}
${listener.logins.redis(passwordFrom(listener.password))}
dir "${listener.folder}"
save ""
appendonly no
maxmemory 256mb
maxmemory-policy volatile-lru
databases 64
`;

/** `fsync` and `synchronous_commit` stay as they are, on: the services refuse a server without them. */
export const POSTGRES_SETTINGS: Readonly<Record<string, string>> = {
  max_connections: '200',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/** Counts statements by their text: the extension comes with the packages and images of PostgreSQL, and is created by who reads it. */
export const COUNTING_POSTGRES_SETTINGS: Readonly<Record<string, string>> = {
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.save': 'off',
};

/** For data on a small disk: the log of changes takes little of it. */
export const SMALL_POSTGRES_SETTINGS: Readonly<Record<string, string>> = { max_wal_size: '64MB', min_wal_size: '32MB' };

export const postgresSettingArgs = (settings: Readonly<Record<string, string>>): string[] =>
  Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
