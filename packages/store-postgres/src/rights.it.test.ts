import { ensureServiceLogin } from './admin/service-login.ts';
import { openConnection, type Connection } from './connection/connection.ts';
import { openTestStore, type TestStore } from './testing/test-store.ts';

let test: TestStore;
let service: Connection;
let market: Connection;
const connectTo = (databaseUrl: string): Promise<Connection> =>
  openConnection({ databaseUrl, applicationName: 'rights', connectTimeoutMs: 5_000 });
beforeAll(async () => {
  test = await openTestStore();
  service = await connectTo(test.serviceUrl);
  const login = { name: 'margrave_market_rights', password: 'test', role: 'margrave_market' } as const;
  market = await connectTo(await ensureServiceLogin(test.adminUrl, login));
});
afterAll(async () => {
  await Promise.all([service.end(), market.end()]);
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
  'operator_actions',
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

/** What no login of a service may do, of whatever role. */
const HARM: readonly (readonly [statement: string, message: string | RegExp])[] = [
  ['update ledger_entries set amount_e8 = 0', 'permission denied for table ledger_entries'],
  ['delete from ledger_entries', 'permission denied for table ledger_entries'],
  ['truncate ledger_entries', 'permission denied for table ledger_entries'],
  ['insert into ledger_entries default values', 'permission denied for table ledger_entries'],
  ['update accounts set balance_e8 = 0', 'permission denied for table accounts'],
  ['create table mine (one integer)', 'permission denied for schema public'],
  ['create schema mine', 'permission denied for database'],
  ['create extension dblink', /permission denied|not available/],
  ["create function mine() returns integer language sql as 'select 1'", 'permission denied for schema public'],
  ['drop table orders', 'must be owner'],
  ['drop table instruments', 'must be owner'],
  ['alter table orders disable trigger all', 'must be owner'],
  ["set session_replication_role = 'replica'", 'permission denied'],
  ['select renew_epoch()', 'permission denied for function'],
  ["select write_ledger('', '{}', '{}', '{}', '{}')", 'permission denied for function'],
  ["select write_openings('', '', '{}')", 'permission denied for function'],
  ["select change_account_status('{}', 'close_only', 'active')", 'permission denied for function'],
  ["update accounts set chain_head = ''", 'permission denied for table accounts'],
  ["update decisions set chain_link = ''", 'permission denied for table decisions'],
  ["copy instruments to program 'cat'", 'must be superuser'],
  ["copy instruments to '/tmp/instruments'", 'must be superuser'],
  ["copy (select 1) to program 'cat'", 'must be superuser'],
  ["select pg_read_file('/etc/passwd')", 'permission denied'],
  ["select pg_ls_dir('/')", 'permission denied'],
  ["select lo_import('/etc/passwd')", 'permission denied'],
  ['select rolpassword from pg_authid', 'permission denied for table pg_authid'],
  ['select passwd from pg_shadow', 'permission denied for view pg_shadow'],
  ['select * from pg_user_mapping', 'permission denied'],
  ["select setval('id_blocks', 1)", 'permission denied for sequence'],
  ['set role margrave_books', 'permission denied to set role'],
  ['set role postgres', 'permission denied to set role'],
  ['set session authorization postgres', 'permission denied to set session authorization'],
  ['create role mine', 'permission denied to create role'],
  ['alter role margrave_service superuser', /must be superuser|permission denied/],
  ['grant margrave_books to current_user', /must have admin option|permission denied/],
  ["alter system set fsync = 'off'", 'permission denied'],
  ['select pg_reload_conf()', 'permission denied'],
  ["select pg_terminate_backend(pid) from pg_stat_activity where usename = 'postgres'", /must be|permission denied/],
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

  it.each(HARM)('may not %s', async (statement, message) => {
    await expect(service.script(statement)).rejects.toThrow(message);
  });

  it.each([
    ['update outbox set body = null', 'permission denied for table outbox'],
    ["copy orders to program 'cat'", 'must be superuser'],
    ['set role margrave_market', 'permission denied to set role'],
  ])('may not %s', async (statement, message) => {
    await expect(service.script(statement)).rejects.toThrow(message);
  });

  it('may mark what it published', async () => {
    await expect(service.query('update outbox set published_at = clock_timestamp() where outbox_id = 0')).resolves.toEqual([]);
  });
});

describe('the login of market-data', () => {
  const CONFIGURATION = [
    'configuration_version',
    'instruments',
    'groups',
    'group_instruments',
    'providers',
    'provider_instruments',
  ];

  it.each(HARM)('may not %s', async (statement, message) => {
    await expect(market.script(statement)).rejects.toThrow(message);
  });

  it.each(TABLES)('reads %s only if it is configuration, and changes nothing in it', async (table) => {
    const denied = `permission denied for table ${table}`;
    const reading = market.query(`select * from ${table} limit 1`);
    if (CONFIGURATION.includes(table)) await expect(reading).resolves.toBeDefined();
    else await expect(reading).rejects.toThrow(denied);
    await expect(market.query(`insert into ${table} default values`)).rejects.toThrow(denied);
    await expect(market.query(`delete from ${table}`)).rejects.toThrow(denied);
    await expect(market.query(`truncate ${table}`)).rejects.toThrow(denied);
  });

  it('neither commits, nor locks an account, nor leases an id', async () => {
    const functions = await test.admin(
      "select oid::regprocedure::text as name from pg_proc where proname in ('commit_batch', 'lock_accounts')",
    );
    expect(functions).toHaveLength(2);
    for (const { name } of functions) {
      const allowed = await market.query(`select has_function_privilege('${String(name)}', 'execute') as allowed`);
      expect(allowed).toEqual([{ allowed: false }]);
    }
    await expect(market.query("select lock_accounts('{}')")).rejects.toThrow('permission denied for function lock_accounts');
    await expect(market.query("select nextval('id_blocks')")).rejects.toThrow('permission denied for sequence id_blocks');
  });

  it('takes a generation of quotes', async () =>
    expect(await market.query("select nextval('quote_generations') > 0 as taken")).toEqual([{ taken: true }]));
});

describe('the owner of the commit', () => {
  it('may add to the books and change nothing in them', async () => {
    const rows = await test.admin(`
      select relname as name, array(select p from unnest(array['insert', 'update', 'delete', 'truncate']) p
          where has_table_privilege('margrave_books', oid, p)) as rights
        from pg_class where relname in ('ledger_entries', 'account_changes', 'decisions', 'deals', 'command_keys', 'applied_executions',
          'operator_actions')`);
    expect(rows).toHaveLength(7);
    for (const row of rows) expect(row['rights']).toBe('{insert}');
  });

  it('is nobody’s login', async () =>
    expect(await test.admin("select rolcanlogin, rolsuper from pg_roles where rolname = 'margrave_books'")).toEqual([
      { rolcanlogin: false, rolsuper: false },
    ]));
});
