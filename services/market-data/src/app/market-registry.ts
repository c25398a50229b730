import type { Group, Instrument } from '@margrave/domain';

/** What this service needs to know of an instrument. */
export type MarketInstrument = Pick<
  Instrument,
  'symbol' | 'class' | 'digits' | 'tickE8' | 'sessions' | 'spikeLimit' | 'staleLimitMs'
>;

/** What it needs to know of a group: how much is put on the prices of which symbols. */
export type MarketGroup = Pick<Group, 'groupId' | 'symbols'>;

/** Configuration as the store has it. */
export interface MarketRegistry {
  readonly instruments: readonly MarketInstrument[];
  readonly groups: readonly MarketGroup[];
}
