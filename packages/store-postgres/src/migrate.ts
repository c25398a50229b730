import { openConnection, type Connection } from './connection/connection.ts';
import { migrations, type Migration } from './migrations/index.ts';

export interface MigrateOptions {
  /** Told of each step that is applied. */
  readonly log?: (sentence: string) => void;
  /** The steps to apply; all there are by default. */
  readonly steps?: readonly Migration[];
}

const CONNECT_TIMEOUT_MS = 10_000;

const APPLIED_TABLE = `
create table if not exists schema_migrations (
  version integer primary key,
  name text not null,
  note text not null,
  applied_at timestamptz(3) not null default clock_timestamp()
)`;

/**
 * Brings a database to the newest schema, each step in a transaction of its own. May be called by several at once, and again:
 * one does the work, the others find it done. Returns how many steps it applied.
 *
 * @param adminDatabaseUrl of a user who may create tables and roles.
 */
export async function migrate(adminDatabaseUrl: string, options: MigrateOptions = {}): Promise<number> {
  const { steps = migrations, log = () => undefined } = options;
  return withAdminConnection(adminDatabaseUrl, async (connection) => {
    await connection.query("select pg_advisory_lock(hashtextextended('margrave migrations', 0))");
    await connection.script(APPLIED_TABLE);
    const applied = await connection.query('select version, name from schema_migrations order by version');
    const nameAt = new Map(applied.map((row) => [row['version'] as number, row['name'] as string]));
    let count = 0;
    for (const step of steps) {
      const name = nameAt.get(step.version);
      if (name === step.name) continue;
      if (name !== undefined) throw new Error(`step ${step.version} of this database is "${name}", not "${step.name}"`);
      await applyStep(connection, step);
      log(`applied step ${step.version} of the schema, ${step.name}`);
      count += 1;
    }
    return count;
  });
}

async function applyStep(connection: Connection, { version, name, note, statements, check }: Migration): Promise<void> {
  await connection.script('begin');
  try {
    await connection.script(statements);
    const [row] = await connection.query(check);
    const [isTrue] = Object.values(row ?? {});
    if (isTrue !== true) throw new Error('its check says that it did not do what it should');
    await connection.query('insert into schema_migrations (version, name, note) values ($1, $2, $3)', [version, name, note]);
    await connection.script('grant select on schema_migrations to margrave_service');
    await connection.script('commit');
  } catch (error) {
    if (!connection.isClosed()) await connection.script('rollback');
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`step ${version} of the schema, ${name}, was rolled back: ${why}`, { cause: error });
  }
}

/** One session of the administrator's, for as long as the work takes. */
export async function withAdminConnection<Value>(
  adminDatabaseUrl: string,
  work: (connection: Connection) => Promise<Value>,
): Promise<Value> {
  const connection = await openConnection({
    databaseUrl: adminDatabaseUrl,
    applicationName: 'margrave-admin',
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
  });
  try {
    return await work(connection);
  } finally {
    await connection.end();
  }
}
