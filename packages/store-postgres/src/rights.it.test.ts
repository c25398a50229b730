import { openConnection, type Connection } from './connection/connection.ts';
import { openTestStore, type TestStore } from './testing/test-store.ts';

let test: TestStore;
let service: Connection;
beforeAll(async () => {
  test = await openTestStore();
  service = await openConnection({ databaseUrl: test.serviceUrl, applicationName: 'rights', connectTimeoutMs: 5_000 });
});
afterAll(async () => {
  await service.end();
  await test.store.close();
});

const TABLES = [
  'accounts',
  'orders',
  'positions',
  'deals',
  'ledger_entries',
  'account_changes',
  'decisions',
  'provider_requests',
  'command_keys',
  'applied_executions',
  'outbox',
  'store_epoch',
  'instruments',
  'groups',
  'group_instruments',
  'providers',
  'provider_instruments',
  'configuration_version',
  'schema_migrations',
];

describe('a service’s login', () => {
  it('is tested against every table there is', async () => {
    const rows = await test.admin("select tablename as name from pg_tables where schemaname = 'public'");
    expect(rows.map((row) => row['name']).sort()).toEqual([...TABLES].sort());
  });

  it.each(TABLES)('may read %s and neither add to it, nor change, delete or empty it', async (table) => {
    await expect(service.query(`select * from ${table} limit 1`)).resolves.toBeDefined();
    const denied = `permission denied for table ${table}`;
    await expect(service.query(`insert into ${table} default values`)).rejects.toThrow(denied);
    await expect(service.query(`delete from ${table}`)).rejects.toThrow(denied);
    await expect(service.query(`truncate ${table}`)).rejects.toThrow(denied);
    const [column] = await test.admin(
      `select attname as name from pg_attribute where attrelid = '${table}'::regclass and attnum = 1`,
    );
    await expect(service.query(`update ${table} set ${String(column?.['name'])} = default`)).rejects.toThrow(denied);
  });

  it.each([
    ['update outbox set body = null', 'permission denied for table outbox'],
    ['create table mine (one integer)', 'permission denied for schema public'],
    ['create schema mine', 'permission denied for database'],
    ['drop table orders', 'must be owner'],
    ['alter table orders disable trigger all', 'must be owner'],
    ['select renew_epoch()', 'permission denied for function'],
    ["select write_ledger('', '{}', '{}')", 'permission denied for function'],
    ["copy orders to program 'cat'", 'must be superuser'],
    ["select pg_read_file('/etc/passwd')", 'permission denied'],
    ["select setval('id_blocks', 1)", 'permission denied for sequence'],
    ['set role margrave_books', 'permission denied to set role'],
    ["alter system set fsync = 'off'", 'permission denied'],
  ])('may not %s', async (statement, message) => {
    await expect(service.script(statement)).rejects.toThrow(message);
  });

  it('may mark what it published', async () => {
    await expect(service.query('update outbox set published_at = clock_timestamp() where outbox_id = 0')).resolves.toEqual([]);
  });
});

describe('the owner of the commit', () => {
  it('may add to the books and change nothing in them', async () => {
    const rows = await test.admin(`
      select relname as name, array(select p from unnest(array['insert', 'update', 'delete', 'truncate']) p
          where has_table_privilege('margrave_books', oid, p)) as rights
        from pg_class where relname in ('ledger_entries', 'account_changes', 'decisions', 'deals', 'command_keys', 'applied_executions')`);
    expect(rows).toHaveLength(6);
    for (const row of rows) expect(row['rights']).toBe('{insert}');
  });

  it('is nobody’s login', async () =>
    expect(await test.admin("select rolcanlogin, rolsuper from pg_roles where rolname = 'margrave_books'")).toEqual([
      { rolcanlogin: false, rolsuper: false },
    ]));
});
