import { FaultProxy } from '@margrave/testkit';
import { openConnection } from '../connection/connection.ts';
import { typedFailure } from '../connection/failure.ts';
import { StoreUnavailable } from '../errors.ts';
import { connectStore, type Store } from '../store.ts';
import type { AccountRow, CommandRows } from '../rows.ts';
import { createRowMaker, emptyCommand, localFill } from '../testing/command-rows.ts';
import { openTestStore, outcomes, silentLog, type TestStore } from '../testing/test-store.ts';
import { sendBatch } from './commit-batch.ts';

let test: TestStore;
const maker = createRowMaker();
beforeAll(async () => {
  test = await openTestStore({ poolSize: 12 });
});
afterAll(() => test.store.close());

const newAccount = async (): Promise<AccountRow> => (await test.accounts(1))[0]!;

/** Decides again on what there is until it stands. */
async function insist(make: (account: AccountRow) => CommandRows, account: AccountRow): Promise<number> {
  for (let conflicts = 0; ; conflicts += 1) {
    const now = await test.account(account.accountId);
    const { results } = await test.store.commitBatch(test.epoch, [make(now)]);
    if (results[0]!.outcome === 'committed') return conflicts;
  }
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('many writers', () => {
  it('with batches over random accounts never deadlock and lose nothing', async () => {
    const accounts = await test.accounts(30);
    const retries: string[] = [];
    const store = connectStore({
      databaseUrl: test.serviceUrl,
      applicationName: 'writers',
      log: { warn: (...entry: unknown[]) => void retries.push(JSON.stringify(entry)) },
      poolSize: 8,
      deadlineMs: 20_000,
    });
    const before = await test.admin(
      'select deadlocks::integer as deadlocks from pg_stat_database where datname = current_database()',
    );
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((seed / 2_147_483_648) * below);
    };
    let committed = 0;
    const writer = async (): Promise<void> => {
      for (let round = 0; round < 25; round += 1) {
        const chosen = [...new Set(Array.from({ length: 10 }, () => accounts[random(accounts.length)]!.accountId))];
        const held = await store.loadAccounts(chosen);
        const commands = chosen.map((id) => localFill(maker, held.find(({ account }) => account.accountId === id)!.account));
        const { results } = await store.commitBatch(test.epoch, commands);
        committed += outcomes(results).filter((outcome) => outcome === 'committed').length;
      }
    };
    await Promise.all(Array.from({ length: 8 }, writer));
    const versions = (await store.loadAccounts(accounts.map(({ accountId }) => accountId))).map(({ account }) => account.version);
    expect(versions.reduce((sum, version) => sum + Number(version - 1n), 0)).toBe(committed);
    await new Promise((resolve) => setTimeout(resolve, 1_200)); // sessions report their statistics once a second
    const after = await test.admin(
      'select deadlocks::integer as deadlocks from pg_stat_database where datname = current_database()',
    );
    expect(after).toEqual(before);
    expect(retries).toEqual([]);
    await store.close();
  });

  it('on one account all succeed when they insist', async () => {
    const account = await newAccount();
    await Promise.all(Array.from({ length: 10 }, () => insist((now) => localFill(maker, now), account)));
    expect((await test.account(account.accountId)).version).toBe(account.version + 10n);
  });
});

const WAITS_FOR_A_LOCK = `select from pg_stat_activity
  where datname = current_database() and application_name = 'deadlocked' and wait_event_type = 'Lock'`;

