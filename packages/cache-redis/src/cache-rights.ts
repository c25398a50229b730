import { KEY_FAMILIES, type KeyFamily } from './keys.ts';

/** What one service may do in Redis. What is not named here Redis refuses. */
export interface CacheRights {
  readonly user: string;
  readonly reads: readonly string[];
  /** Reads these, too. */
  readonly writes: readonly string[];
  readonly commands: readonly string[];
}

/** May do everything in Redis. No service logs in as this user. */
export const CACHE_OPERATOR = 'operator';

/** Every key of a family, as Redis writes patterns. */
const keysOf = ({ pattern }: KeyFamily): string => pattern.replaceAll(/\{\w+\}/g, '*');

/** What every connection does: ask whether Redis is there and loaded. */
const CONNECTION = ['ping', 'info', 'select'];
/** Scripts are called by their hash, and loaded where Redis has lost them; `time` is asked from within. */
const SCRIPTING = ['script|load', 'evalsha', 'evalsha_ro', 'time'];
/** What the scripts do with a key. */
const READING = ['hget', 'hmget', 'pttl'];
const WRITING = ['hset', 'pexpire'];

const { quote, groupQuote, aggregate } = KEY_FAMILIES;
const keepsAccounts = (user: string): CacheRights => ({
  user,
  reads: [keysOf(quote)],
  writes: [keysOf(aggregate)],
  commands: [...CONNECTION, ...SCRIPTING, ...READING, ...WRITING],
});

/** Every service that uses Redis, which is each a user of its own. */
export const CACHE_RIGHTS: readonly CacheRights[] = [
  keepsAccounts('order-gateway'),
  keepsAccounts('provider-worker'),
  keepsAccounts('pending-orders'),
  {
    user: 'market-data',
    reads: [],
    writes: [keysOf(quote), keysOf(groupQuote)],
    commands: [...CONNECTION, ...SCRIPTING, ...READING, ...WRITING],
  },
];

/**
 * The users of a Redis server as lines of its configuration: the operator, the services, and nobody without a password.
 *
 * @param passwordOf - what stands for the password: letters and digits, or what a shell puts in its place.
 */
export const redisUsers = (passwordOf: (user: string) => string): string =>
  [
    'user default off',
    `user ${CACHE_OPERATOR} on >${passwordOf(CACHE_OPERATOR)} ~* &* +@all`,
    ...CACHE_RIGHTS.map(({ user, reads, writes, commands }) =>
      [
        `user ${user} on >${passwordOf(user)} resetchannels`,
        ...reads.map((pattern) => `%R~${pattern}`),
        ...writes.map((pattern) => `~${pattern}`),
        '-@all',
        ...commands.map((command) => `+${command}`),
      ].join(' '),
    ),
  ].join('\n');
