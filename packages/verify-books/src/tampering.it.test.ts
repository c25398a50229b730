import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testServers, type TestServers } from '@margrave/testkit';
import postgres, { type Sql } from 'postgres';
import { rowsContinueChains } from './invariants/chains.ts';
import { isBroken } from './finding.ts';
import { runCommand } from './testing/run-command.ts';
import { openTradingDesk, type TradingDesk } from './testing/trading-desk.ts';
import { verifyBooks } from './verify-books.ts';

const VICTIM = '1000000002';
const OTHER = '1000000001';
const TENTH = 10_000_000n;
const ORDERS = 6;

let servers: TestServers;
let sql: Sql;
let desks: readonly [TradingDesk, TradingDesk];

beforeAll(async () => {
  servers = await testServers();
  sql = postgres(servers.databaseUrl, { max: 1, onnotice: () => undefined });
  desks = [await openTradingDesk(servers), await openTradingDesk(servers)];
  await Promise.all(desks.map((desk, index) => trade(desk, `desk-${index}`)));
}, 120_000);

afterAll(async () => {
  await Promise.all((desks ?? []).map((desk) => desk.stop()));
  await sql?.end();
});

/** Two engines on the same accounts at once: conflicts, retries, and batches with several commands of an account. */
async function trade({ place, close, report }: TradingDesk, desk: string): Promise<void> {
  const keys = Array.from({ length: ORDERS }, (_, index) => `${desk}-${index}`);
  const locals = Promise.all(keys.map((key) => place(OTHER, key, 'buy', TENTH)));
  const orders = await Promise.all(keys.map((key) => place(VICTIM, key, 'sell', TENTH)));
  const price = { lastVolumeE8: TENTH, lastPriceE8: 108_450_000n };
  await Promise.all(orders.map((order, index) => report(order, { executionId: keys[index]!, executionType: 'fill', ...price })));
  for (const { positionId } of await locals) if (positionId !== null) await close(OTHER, `close-${positionId}`, positionId);
}

class RolledBack extends Error {}

/** What the verifier says of the books as a superuser leaves them, who is undone afterwards. */
async function tampered(...statements: readonly string[]): Promise<readonly string[]> {
  let breaks: readonly string[] = [];
  const done = sql.begin(async (transaction) => {
    for (const statement of statements) {
      const { count } = await transaction.unsafe(statement);
      if (count === 0) throw new Error(`nothing was tampered with: ${statement}`);
    }
    breaks = (await rowsContinueChains(transaction as unknown as Sql)).breaks;
    throw new RolledBack();
  });
  await expect(done).rejects.toThrow(RolledBack);
  return breaks;
}

interface Victim {
  readonly table: 'decisions' | 'ledger_entries';
  readonly id: string;
  readonly place: number;
}

const VICTIM_ROWS = `
  select * from (
    select 'decisions' "table", decision_id::text id, chain_place::integer place, null house from decisions where account_id = ${VICTIM}
    union all
    select 'ledger_entries', entry_id::text, chain_place::integer, house from ledger_entries where chain_account_id = ${VICTIM}
  ) r order by place`;
const chain = async (): Promise<readonly (Victim & { readonly house: string | null })[]> => sql.unsafe(VICTIM_ROWS);
const idColumn = ({ table }: Victim): string => (table === 'decisions' ? 'decision_id' : 'entry_id');
const nameOf = ({ table, id }: Victim): string => `${table === 'decisions' ? 'decision' : 'ledger entry'} ${id}`;
const at = ({ table, ...victim }: Victim): string => `${table} where ${idColumn({ table, ...victim })} = ${victim.id}`;

/** Another value of each type that the columns have; a new type has to be given one here. */
const OTHER_VALUE: Readonly<Record<string, (column: string) => string>> = {
  entity_id: (column) => `coalesce(${column}, 0) + 1000000`,
  counter: (column) => `coalesce(${column}, 0) + 1000000`,
  bigint: (column) => `coalesce(${column}, 0) + 1000000`,
  booked_money_e8: (column) => `${column} + 1000000`,
  text: (column) => `coalesce(${column}, '') || ' '`,
  label: (column) => `${column} || ' '`,
  house_account: (column) => `coalesce(${column}, '') || 'x'`,
  currency: () => `'XXX'`,
  ledger_kind: () => `'adjustment'`,
  decision_outcome: (column) => `case ${column} when 'denied' then 'accepted' else 'denied' end`,
  bytea: (column) => `${column} || '\\x00'`,
  'timestamp(3) with time zone': (column) => `${column} + interval '1 ms'`,
};

