import type { Connection } from './connection.ts';
import type { Lease } from './pool.ts';

/**
 * One READ COMMITTED transaction: committed when the work is done, rolled back when it throws. A statement that failed
 * has spoiled the transaction, so its error is thrown even if the work went on.
 */
export async function inTransaction<Value>(lease: Lease, work: (connection: Connection) => Promise<Value>): Promise<Value> {
  const { connection } = lease;
  const failures: unknown[] = [];
  const guarded: Connection = {
    ...connection,
    query: async (text, parameters) => {
      try {
        return await connection.query(text, parameters);
      } catch (error) {
        failures.push(error);
        throw error;
      }
    },
  };
  const budgetMs = Math.ceil(lease.leftMs());
  await connection.script(
    `begin isolation level read committed; set local idle_in_transaction_session_timeout = ${budgetMs}; set local statement_timeout = ${budgetMs}`,
  );
  try {
    const value = await work(guarded);
    if (failures.length > 0) throw failures[0];
    lease.commits();
    await connection.query('commit');
    return value;
  } catch (error) {
    if (!connection.isClosed()) await connection.query('rollback');
    throw error;
  }
}
