import { ok, refuse, type Result } from '@margrave/vocabulary';
import type { PageWanted } from '../app/records.ts';
import type { Fault, Faults } from './requests/faults.ts';

/** Where a page of a list ended: a rank (a time in epoch milliseconds, or a sequence), and the id that tells apart what shares it. */
export interface CursorKeys {
  readonly rank: bigint;
  readonly id: string;
}

const CURSOR = /^(\d{1,18})-(\d{1,18})$/;
/** The last millisecond that a date can name; no sequence gets that far either. */
const RANK_MAX = 8_640_000_000_000_000n;

export const cursorText = ({ rank, id }: CursorKeys): string => `${rank}-${id}`;

const FAULT: Fault = {
  place: 'cursor',
  rule: 'must be the nextCursor of the page before',
  sentence: 'cursor is none that was given out here; it must be the nextCursor of the page before.',
};

/** The keys of a cursor that someone sends back, who may have changed it. */
export function readCursor(text: string): Result<CursorKeys, Faults> {
  const [, rank = '', id = ''] = CURSOR.exec(text) ?? [];
  if (id === '' || BigInt(rank) > RANK_MAX) return refuse([FAULT]);
  return ok({ rank: BigInt(rank), id });
}

/** The query of a list, as its contract declares it; the limit has a default. */
export interface PageQuery {
  readonly cursor?: string;
  readonly limit: number;
}

/** The page that a query asks for. */
export function pageWanted({ cursor, limit }: PageQuery): Result<PageWanted, Faults> {
  if (cursor === undefined) return ok({ cursor: null, limit });
  const keys = readCursor(cursor);
  return keys.ok ? ok({ cursor, limit }) : keys;
}
