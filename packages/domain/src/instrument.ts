import type { Currency, Fraction, InstrumentClass, LotsE8, PriceE8, SymbolName, TradeMode } from '@margrave/vocabulary';
import type { Sessions } from './sessions.ts';

/** What can be traded. Configuration, loaded from the store and never changed by a decision. */
export interface Instrument {
  readonly symbol: SymbolName;
  readonly class: InstrumentClass;
  readonly baseCurrency: Currency;
  readonly quoteCurrency: Currency;
  /** Units of the base per lot. */
  readonly contractSize: bigint;
  /** Decimals of a price; a point is one unit of the last of them. */
  readonly digits: number;
  readonly tickE8: PriceE8;
  readonly volumeMinE8: LotsE8;
  readonly volumeMaxE8: LotsE8;
  readonly volumeStepE8: LotsE8;
  /** Leverage of an account is capped by this; null for no cap. */
  readonly leverageCap: bigint | null;
  readonly tradeMode: TradeMode;
  readonly sessions: Sessions;
  /** A quote silent for longer than this, while the session is open, is stale. */
  readonly staleLimitMs: number;
  /** A tick further than this fraction from the last quote is a spike until others agree. */
  readonly spikeLimit: Fraction;
  /** Reserved, and sent to the provider, when a market order names no deviation of its own. */
  readonly defaultDeviationPoints: bigint;
  /** How far from the market a stop, a stop loss and a take profit must be when they are set. */
  readonly stopDistanceMinPoints: bigint;
  /** How near to the market a level that is waited for can be neither changed nor taken back any more. */
  readonly freezeDistancePoints: bigint;
}
