/**
 * How long a batch of one and of a hundred takes, beside what nothing can be faster than: an empty round trip, and one row
 * committed. Run it on an idle machine, with an empty database on the same one:
 *
 *     DATABASE_ADMIN_URL=postgres://… node packages/store-postgres/src/testing/measure-commit-main.ts
 */
import type { Currency, GroupId, MoneyE8 } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import { createAccounts } from '../admin/open-accounts.ts';
import { seedDemo } from '../demo/seed-demo.ts';
import { migrate, withAdminConnection } from '../migrate.ts';
import type { AccountRow, CommandRows } from '../rows.ts';
import { connectStore } from '../store.ts';
import { createRowMaker, localFill, providerOrder } from './command-rows.ts';

const url = process.env['DATABASE_ADMIN_URL'];
assert(url !== undefined, 'DATABASE_ADMIN_URL names an empty database');
const ACCOUNTS = 500;

await migrate(url);
await seedDemo(url);
const ids = await createAccounts(url, ACCOUNTS, {
  ownerId: 'measure',
  type: 'demo',
  groupId: 'standard' as GroupId,
  currency: 'USD' as Currency,
  leverage: 100n,
  mode: 'hedging',
  depositE8: 1_000_000_000_000n as MoneyE8,
});
const store = connectStore({
  databaseUrl: url,
  applicationName: 'measure',
  log: { warn: () => undefined },
  poolSize: 1,
  deadlineMs: 30_000,
});
const epoch = await store.epoch();
const accounts: AccountRow[] = (await store.loadAccounts(ids)).map(({ account }) => account);
const maker = createRowMaker(BigInt(Date.now()) * 1_000_000n);
const placeOf = new Map(accounts.map(({ accountId }, place) => [accountId, place]));
let made = 0;

/** `prepare` is not timed: rows are made by who decides. */
async function time(
  what: string,
  rounds: number,
  work: () => Promise<unknown>,
  prepare: () => void = () => undefined,
): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < rounds + 10; round += 1) {
    prepare();
    const startedAt = performance.now();
    await work();
    if (round >= 10) times.push(performance.now() - startedAt);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): string => times[Math.floor(times.length * share)]!.toFixed(2).padStart(8);
  process.stdout.write(`${what.padEnd(28)} ms: least ${at(0)}  p50 ${at(0.5)}  p90 ${at(0.9)}\n`);
}

async function timeCommits(
  what: string,
  rounds: number,
  size: number,
  make: typeof localFill | typeof providerOrder,
): Promise<void> {
  let commands: CommandRows[] = [];
  const prepare = (): void => {
    commands = Array.from({ length: size }, (_, index) => {
      const place = (made + index) % ACCOUNTS;
      return make(maker, accounts[place]!, `measure-${made + index}`);
    });
    made += size;
  };
  await time(
    what,
    rounds,
    async () => {
      const { results } = await store.commitBatch(epoch, commands);
      assert(results.every(({ outcome }) => outcome === 'committed'));
      for (const { account } of commands) accounts[placeOf.get(account.accountId)!] = account;
    },
    prepare,
  );
}

await withAdminConnection(url, async (connection) => {
  await connection.script('create table measure (one bigint)');
  await time('empty round trip', 500, () => connection.query('select 1'));
  await time('one row committed', 500, () => connection.query('insert into measure values (1)'));
  await connection.script('drop table measure');
});
await timeCommits('1 local fill', 500, 1, localFill);
await timeCommits('100 local fills', 100, 100, localFill);
await timeCommits('1 provider order', 500, 1, providerOrder);
await timeCommits('100 provider orders', 100, 100, providerOrder);
await store.close();
