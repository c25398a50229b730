import type { AdminOperationId, OperationId } from '@margrave/contracts';
import { ok, refuse, type AccountId, type Result } from '@margrave/vocabulary';
import { hash } from 'node:crypto';
import type { PageWanted } from '../app/records.ts';
import type { Fault, Faults } from './requests/faults.ts';

/** Where a page of a list ended: a rank (a time in epoch milliseconds, or a sequence), and the id that tells apart what shares it. */
export interface CursorKeys {
  readonly rank: bigint;
  readonly id: string;
}

/** The query of a list, as its contract declares it; the limit has a default. What else it holds are filters. */
export interface PageQuery {
  readonly cursor?: string;
  readonly limit: number;
}

/** A few characters that stand for one list: its address, its account, its filters. The size of the pages may change on the way. */
export type ListMark = string & { readonly mark: 'list' };

const MARK_DIGITS = 12;

/** Of a list over all accounts. */
export const ALL_ACCOUNTS = 'all';

/** No secret: a cursor is only a position. It keeps a mistake from looking like an answer. */
export function listMark(
  operation: OperationId | AdminOperationId,
  accountId: AccountId | typeof ALL_ACCOUNTS,
  query: PageQuery,
): ListMark {
  const filters = Object.entries(query)
    .filter(([name]) => name !== 'cursor' && name !== 'limit')
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return hash('sha256', JSON.stringify([operation, accountId, filters]), 'hex').slice(0, MARK_DIGITS) as ListMark;
}

const CURSOR = /^(\d{1,18})-(\d{1,18})-([0-9a-f]{12})$/;
/** The last millisecond that a date can name; no sequence gets that far either. */
const RANK_MAX = 8_640_000_000_000_000n;

/** The keys as the books read and write them. */
export const keysText = ({ rank, id }: CursorKeys): string => `${rank}-${id}`;

/** The cursor that a client is given: where the list goes on, and which list that is. Null after the last page. */
export const givenCursor = (mark: ListMark, next: string | null): string | null => next && `${next}-${mark}`;

const UNKNOWN: Fault = {
  place: 'cursor',
  rule: 'must be the nextCursor of the page before',
  sentence: 'cursor is none that was given out here; it must be the nextCursor of the page before.',
};

const OF_ANOTHER_LIST: Fault = {
  place: 'cursor',
  rule: 'must be the nextCursor of the page before, of this very list',
  sentence: 'cursor was given out for another list; it goes on where it was given, with the same account, address and filters.',
};

/** The keys of a cursor that someone sends back, who may have changed it or brought it to another list. */
export function readCursor(mark: ListMark, text: string): Result<CursorKeys, Faults> {
  const [, rank = '', id = '', givenMark] = CURSOR.exec(text) ?? [];
  if (id === '' || BigInt(rank) > RANK_MAX) return refuse([UNKNOWN]);
  return givenMark === mark ? ok({ rank: BigInt(rank), id }) : refuse([OF_ANOTHER_LIST]);
}

/** The page that a query asks for. */
export function pageWanted(mark: ListMark, { cursor, limit }: PageQuery): Result<PageWanted, Faults> {
  if (cursor === undefined) return ok({ cursor: null, limit });
  const keys = readCursor(mark, cursor);
  return keys.ok ? ok({ cursor: keysText(keys.value), limit }) : keys;
}
