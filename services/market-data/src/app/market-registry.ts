import type { Group, GroupSymbol, Instrument } from '@margrave/domain';
import type { SymbolName } from '@margrave/vocabulary';

/** What this service needs to know of an instrument. */
export type MarketInstrument = Pick<
  Instrument,
  'symbol' | 'class' | 'digits' | 'tickE8' | 'sessions' | 'spikeLimit' | 'staleLimitMs'
>;

/** What it needs to know of a group: how much is put on the prices of which symbols. */
export interface MarketGroup extends Pick<Group, 'groupId'> {
  readonly symbols: ReadonlyMap<SymbolName, Pick<GroupSymbol, 'markupPoints'>>;
}

/** Configuration as the store has it. */
export interface MarketRegistry {
  readonly instruments: readonly MarketInstrument[];
  readonly groups: readonly MarketGroup[];
}