const COLUMNS = `
  select c.relname "table", a.attname "column", format_type(a.atttypid, a.atttypmod) type
    from pg_attribute a join pg_class c on c.oid = a.attrelid
    where c.relname in ('decisions', 'ledger_entries') and a.attnum > 0 and not a.attisdropped`;

describe('chains that two engines wrote at once', () => {
  it('are whole', async () => {
    const findings = await verifyBooks(sql);
    expect(findings.filter(isBroken)).toEqual([]);
    expect(await rowsContinueChains(sql)).toMatchObject({ breaks: [], accounts: [] });
    const [stored] = await sql`select (select count(*) from decisions) + (select count(*) from ledger_entries) n`;
    expect((await rowsContinueChains(sql)).checked).toBe(Number(stored?.['n']));
    expect((await chain()).length).toBeGreaterThan(ORDERS * 4);
  });
});

describe('tampering as a superuser', () => {
  it('with any column of an entry, of the house’s side of it, or of a decision is named to the row (P40)', async () => {
    const rows = await chain();
    const columns: readonly { table: string; column: string; type: string }[] = await sql.unsafe(COLUMNS);
    const victims = [
      rows.find(({ table, place }) => table === 'decisions' && place > 4),
      rows.find(({ house, table, place }) => table === 'ledger_entries' && house === null && place > 4),
      rows.find(({ house, place }) => house !== null && place > 4),
    ];
    let tried = 0;
    for (const victim of victims) {
      for (const { column, type } of columns.filter(({ table }) => table === victim?.table)) {
        const other = OTHER_VALUE[type];
        if (victim === undefined || other === undefined) throw new Error(`no other value is known for a column of type ${type}`);
        const [said, ...more] = await tampered(
          `update ${victim.table} set ${column} = ${other(column)} where ${idColumn(victim)} = ${victim.id}`,
        );
        const id = column === idColumn(victim) ? String(BigInt(victim.id) + 1_000_000n) : victim.id;
        const missing = `account ${VICTIM}: row ${victim.place} of the chain is missing`;
        const named = `account ${VICTIM}: ${nameOf({ ...victim, id })}, row ${victim.place} of the chain, is not as it was written`;
        const moved =
          column === 'chain_place' ||
          column === 'chain_account_id' ||
          column === (victim.table === 'decisions' ? 'account_id' : '');
        expect([column, said]).toEqual([column, moved ? (expect.stringContaining(missing) as string) : named]);
        expect(more).toEqual(moved && column !== 'chain_place' ? [expect.stringContaining('there is no such account')] : []);
        tried += 1;
      }
    }
    expect(tried).toBe(columns.length + columns.filter(({ table }) => table === 'ledger_entries').length);
  });

  it('with an amount on both sides and the balance is named to the first row', async () => {
    const [client, house] = (await chain()).filter(({ table }) => table === 'ledger_entries').slice(2, 4) as unknown as [
      Victim,
      Victim,
    ];
    const breaks = await tampered(
      `update ledger_entries set amount_e8 = amount_e8 + 100000000 where entry_id = ${client.id}`,
      `update ledger_entries set amount_e8 = amount_e8 - 100000000 where entry_id = ${house.id}`,
      `update accounts set balance_e8 = balance_e8 + 100000000 where account_id = ${VICTIM}`,
    );
    expect(breaks).toEqual([`account ${VICTIM}: ${nameOf(client)}, row ${client.place} of the chain, is not as it was written`]);
  });

  it('by deleting a row says where it is missing: the first, one between, some, the last', async () => {
    const rows = await chain();
    const [first, second, last] = [rows[0]!, rows[1]!, rows.at(-1)!];
    const missing = `account ${VICTIM}: row`;
    expect(await tampered(`delete from ${at(first)}`)).toEqual([
      `${missing} 1 of the chain is missing at the beginning and before ${nameOf(second)}`,
    ]);
    expect(await tampered(`delete from ${at(rows[6]!)}`)).toEqual([
      `${missing} 7 of the chain is missing behind ${nameOf(rows[5]!)} and before ${nameOf(rows[7]!)}`,
    ]);
    expect(await tampered(`delete from ${at(rows[6]!)}`, `delete from ${at(rows[7]!)}`)).toEqual([
      `${missing}s 7 to 8 of the chain are missing behind ${nameOf(rows[5]!)} and before ${nameOf(rows[8]!)}`,
    ]);
    expect(await tampered(`delete from ${at(last)}`)).toEqual([
      `${missing} ${last.place} of the chain is missing behind ${nameOf(rows.at(-2)!)}`,
    ]);
  });

  it('by closing the gap of a deleted row names what stands in its place', async () => {
    const rows = await chain();
    const close = ['decisions', 'ledger_entries'].map(
      (table) =>
        `update ${table} set chain_place = chain_place - 1 where chain_place > 7 and ${table === 'decisions' ? '' : 'chain_'}account_id = ${VICTIM}`,
    );
    const breaks = await tampered(`delete from ${at(rows[6]!)}`, ...close);
    expect(breaks).toEqual([`account ${VICTIM}: ${nameOf(rows[7]!)}, row 7 of the chain, is not as it was written`]);
  });

  it('by swapping two rows names the first', async () => {
    const [one, two] = (await chain()).filter(({ house }) => house !== null).slice(1, 3) as unknown as [Victim, Victim];
    const swap = (column: string): string =>
      `update ledger_entries e set ${column} = o.${column} from ledger_entries o where e.entry_id in (${one.id}, ${two.id})
        and o.entry_id in (${one.id}, ${two.id}) and o.entry_id <> e.entry_id`;
    const expected = [`account ${VICTIM}: ${nameOf(two)}, row ${one.place} of the chain, is not as it was written`];
    expect(await tampered(swap('chain_place'))).toEqual(expected);
    expect(
      await tampered(`update ledger_entries e set chain_place = o.chain_place, chain_link = o.chain_link from ledger_entries o
      where e.entry_id in (${one.id}, ${two.id}) and o.entry_id in (${one.id}, ${two.id}) and o.entry_id <> e.entry_id`),
    ).toEqual(expected);
  });

  it('by putting a row in names it, between others and at the end', async () => {
    const rows = await chain();
    const model = rows.filter(({ house }) => house !== null)[2]!;
    const copy = (
      place: string,
    ): string => `insert into ledger_entries select (jsonb_populate_record(e, jsonb_build_object('entry_id', 9000000001,
      'chain_place', ${place}))).* from ledger_entries e where entry_id = ${model.id}`;
    expect(await tampered(copy('chain_place'))).toEqual([
      `account ${VICTIM}: ledger entry 9000000001 was put in: row ${model.place} of the chain is ${nameOf(model)}`,
    ]);
    expect(await tampered(copy(`${rows.length + 1}`))).toEqual([
      `account ${VICTIM}: ledger entry 9000000001, row ${rows.length + 1} of the chain, is not as it was written`,
    ]);
  });

  it('by cutting off the end is named unless the account is given the end that is left', async () => {
    const rows = await chain();
    const [last, before] = [rows.at(-1)!, rows.at(-2)!];
    const set = `update accounts a set chain_length = ${before.place}, chain_head = r.chain_link from ${before.table} r
      where a.account_id = ${VICTIM} and r.${idColumn(before)} = ${before.id}`;
    // This is what only a head that was written down elsewhere could show.
    expect(await tampered(`delete from ${at(last)}`, set)).toEqual([]);
    expect(await tampered(set)).toEqual([
      `account ${VICTIM}: it counts ${before.place} rows of its chain, and ${nameOf(last)} is row ${last.place}`,
    ]);
  });

  it('by writing a chain anew is found by the heads that were written down', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'margrave-heads-'));
    const file = join(folder, 'heads');
    const environment = { DATABASE_URL: servers.databaseUrl, HEADS_FILE: file };
    try {
      expect(await runCommand([], environment)).toMatchObject({ code: 0 });
      const kept = await readFile(file, 'utf8');
      expect(kept.split('\n').filter((line) => line.startsWith(`${VICTIM} `))).toEqual([
        expect.stringMatching(/^\d{10} \d+ [0-9a-f]{64}$/),
      ]);
      await writeFile(file, kept.replace(/^(\d+) (\d+) [0-9a-f]/m, '$1 $2 '));
      expect(await runCommand([], environment)).toMatchObject({ code: 2, err: expect.stringContaining('is no head') as string });
      const other = kept.replace(new RegExp(`^(${VICTIM} \\d+) [0-9a-f]{64}`, 'm'), `$1 ${'0'.repeat(64)}`);
      await writeFile(file, `${other}1999999999 1 ${'0'.repeat(64)}\n`);
      const { code, out } = await runCommand([], environment);
      expect([code, out]).toEqual([1, expect.stringMatching(`account ${VICTIM}: the chain up to .* was written anew`)]);
      expect(out).toContain('account 1999999999: it had a chain, and is not there');
      expect(await readFile(file, 'utf8')).toBe(`${other}1999999999 1 ${'0'.repeat(64)}\n`);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('with the head alone is named', async () => {
    const { length } = await chain();
    const head = `update accounts set chain_head = '\\x00' where account_id = ${VICTIM}`;
    expect(await tampered(head)).toEqual([
      expect.stringMatching(
        `^account ${VICTIM}: the head of its chain is not the link of its last row, (decision|ledger entry) \\d+$`,
      ),
    ]);
    expect(await tampered(`update accounts set chain_length = chain_length + 2 where account_id = ${VICTIM}`)).toEqual([
      expect.stringContaining(`account ${VICTIM}: rows ${length + 1} to ${length + 2} of the chain are missing behind`),
    ]);
  });

  it('with text that holds a separator, so that the joined columns stay the same, is named', async () => {
    const victim = (await chain()).find(({ table }) => table === 'decisions')!;
    const breaks = await tampered(`update decisions set code = E'\\x1a' where decision_id = ${victim.id}`);
    expect(breaks).toEqual([`account ${VICTIM}: ${nameOf(victim)}, row ${victim.place} of the chain, is not as it was written`]);
  });
});