describe('somebody who locks the other way round', () => {
  it.each(['commitBatch', 'withLockedAccounts'] as const)(
    'costs %s a deadlock and a second attempt, and nothing else',
    async (way) => {
      const [low, high] = (await test.accounts(2)) as [AccountRow, AccountRow];
      const retries: string[] = [];
      const store = connectStore({
        databaseUrl: test.serviceUrl,
        applicationName: 'deadlocked',
        log: silentLog,
        deadlineMs: 10_000,
        onRetry: () => retries.push(way),
      });
      const other = await openConnection({ databaseUrl: test.adminUrl, applicationName: 'other', connectTimeoutMs: 5_000 });
      await other.script(
        `begin; set local deadlock_timeout = '1min'; select from accounts where account_id = ${high.accountId} for update`,
      );
      const commands = [low, high].map((account) => emptyCommand(account));
      const commit =
        way === 'commitBatch'
          ? store.commitBatch(test.epoch, commands)
          : store.withLockedAccounts([low.accountId, high.accountId], (_, commitBatch) => commitBatch(test.epoch, commands));
      // Of this test's store alone: others wait for locks of theirs on the same server.
      await until(async () => (await test.admin(WAITS_FOR_A_LOCK)).length > 0);
      await other.script(`select from accounts where account_id = ${low.accountId} for update; commit`);
      expect(outcomes((await commit).results)).toEqual(['committed', 'committed']);
      expect(retries).toEqual([way]);
      await Promise.all([other.end(), store.close()]);
    },
  );
});

describe('the pessimistic way', () => {
  it('decides on what it has locked, so that a fast writer cannot get ahead of it', async () => {
    const account = await newAccount();
    let stop = false;
    const fastWriter = async (): Promise<void> => {
      while (!stop) await insist(emptyCommand, account);
    };
    const writing = Promise.all([fastWriter(), fastWriter()]);
    for (let round = 0; round < 10; round += 1) {
      const found = await test.store.withLockedAccounts([account.accountId], async ([held], commitBatch) => {
        const { results } = await commitBatch(test.epoch, [localFill(maker, held!.account, `locked-${round}`)]);
        return outcomes(results);
      });
      expect(found).toEqual(['committed']);
    }
    stop = true;
    await writing;
  });

  it('leaves nothing behind when the work throws', async () => {
    const account = await newAccount();
    const work = test.store.withLockedAccounts([account.accountId], async ([held], commitBatch) => {
      await commitBatch(test.epoch, [localFill(maker, held!.account, 'thrown')]);
      throw new Error('the work was given up');
    });
    await expect(work).rejects.toThrow('the work was given up');
    expect(await test.account(account.accountId)).toEqual(account);
  });

  it('does not commit when a statement failed, though the work went on', async () => {
    const account = await newAccount();
    const work = test.store.withLockedAccounts([account.accountId], async ([held], commitBatch) => {
      return commitBatch('not an epoch', [emptyCommand(held!.account)]).catch(
        (error: unknown) => `went on after ${String(error)}`,
      );
    });
    await expect(work).rejects.toThrow('uuid');
  });
});

