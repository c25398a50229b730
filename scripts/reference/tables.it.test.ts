import { describeSchema, migrate, type SchemaDescription } from '@margrave/store-postgres';
import { testServers } from '@margrave/testkit';
import { resolve } from 'node:path';
import { TABLES_PAGE, tablesPage } from './tables.ts';
import { pagesOutOfSync, writePages } from './write-pages.ts';

const ROOT = resolve(import.meta.dirname, '../..');

let schema: SchemaDescription;
beforeAll(async () => {
  const { databaseUrl } = await testServers();
  await migrate(databaseUrl);
  schema = await describeSchema(databaseUrl);
});

it('a migrated database has the tables that the reference shows', async () => {
  const pages = [{ path: TABLES_PAGE, render: () => tablesPage(schema) }];
  if (process.env['WRITE_REFERENCE'] === '1') await writePages(ROOT, pages);
  expect(await pagesOutOfSync(ROOT, pages)).toEqual([]);
});

it('the catalog says who may do what: of a whole table, of single columns, by a function', () => {
  const rightsTo = (table: string) => schema.tables.find(({ name }) => name === table)?.rights;
  expect(rightsTo('ledger_entries')).toEqual([
    { role: 'margrave_service', may: 'select' },
    { role: 'margrave_books', may: 'select, insert' },
  ]);
  expect(rightsTo('outbox')).toEqual([
    { role: 'margrave_service', may: 'select, update (attempted_at, published_at)' },
    { role: 'margrave_books', may: 'select, insert' },
  ]);
  expect(schema.functions.find(({ name }) => name === 'commit_batch')).toMatchObject({
    runsAs: 'margrave_books',
    callers: expect.arrayContaining(['margrave_service']),
  });
  expect(schema.functions.find(({ name }) => name === 'renew_epoch')).toMatchObject({ runsAs: null, callers: [] });
});