describe('an account that was tampered with', () => {
  const said = async (key: string): Promise<unknown> =>
    (await sql`select o.status, d.code from orders o join decisions d using (decision_id) where client_order_id = ${key}`)[0];

  it('is halted by one run, at the next commit of every service, and goes on when a person says so (P40)', async () => {
    const [desk, other] = desks;
    const open = await desk.place(OTHER, 'before', 'buy', TENTH);
    await other.place(OTHER, 'remembered', 'buy', TENTH);
    expect(await runCommand(['--halt'], { DATABASE_URL: servers.databaseUrl })).toMatchObject({
      code: 0,
      err: 'margrave: no account had to be halted\n',
    });
    await sql`update accounts set balance_e8 = balance_e8 + 500000000000 where account_id = ${OTHER}`;

    const { code, out, err } = await runCommand(['--halt'], { DATABASE_URL: servers.databaseUrl });
    expect([code, err]).toEqual([1, `margrave: account ${OTHER} is halted: its positions can be closed, and none be opened\n`]);
    expect(out).toMatch(new RegExp(`account ${OTHER} has a balance of \\d+ e8, its entries sum to \\d+`));
    await sql`update accounts set balance_e8 = balance_e8 - 500000000000 where account_id = ${OTHER}`;
    await desk.place(OTHER, 'halted-1', 'buy', TENTH);
    await other.place(OTHER, 'halted-2', 'buy', TENTH);
    const denied = { status: 'denied', code: 'ACCOUNT_CLOSE_ONLY' };
    expect([await said('halted-1'), await said('halted-2')]).toEqual([denied, denied]);
    await desk.place(VICTIM, 'not-halted', 'sell', TENTH);
    expect(await said('not-halted')).toEqual({ status: 'queued', code: null });
    if (open.positionId === null) throw new Error('the order before was not filled');
    await other.close(OTHER, 'closing', open.positionId);
    expect(await said('closing')).toEqual({ status: 'filled', code: null });

    await sql`select change_account_status(${`{${OTHER}}`}::bigint[], 'close_only', 'active')`;
    await desk.place(OTHER, 'again', 'buy', TENTH);
    expect(await said('again')).toEqual({ status: 'filled', code: null });
    expect((await verifyBooks(sql)).filter(isBroken)).toEqual([]);
  });
});
