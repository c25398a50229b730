import { startServers, type Servers } from '@margrave/testkit';
import { UnsafeDatabase } from './errors.ts';
import { migrate, withAdminConnection } from './migrate.ts';
import type { AccountRow } from './rows.ts';
import { connectStore } from './store.ts';
import { createRowMaker, emptyCommand, localFill } from './testing/command-rows.ts';
import { seededStore, silentLog, type TestStore } from './testing/test-store.ts';

// These tests kill and misconfigure the server, so it is their own.
let servers: Servers;
let test: TestStore;
beforeAll(async () => {
  servers = await startServers({ purpose: 'test', log: () => undefined, onSignal: 'leave to caller' });
  await migrate(servers.postgres.url);
  test = await seededStore(servers.postgres.url);
}, 120_000);
afterAll(async () => {
  await test.store.close();
  await servers.stop();
});

const admin = (text: string) => withAdminConnection(servers.postgres.url, (connection) => connection.query(text));

async function unsafe(): Promise<UnsafeDatabase> {
  const store = connectStore({ databaseUrl: test.serviceUrl, applicationName: 'safety', log: silentLog });
  const error: unknown = await store.checkSafety().then(
    () => new Error('the database was called safe'),
    (thrown: unknown) => thrown,
  );
  await store.close();
  expect(error).toBeInstanceOf(UnsafeDatabase);
  return error as UnsafeDatabase;
}

