import { withAdminConnection } from '@margrave/store-postgres';
import { redisInfo, type TestServers } from '@margrave/testkit';

/** What commands and reads send, of whatever costs somebody his time. */
const HOT = [
  ['commit', /^select commit_batch\(/],
  ['mark as published', /^\s*with \w+ as materialized \([^;]+\)\s+update outbox set published_at/],
  ['load accounts', /^\s*select json_build_array\([^]*from accounts a where a\.account_id = any/],
] as const;

/** Two gateways at most are there at once, one of which may just have started. */
const GATEWAYS = 2;
const everySeconds =
  (interval: number) =>
  (seconds: number): number =>
    GATEWAYS * (1 + Math.floor(seconds / interval)) + 1;
const atMost = (times: number) => (): number => times;
/** Whoever waits for a gateway to be ready asks every 50 ms. */
const whileItStarts = (seconds: number): number => 3 + 20 * seconds;

/** What a gateway sends of itself, however much is asked of it; and how often within so many seconds, so that no order hides there. */
const BACKGROUND = [
  ['a session begins', /^select \$1$/, atMost(8)],
  ['a lease of 1 000 ids', /^select nextval\(.*\) as block/, atMost(2)],
  ['the configuration', /configuration_version/, everySeconds(5)],
  ['database time', /as now_ms$/, everySeconds(5)],
  ['the epoch', /^select epoch::text as epoch from store_epoch/, everySeconds(5)],
  ['readiness: settings', /from pg_settings|from pg_db_role_setting|pg_is_in_recovery/, whileItStarts],
  ['readiness: schema', /from schema_migrations/, whileItStarts],
] as const;

/** How often something was asked of the servers, as they count it themselves. */
export interface Counts {
  /** Calls of each statement that commands and reads send; one that nobody named stands here with its text. */
  readonly statements: Readonly<Record<string, number>>;
  /** Rows that they returned or changed. */
  readonly rows: Readonly<Record<string, number>>;
  /** Commands of Redis, those that scripts call too. */
  readonly redis: Readonly<Record<string, number>>;
  readonly keyspace: { readonly hits: number; readonly misses: number };
}

type Numbers = Readonly<Record<string, number>>;

interface Snapshot {
  readonly calls: Numbers;
  readonly rows: Numbers;
  readonly redis: Numbers;
  readonly keyspace: Numbers;
  /** How often PostgreSQL has forgotten statements that it counted. */
  readonly forgotten: number;
}

/** Who looks asks for these, and no service does but as it connects. */
const OF_THE_COUNTER = ['auth', 'info', 'exists', 'del'];

const difference = (before: Numbers, after: Numbers): Numbers =>
  Object.fromEntries(
    Object.entries(after)
      .map(([name, count]) => [name, count - (before[name] ?? 0)] as const)
      .filter(([, count]) => count > 0),
  );

const nameOf = (text: string): string => [...HOT, ...BACKGROUND].find(([, pattern]) => pattern.test(text))?.[0] ?? text;
const isBackground = (name: string): boolean => BACKGROUND.some(([background]) => background === name);
/** @throws where something was asked more often than it is by itself. */
function checkBackground(calls: Numbers, seconds: number): void {
  for (const [name, , times] of BACKGROUND) {
    const count = calls[name] ?? 0;
    if (count > times(seconds)) throw new Error(`${name}: asked ${count} times in ${seconds.toFixed(1)} s`);
  }
}
const only = (numbers: Numbers, wanted: (name: string) => boolean): Numbers =>
  Object.fromEntries(Object.entries(numbers).filter(([name]) => wanted(name)));

/** Counts what the gateways, who share a login, ask of PostgreSQL, and what anybody asks of Redis. */
export async function openServerCounts({ databaseUrl, redisUrl }: TestServers, gatewayDatabaseUrl: string) {
  const login = new URL(gatewayDatabaseUrl).username;
  await withAdminConnection(databaseUrl, ({ script }) => script('create extension pg_stat_statements'));

  const snapshot = async (): Promise<Snapshot> => {
    const [statements, commands, stats] = await Promise.all([
      withAdminConnection(databaseUrl, ({ query }) =>
        query(
          `select query, calls::integer, rows::integer, (select dealloc::integer from pg_stat_statements_info) as forgotten
            from pg_stat_statements join pg_roles on pg_roles.oid = userid where rolname = $1`,
          [login],
        ),
      ),
      redisInfo(redisUrl, 'commandstats'),
      redisInfo(redisUrl, 'stats'),
    ]);
    const summed = (column: 'calls' | 'rows'): Numbers => {
      const sums: Record<string, number> = {};
      for (const row of statements) {
        const name = nameOf(String(row['query']));
        sums[name] = (sums[name] ?? 0) + (row[column] as number);
      }
      return sums;
    };
    return {
      calls: summed('calls'),
      rows: summed('rows'),
      redis: only(
        Object.fromEntries(
          [...commands].map(([name, text]) => [name.replace('cmdstat_', ''), Number(/calls=(\d+)/.exec(text)?.[1])]),
        ),
        (name) => !OF_THE_COUNTER.includes(name),
      ),
      keyspace: { hits: Number(stats.get('keyspace_hits')), misses: Number(stats.get('keyspace_misses')) },
      forgotten: Number(statements[0]?.['forgotten'] ?? 0),
    };
  };

  /**
   * What some work cost, until nothing of it is left to do.
   *
   * @throws where a statement of the background came more often than time alone explains.
   */
  return async (work: () => Promise<unknown>, untilDone: () => Promise<void> = () => Promise.resolve()): Promise<Counts> => {
    const before = await snapshot();
    const startedMs = performance.now();
    await work();
    await untilDone();
    const after = await snapshot();
    if (after.forgotten !== before.forgotten) throw new Error('PostgreSQL has forgotten statements that it counted');
    const calls = difference(before.calls, after.calls);
    checkBackground(calls, (performance.now() - startedMs) / 1_000);
    const isHot = (name: string): boolean => !isBackground(name);
    return {
      statements: only(calls, isHot),
      rows: only(difference(before.rows, after.rows), isHot),
      redis: difference(before.redis, after.redis),
      keyspace: { hits: 0, misses: 0, ...difference(before.keyspace, after.keyspace) },
    };
  };
}
