import { testServers } from '@margrave/testkit';
import {
  ACCOUNT_MODES,
  ACCOUNT_STATUSES,
  ACCOUNT_TYPES,
  FLOWS,
  INSTRUMENT_CLASSES,
  LEDGER_KINDS,
  ORDER_STATUSES,
  REQUEST_KINDS,
  SIDES,
  TRADE_MODES,
} from '@margrave/vocabulary';
import { migrate, withAdminConnection } from './migrate.ts';
import { migrations, type Migration } from './migrations/index.ts';

let adminUrl: string;
beforeAll(async () => {
  adminUrl = (await testServers()).databaseUrl;
});

const ask = (url: string, text: string) => withAdminConnection(url, (connection) => connection.query(text));

async function emptyDatabase(name: string): Promise<string> {
  await withAdminConnection(adminUrl, (connection) => connection.script(`create database ${name} template template0`));
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return url.href;
}

describe('migrations', () => {
  it('are numbered without a gap and each has a note', () => {
    expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, index) => index + 1));
    for (const { note } of migrations) expect(note).toMatch(/\.$/);
  });

  it('are applied once, however many start at once and however often', async () => {
    const url = await emptyDatabase(`migrated_${process.pid}`);
    const counts = await Promise.all([migrate(url), migrate(url), migrate(url)]);
    expect(counts.sort()).toEqual([0, 0, migrations.length]);
    expect(await migrate(url)).toBe(0);
    const mayMakeTables = "has_database_privilege('margrave_service', current_database(), 'temporary')";
    expect(await ask(url, `select ${mayMakeTables} as allowed`)).toEqual([{ allowed: false }]);
    expect(await ask(url, 'select version from schema_migrations order by version')).toEqual(
      migrations.map(({ version }) => ({ version })),
    );
  });

  it('run beside those of another database of the server', async () => {
    const urls = await Promise.all([1, 2].map((number) => emptyDatabase(`beside_${number}_${process.pid}`)));
    expect(await Promise.all(urls.map((url) => migrate(url)))).toEqual([migrations.length, migrations.length]);
  });

  it('leave no trace of a step that fails or whose check is not true', async () => {
    const url = await emptyDatabase(`failed_${process.pid}`);
    const step: Migration = {
      version: 1,
      name: 'half',
      note: 'Fails.',
      statements: 'create table half (one integer); select 1 / 0',
      check: 'select true',
    };
    await expect(migrate(url, { steps: [step] })).rejects.toThrow(
      'step 1 of the schema, half, was rolled back: division by zero',
    );
    const unchecked = { ...step, statements: 'create table half (one integer)', check: 'select count(*) = 2 from half' };
    await expect(migrate(url, { steps: [unchecked] })).rejects.toThrow('check');
    expect(await ask(url, "select to_regclass('half') is null as is_gone")).toEqual([{ is_gone: true }]);
    await expect(migrate(url)).resolves.toBe(migrations.length);
  });

  it('stop at a database that went another way', async () => {
    await expect(migrate(adminUrl, { steps: [{ ...migrations[0]!, name: 'other' }] })).rejects.toThrow('not "other"');
  });
});

describe('the closed lists of the schema', () => {
  it.each<[string, readonly string[]]>([
    ['side', SIDES],
    ['flow', FLOWS],
    ['account_type', ACCOUNT_TYPES],
    ['account_mode', ACCOUNT_MODES],
    ['account_status', ACCOUNT_STATUSES],
    ['instrument_class', INSTRUMENT_CLASSES],
    ['trade_mode', TRADE_MODES],
    ['order_status', ORDER_STATUSES],
    ['ledger_kind', LEDGER_KINDS],
    ['request_kind', REQUEST_KINDS],
  ])('have the words of the vocabulary: %s', async (domain, words) => {
    const [row] = await ask(
      adminUrl,
      `select pg_get_constraintdef(c.oid) as definition from pg_constraint c where contypid = 'public.${domain}'::regtype`,
    );
    const listed = [...(row?.['definition'] as string).matchAll(/'([^']+)'/g)].map(([, word]) => word);
    expect(listed.sort()).toEqual([...words].sort());
  });
});

describe('amounts', () => {
  it.each(["'NaN'", "'Infinity'", "'-Infinity'", '0.5', '1e201'])('that are exact take no %s', async (value) => {
    await expect(ask(adminUrl, `select (${value}::numeric)::whole_number`)).rejects.toThrow('whole_number');
  });

  it('reach ninety billion units and no further', async () => {
    await expect(ask(adminUrl, 'select 9000000000000000000::money_e8')).resolves.toHaveLength(1);
    await expect(ask(adminUrl, 'select 9000000000000000001::money_e8')).rejects.toThrow('money_e8');
  });
});
