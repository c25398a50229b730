import assert from 'node:assert/strict';
import type { Row } from '../connection/connection.ts';

const DIGITS = /^\d+$/;

/** A PostgreSQL array literal of ids. */
export function idArray(ids: readonly (string | bigint)[]): string {
  const texts = ids.map(String);
  for (const text of texts) assert(DIGITS.test(text), `"${text}" is not an id`);
  return `{${texts.join(',')}}`;
}

/** The JSON of a column; `null` stays null. */
export function jsonOf(row: Row | undefined, column: string): unknown {
  const text = row?.[column] ?? null;
  if (text === null) return null;
  assert(typeof text === 'string', `column ${column} should be JSON`);
  return JSON.parse(text);
}

/** The JSON of a column of every row. */
export const jsonOfEach = (rows: readonly Row[], column: string): unknown[] => rows.map((row) => jsonOf(row, column));
