import type { Connection } from '../connection/connection.ts';
import { UnsafeDatabase } from '../errors.ts';
import { migrations } from '../migrations/index.ts';

interface Rule {
  readonly setting: string;
  readonly isSafe: (value: string) => boolean;
  readonly advice: string;
}

const on = (value: string): boolean => value !== 'off';

/** What must hold so that a commit is kept and means what `commit_batch` takes it to mean. */
const RULES: readonly Rule[] = [
  {
    setting: 'fsync',
    isSafe: on,
    advice: 'a crash would lose acknowledged orders; set fsync = on in postgresql.conf and reload',
  },
  {
    setting: 'synchronous_commit',
    isSafe: on,
    advice:
      'a crash would lose acknowledged orders; set it to on, and reset it for this database and for the role of the service',
  },
  { setting: 'full_page_writes', isSafe: on, advice: 'a crash could tear pages; set full_page_writes = on and reload' },
  {
    setting: 'default_transaction_isolation',
    isSafe: (value) => value === 'read committed',
    advice: 'commits lock first and read afterwards, which needs "read committed"; reset it for the server, database and role',
  },
  { setting: 'server_encoding', isSafe: (value) => value === 'UTF8', advice: 'create the database with encoding UTF8' },
  { setting: 'client_encoding', isSafe: (value) => value === 'UTF8', advice: 'reset client_encoding for this database and role' },
  {
    setting: 'default_transaction_read_only',
    isSafe: (value) => value === 'off',
    advice: 'nothing can be committed; connect to the primary server',
  },
];

const SETTINGS = `select name, setting from pg_settings where name in (${RULES.map(({ setting }) => `'${setting}'`).join(', ')})`;

/** Settings that a role or the database brings to every session that begins later. */
const DEFAULTS = `
select unnest(setconfig) as assignment, setrole <> 0 as of_role from pg_db_role_setting
  where setdatabase in (0, (select oid from pg_database where datname = current_database()))
    and setrole in (0, (select oid from pg_roles where rolname = session_user))`;

const STATE = `select pg_is_in_recovery() as is_standby, to_regclass('schema_migrations') is not null as has_schema`;

/** @throws UnsafeDatabase naming the first setting that is not as it must be, its value and what to do. */
export async function checkSafety(connection: Connection): Promise<void> {
  for (const row of await connection.query(SETTINGS)) check(row['name'] as string, row['setting'] as string);
  for (const row of await connection.query(DEFAULTS)) {
    const [setting = '', value = ''] = (row['assignment'] as string).split('=', 2);
    check(setting, value, ` by default of the ${row['of_role'] === true ? 'role' : 'database'}`);
  }
  const [state] = await connection.query(STATE);
  if (state?.['is_standby'] === true) throw new UnsafeDatabase('the server', 'a standby', 'connect to the primary server');
  await checkSchema(connection, state?.['has_schema'] === true);
}

/**
 * A sort that does not fit into its memory goes to the disk of the data, and a message and the commit after it go through the log of
 * changes: neither leaves anything behind. Both are one message of the protocol, and so one transaction.
 */
const WRITE = `
select set_config('work_mem', '64kB', true);
select count(*) from (select repeat(md5(i::text), 4) as text from generate_series(1, 2000) i order by 1) sorted;
select pg_logical_emit_message(true, 'margrave', 'is there room to write')`;

/** @throws the server's error where there is no room to write, or where what is written cannot be made to last. */
export const checkWritable = (connection: Connection): Promise<void> => connection.script(WRITE);

function check(setting: string, value: string, where = ''): void {
  const rule = RULES.find((candidate) => candidate.setting === setting);
  if (rule !== undefined && !rule.isSafe(value)) throw new UnsafeDatabase(setting, `${value}${where}`, rule.advice);
}

/** One step more than this build knows is allowed: the next release's migration runs before its services do. */
async function checkSchema(connection: Connection, hasSchema: boolean): Promise<void> {
  const needed = migrations.length;
  const rows = hasSchema
    ? await connection.query('select coalesce(max(version), 0)::integer as version from schema_migrations')
    : [];
  const version = (rows[0]?.['version'] as number | undefined) ?? 0;
  if (version === needed || version === needed + 1) return;
  const advice =
    version < needed ? 'run the migrations of this release' : 'this release is too old for the database; run a newer one';
  throw new UnsafeDatabase('the schema version', `${version}, and this build needs ${needed}`, advice);
}