describe('when the server does not answer', () => {
  let proxy: FaultProxy;
  let store: Store;
  beforeAll(async () => {
    const url = new URL(test.serviceUrl);
    proxy = await FaultProxy.start({ host: url.hostname, port: Number(url.port) });
    url.port = String(proxy.port);
    store = connectStore({
      databaseUrl: url.href,
      applicationName: 'proxied',
      log: silentLog,
      deadlineMs: 600,
      connectTimeoutMs: 400,
      poolSize: 2,
    });
    await store.askDatabaseTime();
  });
  afterEach(() => proxy.setMode({ kind: 'pass' }));
  afterAll(async () => {
    await store.close();
    await proxy.close();
  });
  const failed = async (call: Promise<unknown>): Promise<StoreUnavailable> => {
    const startedAt = performance.now();
    const error: unknown = await call.then(
      () => new Error('it did not fail'),
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect(performance.now() - startedAt).toBeLessThan(1_500);
    return error as StoreUnavailable;
  };

  it.each(['black_hole', 'half_open'] as const)('a read fails at its deadline and nothing happened: %s', async (kind) => {
    await proxy.setMode({ kind });
    expect((await failed(store.epoch())).outcome).toBe('nothing_happened');
    await proxy.setMode({ kind: 'pass' });
    expect(await store.epoch()).toBe(test.epoch);
  });

  it('a commit fails at its deadline with its outcome unknown, and is then found not to have taken place', async () => {
    const account = await newAccount();
    await store.epoch();
    await proxy.setMode({ kind: 'black_hole' });
    expect((await failed(store.commitBatch(test.epoch, [localFill(maker, account, 'lost')]))).outcome).toBe('unknown');
    await proxy.setMode({ kind: 'pass' });
    expect(await store.findCommandKeys(account.accountId, ['lost'])).toEqual([]);
    expect(store.failureOf(new StoreUnavailable('x', 'deadline', 'unknown'))).toBe('unknown');
  });

  it('a commit whose request arrives after its deadline is refused by the server', async () => {
    const account = await newAccount();
    await store.epoch();
    await proxy.setMode({ kind: 'half_open' });
    expect((await failed(store.commitBatch(test.epoch, [localFill(maker, account, 'late')]))).outcome).toBe('unknown');
    await proxy.setMode({ kind: 'pass' });
    expect(await store.findCommandKeys(account.accountId, ['late'])).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await test.account(account.accountId)).toEqual(account);
  });

  it('the server refuses a commit that reaches it after the moment named with it', async () => {
    const account = await newAccount();
    const connection = await openConnection({ databaseUrl: test.serviceUrl, applicationName: 'late', connectTimeoutMs: 5_000 });
    const late = sendBatch(connection, test.epoch, test.store.databaseNowMs() - 1, [localFill(maker, account, 'too-late')]);
    const error: unknown = await late.catch((thrown: unknown) => typedFailure('commit_batch', thrown, true));
    await connection.end();
    expect(error).toMatchObject({ reason: 'too_late', outcome: 'nothing_happened' });
    expect(await test.account(account.accountId)).toEqual(account);
  });

  it('a commit that waits for a lock beyond its deadline does not take place afterwards', async () => {
    const account = await newAccount();
    await test.store.withLockedAccounts([account.accountId], async () => {
      expect((await failed(store.commitBatch(test.epoch, [localFill(maker, account, 'waiting')]))).outcome).toBe('unknown');
    });
    expect(await store.findCommandKeys(account.accountId, ['waiting'])).toEqual([]);
    expect(await test.account(account.accountId)).toEqual(account);
  });

  it('a commit whose answer was lost is found by its key', async () => {
    const first = emptyCommand(await newAccount());
    await store.commitBatch(test.epoch, [first]); // from now on the statement is prepared, and a commit is one round trip
    const command = localFill(maker, first.account, 'answered');
    await proxy.setMode({ kind: 'latency', latencyMs: 250 });
    const commit = store.commitBatch(test.epoch, [command]);
    await new Promise((resolve) => setTimeout(resolve, 400));
    await proxy.setMode({ kind: 'black_hole' });
    expect((await failed(commit)).outcome).toBe('unknown');
    await proxy.setMode({ kind: 'pass' });
    expect(await store.findCommandKeys(command.accountId, ['answered'])).toEqual(command.commandKeys);
  });

  it('a key is called unused only when no commit that brings it is still under way', async () => {
    const account = await newAccount();
    const command = localFill(maker, account, 'under-way');
    const connection = await openConnection({ databaseUrl: test.serviceUrl, applicationName: 'slow', connectTimeoutMs: 5_000 });
    await connection.script('begin');
    await sendBatch(connection, test.epoch, test.store.databaseNowMs() + 10_000, [command]);
    const found = test.store.findCommandKeys(account.accountId, ['under-way']);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await connection.script('commit');
    expect(await found).toEqual(command.commandKeys);
    await connection.end();
  });

  it('calls beyond the pool fail at their deadline too, and nothing happened', async () => {
    await proxy.setMode({ kind: 'black_hole' });
    const errors = await Promise.all(Array.from({ length: 6 }, () => failed(store.epoch())));
    expect(new Set(errors.map(({ outcome }) => outcome))).toEqual(new Set(['nothing_happened']));
  });

  it('a server that is gone is reported at once, and used again when it is back', async () => {
    await proxy.setMode({ kind: 'refuse' });
    expect((await failed(store.epoch())).reason).toBe('connection');
    await proxy.setMode({ kind: 'pass' });
    expect(await store.epoch()).toBe(test.epoch);
  });
});
