import { createHash } from 'node:crypto';

/** The tables whose rows are chained. */
export type ChainedTable = 'decisions' | 'ledger_entries';

/**
 * What is hashed of a row, form 1: its columns as text, in the order that docs/adr/0014-hash-chains.md gives, joined by unit
 * separators (U+001F), a missing one as a substitute (U+001A); no column of an honest row holds either.
 */
const FORM = '1';
const UNIT = '\x1f';

/** What the first link of an account follows. */
export const beginningOf = (accountId: string): Buffer => Buffer.from(`${FORM}${UNIT}${accountId}`);

/**
 * SHA-256 over what comes before and the row.
 *
 * @param place of the row in its account's chain, from 1.
 * @param columns joined, as above.
 */
export const linkAfter = (before: Buffer, place: bigint, table: ChainedTable, columns: string): Buffer =>
  createHash('sha256').update(before).update(`${UNIT}${place}${UNIT}${table}${UNIT}${columns}`).digest();
