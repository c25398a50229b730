import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, sql, type RawBuilder } from 'kysely';
import type { Connection } from '../connection/connection.ts';
import type { ReadTable } from '../rows/table.ts';
import { jsonOfEach } from './sql.ts';

/** The columns that pages filter and sort by; ids travel as decimal strings. */
export interface PagedTables {
  readonly orders: { account_id: string; order_id: string; status: string; symbol: string; created_at: unknown };
  readonly positions: { account_id: string; position_id: string; symbol: string; open_volume_e8: bigint };
  readonly deals: { account_id: string; sequence: string; deal_id: string };
  readonly operator_actions: { action_id: string; account_id: string; at: unknown };
  readonly ledger_entries: { account_id: string | null; sequence: string | null; entry_id: string };
}

/** Builds statements and runs none: they go through the store's own connections, for their deadlines. */
export const builder = new Kysely<PagedTables>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (database) => new PostgresIntrospector(database),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});

/** A whole row of a table as the JSON that `fetchRows` decodes. */
export const wholeRow = <Row>(table: ReadTable<Row>, alias: string): RawBuilder<string> =>
  sql<string>`${sql.raw(table.selected(alias))}`;

interface Compiled {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** Runs a built statement whose column `row` is a `wholeRow`. */
export async function fetchRows<Row>(connection: Connection, table: ReadTable<Row>, compiled: Compiled): Promise<Row[]> {
  const rows = await connection.query(compiled.sql, compiled.parameters as readonly string[]);
  return jsonOfEach(rows, 'row').map(table.decode);
}
