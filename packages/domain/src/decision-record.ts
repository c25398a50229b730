import type { DecisionId, Fraction, LotsE8, MoneyE8, OrderId, PriceE8, Side, SymbolName } from '@margrave/vocabulary';
import type { Denial } from './denial.ts';

/** Raised whenever the same inputs could lead to another decision. */
export const ENGINE_VERSION = '1';

/** The market a decision rested on. */
export interface QuoteUsed {
  readonly symbol: SymbolName;
  readonly bidE8: PriceE8;
  readonly askE8: PriceE8;
  readonly ageMs: number;
  readonly sequence: bigint;
}

/** What the check of FORMULAS.md was made with; `null` where it could not be reckoned and was not needed. */
export interface CheckRecord {
  readonly equityE8: MoneyE8 | null;
  readonly marginTotalBeforeE8: MoneyE8;
  readonly marginTotalAfterE8: MoneyE8;
  readonly freeBeforeE8: MoneyE8 | null;
  readonly commissionE8: MoneyE8;
  readonly freeAfterE8: MoneyE8 | null;
}

/** Why an order was accepted or denied: kept for ever with the order. */
export interface DecisionRecord {
  readonly decisionId: DecisionId;
  readonly orderId: OrderId;
  readonly command: 'place' | 'close';
  readonly denial: Denial | null;
  readonly engineVersion: string;
  readonly configurationVersion: bigint;
  /** The account version decided on. */
  readonly accountVersion: bigint;
  readonly symbol: SymbolName;
  readonly side: Side;
  readonly volumeE8: LotsE8;
  readonly priceE8: PriceE8 | null;
  readonly unitBasis: Fraction | null;
  readonly leverage: bigint;
  readonly conversionPath: readonly SymbolName[];
  readonly check: CheckRecord | null;
  readonly quotes: readonly QuoteUsed[];
  readonly decidedAtMs: number;
}
