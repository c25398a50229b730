import type { Connection } from '../connection/connection.ts';

/** How many ids a leased block has. */
export const ID_BLOCK_SIZE = 1_000;

/** The first ids of so many blocks of `ID_BLOCK_SIZE` ids, which nobody else will ever get. */
export async function leaseIds(connection: Connection, blocks: number): Promise<bigint[]> {
  const rows = await connection.query("select nextval('id_blocks') as block from generate_series(1, $1::integer)", [blocks]);
  return rows.map((row) => (row['block'] as bigint) * BigInt(ID_BLOCK_SIZE));
}

/** A number greater than any given before: of a market-data instance that becomes the active one. */
export async function nextQuoteGeneration(connection: Connection): Promise<bigint> {
  const [row] = await connection.query("select nextval('quote_generations') as generation");
  return row?.['generation'] as bigint;
}
