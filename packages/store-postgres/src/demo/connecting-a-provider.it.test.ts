import { testServers } from '@margrave/testkit';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import postgres from 'postgres';
import { migrate } from '../migrate.ts';
import { seedDemo } from './seed-demo.ts';

const page = readFileSync(resolve(import.meta.dirname, '../../../../docs/connecting-a-provider.md'), 'utf8');
const [rows = '', check = '', owed = ''] = [...page.matchAll(/^```sql\n(.*?)^```/gms)].map(([, statements = '']) => statements);

let sql: postgres.Sql;
beforeAll(async () => {
  const { databaseUrl } = await testServers();
  await migrate(databaseUrl);
  await seedDemo(databaseUrl);
  sql = postgres(databaseUrl, { max: 1, onnotice: () => undefined });
  await sql.unsafe(rows);
});
afterAll(() => sql.end());

describe('the rows of a new provider', () => {
  it('list its symbols by its own names, and give its group the terms of the other', async () => {
    expect(await sql`select symbol, provider_symbol from provider_instruments where provider = 'lp-c' order by 1`).toEqual([
      { symbol: 'EURUSD', provider_symbol: 'EUR/USD' },
      { symbol: 'XAUUSD', provider_symbol: 'GOLD' },
    ]);
    expect(
      await sql`select flow::text, provider, commission ->> 'kind' as commission from groups where group_id = 'raw-c'`,
    ).toEqual([{ flow: 'provider', provider: 'lp-c', commission: 'per_lot' }]);
    const symbols = await sql`select symbol from group_instruments where group_id = 'raw-c' and permitted order by 1`;
    expect(symbols.map((row) => row['symbol'] as string)).toEqual(['EURUSD', 'XAUUSD']);
  });

  it('pass the check, which finds a symbol that is not listed', async () => {
    expect(await sql.unsafe(check)).toEqual([]);
    await sql`insert into group_instruments (group_id, symbol, markup_points) values ('raw-c', 'GBPUSD', 0)`;
    expect(await sql.unsafe(check)).toEqual([{ group_id: 'raw-c', symbol: 'GBPUSD', provider: 'lp-c' }]);
  });

  it('cannot have lots of another size than ours, which would be hedged by the wrong amount', async () => {
    const resized = sql`update provider_instruments set contract_size = 1 where provider = 'lp-c' and symbol = 'XAUUSD'`;
    await expect(resized).rejects.toThrow('provider_instruments_symbol_contract_size_fkey');
  });
});

it('what the provider owes an answer for can be asked', async () => expect(await sql.unsafe(owed)).toEqual([]));