describe('a database is refused by the name of what is wrong', () => {
  const loadedAt = async (): Promise<unknown> => (await admin('select pg_conf_load_time()::text as at'))[0]?.['at'];
  /** The server reads its settings a moment after it is asked to, and tells every connection that is open before it opens another. */
  const reload = async (): Promise<void> => {
    const before = await loadedAt();
    await admin('select pg_reload_conf()');
    while ((await loadedAt()) === before) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  const change = async (apply: string, undo: string, check: () => Promise<void>): Promise<void> => {
    await admin(apply);
    await reload();
    try {
      await check();
    } finally {
      await admin(undo);
      await reload();
    }
    await test.store.checkSafety();
  };

  it('and taken when nothing is', async () => expect(test.store.checkSafety()).resolves.toBeUndefined());

  it.each(['fsync', 'full_page_writes', 'synchronous_commit'])('%s of the server', async (setting) =>
    change(`alter system set ${setting} = off`, `alter system reset ${setting}`, async () => {
      const error = await unsafe();
      expect([error.setting, error.value]).toEqual([setting, 'off']);
      expect(error.message).toMatch(/set|reset/);
      // A service that was connected before does not commit on such a server either.
      const account = await test.account('1000000001' as never);
      await expect(test.store.commitBatch(test.epoch, [emptyCommand(account)])).rejects.toThrow(setting);
      expect(await test.account(account.accountId)).toEqual(account);
    }),
  );

  it.each([
    ['role', 'role margrave_test'],
    ['database', 'database margrave'],
  ])('synchronous_commit by default of the %s', async (_kind, owner) =>
    change(`alter ${owner} set synchronous_commit = off`, `alter ${owner} reset synchronous_commit`, async () => {
      expect((await unsafe()).setting).toBe('synchronous_commit');
    }),
  );

  it('the isolation of transactions', async () =>
    change(
      "alter role margrave_test set default_transaction_isolation = 'serializable'",
      'alter role margrave_test reset default_transaction_isolation',
      async () => {
        const error = await unsafe();
        expect([error.setting, error.value]).toEqual(['default_transaction_isolation', 'serializable']);
      },
    ));

  it('an encoding that is not UTF-8', async () => {
    await admin("create database latin encoding 'LATIN1' locale 'C' template template0");
    const url = new URL(test.serviceUrl);
    url.pathname = '/latin';
    const store = connectStore({ databaseUrl: url.href, applicationName: 'latin', log: silentLog });
    await expect(store.checkSafety()).rejects.toMatchObject({ setting: 'server_encoding', value: 'LATIN1' });
    await store.close();
  });

  it('a schema that is older than this build, or newer by more than one step', async () => {
    const [{ version } = {}] = await admin('select max(version) as version from schema_migrations');
    const newest = Number(version);
    await admin(`insert into schema_migrations (version, name, note) values (${newest + 1}, 'next', 'The next release.')`);
    await test.store.checkSafety();
    await admin(`update schema_migrations set version = ${newest + 2} where version = ${newest + 1}`);
    expect((await unsafe()).advice).toMatch('too old');
    await admin(`delete from schema_migrations where version = ${newest + 2}`);
    await admin(`update schema_migrations set version = -1 where version = ${newest}`);
    expect((await unsafe()).advice).toMatch('run the migrations');
    await admin(`update schema_migrations set version = ${newest} where version = -1`);
    await test.store.checkSafety();
  });
});

describe('kill -9 of PostgreSQL', () => {
  it('loses nothing that was acknowledged, and what was not is found or not, but never half', async () => {
    const maker = createRowMaker();
    const accounts = await test.accounts(4);
    const acknowledged: string[] = [];
    const unknown: string[] = [];
    let killed = false;
    const writer = async (account: AccountRow): Promise<void> => {
      for (let now = account, index = 0; !killed; index += 1) {
        const key = `kill-${index}`;
        const command = localFill(maker, now, key);
        try {
          await test.store.commitBatch(test.epoch, [command]);
          acknowledged.push(`${account.accountId} ${key}`);
          now = command.account;
        } catch {
          unknown.push(`${account.accountId} ${key}`);
          return;
        }
      }
    };
    const writing = Promise.all(accounts.map(writer));
    await new Promise((resolve) => setTimeout(resolve, 700));
    await servers.postgres.kill9();
    killed = true;
    await writing;
    expect(acknowledged.length).toBeGreaterThan(20);
    await servers.postgres.restart();
    const rows = await admin("select account_id || ' ' || key as name from command_keys where key like 'kill-%'");
    const kept = new Set(rows.map((row) => row['name']));
    expect(acknowledged.filter((name) => !kept.has(name))).toEqual([]);
    const [books] = await admin(`
      select count(*)::integer as broken from accounts a
        where balance_e8 <> (select sum(amount_e8) from ledger_entries l where l.account_id = a.account_id)
          or last_sequence <> (select count(*) from account_events e where e.account_id = a.account_id)
          or version <> (select count(*) + 1 from command_keys k where k.account_id = a.account_id) and account_id > 1000000004`);
    expect(books?.['broken']).toBe(0);
    // The store finds the server again by itself.
    for (const account of accounts) expect((await test.account(account.accountId)).version).toBeGreaterThan(1n);
    for (const name of unknown) {
      const [accountId = '', key = ''] = name.split(' ');
      expect((await test.store.findCommandKeys(accountId as never, [key])).length > 0).toBe(kept.has(name));
    }
  });
});

describe('the epoch', () => {
  it('is renewed by hand after a restore, and no commit decided before it stands', async () => {
    const account = await test.account('1000000001' as never);
    const [row] = await admin('select renew_epoch()::text as epoch');
    await expect(test.store.commitBatch(test.epoch, [emptyCommand(account)])).rejects.toThrow('epoch');
    expect(await test.store.epoch()).toBe(row?.['epoch']);
  });

  it('leaves a leap in ids and quote generations, so that none of a forgotten line of history is given out again', async () => {
    const given = { ids: (await test.store.leaseIds(1))[0]!, generation: await test.store.nextQuoteGeneration() };
    await admin('select renew_epoch()');
    expect((await test.store.leaseIds(1))[0]! - given.ids).toBeGreaterThan(1_000_000_000n);
    expect((await test.store.nextQuoteGeneration()) - given.generation).toBeGreaterThan(1_000n);
  });
});

describe('an advisory lock', () => {
  it('is held by one, taken over when that one ends, and known to be lost when its session is', async () => {
    const first = await test.store.holdAdvisoryLock('feed');
    const waiting = test.store.holdAdvisoryLock('feed', { intervalMs: 50 });
    const early = await Promise.race([waiting, new Promise((resolve) => setTimeout(() => resolve('waits'), 300))]);
    expect(early).toBe('waits');
    await first!.release();
    const second = await waiting;
    await admin("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'");
    expect(await second!.lost).toMatch('the lock feed is lost');
    const third = await test.store.holdAdvisoryLock('feed');
    await third!.release();
  });

  it('is not waited for any longer when the signal says so', async () => {
    const held = await test.store.holdAdvisoryLock('other');
    const waiting = test.store.holdAdvisoryLock('other', { intervalMs: 50, signal: AbortSignal.timeout(200) });
    expect(await waiting).toBeUndefined();
    await held!.release();
  });
});
