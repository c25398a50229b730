import type { Position } from './account.ts';

/** Positions in the order in which they were opened; those of one moment by their ids. An account lists them in no order. */
export const oldestFirst = (positions: readonly Position[]): readonly Position[] =>
  positions.toSorted((a, b) => a.openedAtMs - b.openedAtMs || (BigInt(a.positionId) < BigInt(b.positionId) ? -1 : 1));
