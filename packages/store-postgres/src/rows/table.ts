import assert from 'node:assert/strict';
import type { Column } from './column.ts';

/** A table that the store only reads. */
export interface ReadTable<Row> {
  readonly name: string;
  /** A JSON array of the row's fields, which `decode` reads; `alias` is the table's in the query. */
  readonly selected: (alias: string) => string;
  readonly decode: (json: unknown) => Row;
}

export interface Table<Row> extends ReadTable<Row> {
  /** A packed row that belongs to a command of a batch, counted from 1. */
  readonly pack: (commandNumber: number, row: Row) => string;
}

export function defineReadTable<Row>(
  name: string,
  columns: { readonly [Field in keyof Row]-?: Column<Row[Field]> },
): ReadTable<Row> {
  const fields = Object.entries(columns) as [keyof Row, Column<unknown>][];
  return {
    name,
    selected: (alias) => `json_build_array(${fields.map(([, column]) => column.selected(`${alias}.${column.name}`)).join(', ')})`,
    decode: (json) => {
      assert(Array.isArray(json) && json.length === fields.length, `a row of ${name} should have ${fields.length} fields`);
      const row: Partial<Row> = {};
      for (let index = 0; index < fields.length; index += 1) {
        const [field, column] = fields[index]!;
        row[field] = column.decode(json[index]) as Row[keyof Row];
      }
      return row as Row;
    },
  };
}

/** What a field of a packed row can be. */
type Packable = string | bigint | number | boolean | readonly string[] | null;

// The separators of packed rows (migration 6) are control characters, which no text of ours holds.
const FIELD_SEPARATOR = '\x1f';
const ROW_SEPARATOR = '\x1e';
const NULL = '\x1a';
const RESERVED = /[\0\x1a\x1e\x1f]/;
const WORD = /^[a-z][a-z0-9_]*$/;

/** The order of the columns is the order of the fields in a packed row. */
export function defineTable<Row extends { readonly [Field in keyof Row]: Packable }>(
  name: string,
  columns: { readonly [Field in keyof Row]-?: Column<Row[Field]> },
): Table<Row> {
  const fields = Object.keys(columns) as (keyof Row & string)[];
  return {
    ...defineReadTable(name, columns),
    pack: (commandNumber, row) => {
      let packed = commandNumber.toString();
      for (const field of fields) packed += FIELD_SEPARATOR + packField(field, row[field]);
      return packed;
    },
  };
}

function packField(name: string, value: Packable): string {
  if (value === null) return NULL;
  if (typeof value === 'string') {
    assert(!RESERVED.test(value), `${name} holds a control character`);
    return value;
  }
  if (typeof value !== 'object') return value.toString();
  for (const word of value) assert(WORD.test(word), `${name} holds "${word}"`);
  return `{${value.join(',')}}`;
}

export const joinPacked = (rows: readonly string[]): string => rows.join(ROW_SEPARATOR);

/** The rows of a JSON array of arrays; `null`, which json_agg gives for no rows, is none. */
export function decodeRows<Row>(table: ReadTable<Row>, json: unknown): Row[] {
  if (json === null) return [];
  assert(Array.isArray(json), `rows of ${table.name} should be an array`);
  return json.map(table.decode);
}
