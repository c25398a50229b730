import type { ProblemEntry } from './problem-terms.ts';

export type DenialEntry = ProblemEntry<422>;

/** What all refusals by a rule have in common. */
export const DENIED = { status: 422, outcome: 'not-placed', logLevel: 'info' } as const;

/** Meanings that several codes share. */
export const MEANINGS = {
  symbol: 'The symbol.',
  currency: 'The currency of the money here.',
  volume: 'The volume asked for, in lots.',
  volumeMin: 'The smallest volume of an order, in lots.',
  volumeMax: 'The largest volume of an order, in lots.',
  volumeStep: 'Volumes are whole numbers of this, in lots.',
  price: 'The price that was looked at.',
  positionId: 'The position.',
} as const;
