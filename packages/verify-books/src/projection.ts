/** A row as the database shows it: names of columns, and every value as text. */
export type TextRow = Readonly<Record<string, string | null>>;

/** An account as PostgreSQL holds it, with its live orders and open positions, each list by id. */
export interface Projection {
  readonly version: string;
  readonly account: TextRow;
  readonly orders: readonly TextRow[];
  readonly positions: readonly TextRow[];
}

/** An account as Redis holds it. */
export interface CachedAggregate {
  readonly version: string;
  readonly epoch: string;
  /** `{ account, orders, positions }`, fields named like the columns, in camelCase; integers as strings of digits. */
  readonly json: string;
}

/** The hash of an account, from its fields version, epoch and json; `undefined` when they are not what they should be. */
export function readCached([version, epoch, json]: readonly (string | null | undefined)[]): CachedAggregate | undefined {
  if (typeof version !== 'string' || !/^\d{1,19}$/.test(version)) return undefined;
  return typeof epoch === 'string' && typeof json === 'string' ? { version, epoch, json } : undefined;
}

/** The first thing in which the cached account is not what PostgreSQL holds, as a sentence; `undefined` when there is none. */
export function differenceOf(json: string, stored: Projection): string | undefined {
  const cached = parsed(json);
  if (!isRecord(cached)) return 'its json cannot be read';
  const { account, orders, positions, ...others } = cached;
  const [stranger] = Object.keys(others);
  if (stranger !== undefined) return `it has ${stranger}, which PostgreSQL has not`;
  return (
    rowDifference('the account', account, stored.account) ??
    listDifference('order', orders, stored.orders, 'order_id') ??
    listDifference('position', positions, stored.positions, 'position_id')
  );
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function listDifference(what: string, cached: unknown, stored: readonly TextRow[], id: string): string | undefined {
  if (!Array.isArray(cached)) return `its ${what}s are no list`;
  const byId = new Map(cached.map((row: unknown) => [isRecord(row) ? row[fieldOf(id)] : undefined, row]));
  for (const row of stored) {
    const name = row[id];
    if (!byId.has(name)) return `${what} ${String(name)} is missing`;
    const difference = rowDifference(`${what} ${String(name)}`, byId.get(name), row);
    if (difference !== undefined) return difference;
    byId.delete(name);
  }
  if (cached.length === stored.length) return undefined;
  return `it has ${cached.length} ${what}s, ${[...byId.keys()].map(String).join(', ')} among them, PostgreSQL ${stored.length}`;
}

function rowDifference(what: string, cached: unknown, stored: TextRow): string | undefined {
  if (!isRecord(cached)) return `${what} is no row`;
  const fields = new Set(Object.keys(cached));
  for (const [column, value] of Object.entries(stored)) {
    const field = fieldOf(column);
    if (!fields.delete(field)) return `${what} lacks ${field}`;
    const [held, wanted] = [cachedText(column, cached[field]), storedText(column, value)];
    if (held !== wanted) return `${what} has ${field} ${String(held)}, PostgreSQL ${String(wanted)}`;
  }
  const [stranger] = fields;
  return stranger === undefined ? undefined : `${what} has ${stranger}, which PostgreSQL has not`;
}

const isTime = (column: string): boolean => column.endsWith('_at');
/** Columns that hold JSON, which is the same in any order of its fields. */
const JSON_COLUMNS: ReadonlySet<string> = new Set(['commission', 'protection']);
const LIST_COLUMNS: ReadonlySet<string> = new Set(['flags']);

/** The name that a column goes by in the cache: `opened_at` is `openedAtMs`, `balance_e8` is `balanceE8`. */
function fieldOf(column: string): string {
  const name = column.replaceAll(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
  if (isTime(column)) return `${name}Ms`;
  return JSON_COLUMNS.has(column) ? `${name}Json` : name;
}

function cachedText(column: string, value: unknown): string | null {
  if (value === null) return null;
  if (JSON_COLUMNS.has(column)) return typeof value === 'string' ? sorted(parsed(value)) : 'no text';
  return typeof value === 'string' ? value : sorted(value);
}

function storedText(column: string, value: string | null): string | null {
  if (value === null) return null;
  if (isTime(column)) return `${Date.parse(value)}`;
  return JSON_COLUMNS.has(column) || LIST_COLUMNS.has(column) ? sorted(parsed(value)) : value;
}

/** JSON with the fields of every object in one order. */
const sorted = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) => (isRecord(inner) ? sortedFields(inner) : inner)) ?? 'nothing';

const sortedFields = (record: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.keys(record)
      .sort()
      .map((name) => [name, record[name]]),
  );
