import type { Sql } from 'postgres';
import { COUNTS, type Captured, type CapturedRows, type Cell, type CountName, type Given } from './captured.ts';

const FIELD = '\x1f';
const RECORD = '\x1e';
const NULL = '\x1a';

type Counts = Record<CountName, bigint>;

/**
 * Writes what was captured once more for each copy of a batch: in one statement, packed as the product packs its rows, and without
 * looking at anything. Whoever writes the same rows can hardly be faster.
 */
export async function createWriter(sql: Sql, captured: Captured): Promise<(batch: readonly Given[]) => Promise<void>> {
  const { inserted, updated, accountMoved, before } = captured;
  const columns = Object.keys(accountMoved);
  const tables = [...inserted, ...updated];
  const statement = statementOf(inserted, updated, columns);
  const counts = new Map<string, Counts>();
  const [leased] = await sql<{ next: string }[]>`select (1000 * nextval('id_blocks'))::text as next`;
  // A sequence of the database of its own: no other program gives ids out here.
  let nextId = BigInt(leased?.next ?? 0) * 1_000n;

  const load = async (accountIds: readonly string[]): Promise<void> => {
    const rows = await sql<{ id: string; version: string; sequence: string; length: string }[]>`
      select account_id::text as id, version::text, last_sequence::text as sequence, chain_length::text as length
        from accounts where account_id = any(${`{${accountIds.join()}}`}::bigint[])`;
    for (const { id, version, sequence, length } of rows) {
      counts.set(id, { version: BigInt(version), last_sequence: BigInt(sequence), chain_length: BigInt(length) });
    }
  };

  return async (batch) => {
    const cold = batch.filter(({ accountId }) => !counts.has(accountId)).map(({ accountId }) => accountId);
    if (cold.length > 0) await load(cold);
    const packed = tables.map(() => [] as string[]);
    const moved = new Map<string, bigint[]>();
    for (const copy of batch) {
      const count = counts.get(copy.accountId);
      if (count === undefined) throw new Error(`there is no account ${copy.accountId}`);
      const firstId = nextId;
      nextId += BigInt(captured.newIds);
      const text = (cell: Cell): string => {
        if (cell === null) return NULL;
        if (typeof cell === 'string') return cell;
        if (cell.is === 'given') return copy[cell.name] ?? NULL;
        if (cell.is === 'new id') return `${firstId + BigInt(cell.number)}`;
        return `${count[cell.name] + BigInt(cell.value) - BigInt(before[cell.name])}`;
      };
      tables.forEach(({ rows }, table) => {
        for (const row of rows) packed[table]?.push(row.map(text).join(FIELD));
      });
      const by = moved.get(copy.accountId) ?? columns.map(() => 0n);
      moved.set(
        copy.accountId,
        by.map((sum, column) => sum + BigInt(accountMoved[columns[column] ?? ''] ?? 0)),
      );
      for (const name of COUNTS) count[name] += BigInt(accountMoved[name] ?? 0);
    }
    const accounts = [...moved].map(([accountId, by]) => [accountId, ...by].join(FIELD));
    await sql.unsafe(
      statement,
      [...packed, accounts].map((lines) => lines.join(RECORD)),
      { prepare: true },
    );
  };
}

function statementOf(inserted: readonly CapturedRows[], updated: readonly CapturedRows[], moved: readonly string[]): string {
  const field = (type: string, index: number): string => `f[${index + 1}]::${type}`;
  const inserts = inserted.map(({ table, columns }, index) => {
    const names = columns.map(({ name }) => `"${name}"`).join(', ');
    const values = columns.map(({ type }, column) => field(type, column)).join(', ');
    return `i${index} as (insert into ${table} (${names}) select ${values} from packed_rows($${index + 1}) f)`;
  });
  const updates = updated.map(({ table, columns: [key, ...changed] }, index) => {
    const set = changed.map(({ name, type }, column) => `"${name}" = ${field(type, column + 1)}`).join(', ');
    const rows = `packed_rows($${inserted.length + index + 1}) f`;
    return `u${index} as (update ${table} t set ${set} from ${rows} where t."${key?.name}" = f[1]::bigint)`;
  });
  const sums = moved.map((name, index) => `"${name}" = a."${name}" + f[${index + 2}]::bigint`).join(', ');
  const accounts = `packed_rows($${inserted.length + updated.length + 1}) f`;
  return `with ${[...inserts, ...updates].join(', ')}
    update accounts a set ${sums} from ${accounts} where a.account_id = f[1]::bigint`;
}
