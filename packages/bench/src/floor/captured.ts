import type { Sql } from 'postgres';

/** A value as PostgreSQL writes it; or what stands in its place in a copy. */
export type Cell =
  | string
  | null
  /** An id that the command was given, or one of those that it made, by number. */
  | { readonly is: 'given'; readonly name: keyof Given }
  | { readonly is: 'new id'; readonly number: number }
  /** A count of the account that goes on with each command, as it was. */
  | { readonly is: 'count'; readonly name: CountName; readonly value: string };

interface Column {
  readonly name: string;
  readonly type: string;
}

export interface CapturedRows {
  readonly table: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

/** What one command wrote, so that a program without any rules can write the same rows for other accounts. */
export interface Captured {
  readonly inserted: readonly CapturedRows[];
  /** Rows that were there and are otherwise: their key first, then all columns that changed. The account is not among them. */
  readonly updated: readonly CapturedRows[];
  /** By how much each count and amount of the account moved. */
  readonly accountMoved: Readonly<Record<string, string>>;
  /** The account before. */
  readonly before: Readonly<Record<CountName, string>>;
  readonly newIds: number;
  /** What the client was answered. */
  readonly answer: string;
}

/** The columns of an account that number its versions, its events and the rows of its chain. */
export const COUNTS = ['version', 'last_sequence', 'chain_length'] as const;
export type CountName = (typeof COUNTS)[number];

interface Table {
  readonly name: string;
  readonly key: string;
  readonly columns: readonly Column[];
  /** Each row by its key. */
  readonly rows: ReadonlyMap<string, readonly (string | null)[]>;
}

/** What stands in the place of ids that the command was given. */
export interface Given {
  readonly accountId: string;
  readonly key?: string;
  readonly orderId?: string;
  readonly requestId?: string;
  readonly executionId?: string;
}

/** Does `command` and keeps every row that it wrote for the account. */
export async function capture(sql: Sql, given: Given, command: () => Promise<string>): Promise<Captured> {
  const before = await tablesOf(sql, given.accountId);
  const answer = await command();
  const after = await tablesOf(sql, given.accountId);
  const ids = new Map<string, Cell>();
  for (const [name, value] of Object.entries(given) as [keyof Given, string][]) ids.set(value, { is: 'given', name });
  let newIds = 0;
  const inserted: CapturedRows[] = [];
  const updated: CapturedRows[] = [];
  const added = after.map((table, index) => ({
    table,
    rows: [...table.rows].filter(([key]) => before[index]?.rows.has(key) === false).map(([, row]) => row),
  }));
  for (const { table, rows } of added) {
    for (const row of rows) {
      row.forEach((value, column) => {
        if (value === null || ids.has(value) || !/_id$/.test(table.columns[column]?.name ?? '') || !/^\d+$/.test(value)) return;
        ids.set(value, { is: 'new id', number: newIds });
        newIds += 1;
      });
    }
  }
  for (const { table, rows } of added) {
    if (rows.length === 0) continue;
    const { name, columns } = table;
    const cells = rows.map((row) => row.map((value, column) => cellOf(columns[column]?.name ?? '', value, ids)));
    inserted.push({ table: name, columns, rows: cells });
  }
  let accountMoved: Record<string, string> = {};
  let counts: Record<CountName, string> | undefined;
  after.forEach(({ name, key, columns, rows }, index) => {
    for (const [id, row] of rows) {
      const was = before[index]?.rows.get(id);
      const changed = columns.filter(
        ({ name: of }, column) => !MARKS.includes(of) && was !== undefined && was[column] !== row[column],
      );
      if (was === undefined || (changed.length === 0 && name !== 'accounts')) continue;
      const at = (values: readonly (string | null)[], column: string) =>
        values[columns.findIndex((each) => each.name === column)] ?? '';
      if (name === 'accounts') {
        const moved = changed.filter(({ name: column }) => column !== 'chain_head');
        accountMoved = Object.fromEntries(
          moved.map(({ name: column }) => [column, `${BigInt(at(row, column)) - BigInt(at(was, column))}`]),
        );
        counts = Object.fromEntries(COUNTS.map((count) => [count, at(was, count)])) as Record<CountName, string>;
        continue;
      }
      const shown = [columns.find((each) => each.name === key) as Column, ...changed];
      updated.push({
        table: name,
        columns: shown,
        rows: [shown.map((column) => cellOf(column.name, at(row, column.name), ids))],
      });
    }
  });
  if (counts === undefined) throw new Error(`there is no account ${given.accountId}`);
  return { inserted, updated, accountMoved, before: counts, newIds, answer };
}

/** What whoever publishes writes later, and no command. */
const MARKS = ['attempted_at', 'published_at'];

const COUNTED: Readonly<Record<string, CountName>> = {
  version: 'version',
  account_version: 'version',
  sequence: 'last_sequence',
  first_sequence: 'last_sequence',
  last_sequence: 'last_sequence',
  chain_place: 'chain_length',
};

function cellOf(column: string, value: string | null, ids: ReadonlyMap<string, Cell>): Cell {
  if (value === null) return null;
  if (MARKS.includes(column)) return null;
  const known = ids.get(value);
  if (known !== undefined) return known;
  const name = COUNTED[column];
  return name === undefined ? value : { is: 'count', name, value };
}

/** Every row that belongs to the account, of every table that has such. */
async function tablesOf(sql: Sql, accountId: string): Promise<readonly Table[]> {
  const described = await sql<{ table: string; key: string[]; columns: Column[] }[]>`
    select c.relname as table,
        (select array_agg(a.attname::text) from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = any(i.indkey)
          where i.indrelid = c.oid and i.indisprimary) as key,
        json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod)) order by a.attnum)
          filter (where a.attidentity = '') as columns
      from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relkind = 'r' group by c.oid, c.relname
      having bool_or(a.attname = 'account_id') order by c.relname`;
  return Promise.all(
    described.map(async ({ table, key, columns }) => {
      const owner = columns.some(({ name }) => name === 'chain_account_id') ? 'chain_account_id' : 'account_id';
      const cells = columns.map(({ name }) => `"${name}"::text`).join(', ');
      const rows = await sql.unsafe<{ id: string; cells: (string | null)[] }[]>(
        `select concat_ws(' ', ${key.join(', ')}) as id, to_json(array[${cells}]) as cells from ${table} where ${owner} = ${BigInt(accountId)}`,
      );
      return { name: table, key: key[0] ?? '', columns, rows: new Map(rows.map((row) => [row.id, row.cells])) };
    }),
  );
}
