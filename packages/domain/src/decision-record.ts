import type { DecisionId, Fraction, LotsE8, MoneyE8, OrderId, PriceE8, Side, SymbolName } from '@margrave/vocabulary';
import type { Order } from './account.ts';
import type { Denial } from './denial.ts';

/** Raised whenever the same inputs could lead to another decision. */
export const ENGINE_VERSION = '2';

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

/** What the limits of the group were held against. */
export interface LimitRecord {
  /** Orders in flight and open positions, before the order and with it. */
  readonly orders: number;
  readonly ordersAfter: number;
  readonly ordersMax: number;
  /** Lots on the order's side of its symbol before the order; see `exposureE8`. */
  readonly exposureE8: LotsE8;
  readonly exposureMaxE8: LotsE8 | null;
}

type Named = 'type' | 'timeInForce' | 'limitPriceE8' | 'stopPriceE8' | 'expiresAtMs' | 'triggeredAtMs' | 'protection';
/** The prices and times that an order, or the protection of a position, names. */
export type AskedTerms = { readonly [Term in Named]?: Order[Term] | undefined } & {
  /** Of the stop that is to follow the price of a position; null to have none any more. */
  readonly trailingDistanceE8?: PriceE8 | null | undefined;
};

/** Why an order was accepted or denied, or what an operator settled it on: kept for ever with the order. */
export interface DecisionRecord {
  readonly decisionId: DecisionId;
  /** Null of what is decided about a position. */
  readonly orderId: OrderId | null;
  readonly command: 'place' | 'close' | 'cancel' | 'replace' | 'protect' | 'trigger' | 'basket' | 'operator_settlement';
  readonly denial: Denial | null;
  readonly engineVersion: string;
  readonly configurationVersion: bigint;
  /** The account version decided on. */
  readonly accountVersion: bigint;
  readonly symbol: SymbolName;
  readonly side: Side;
  readonly volumeE8: LotsE8;
  /** What was asked for besides, where it was more than the market's price. */
  readonly asked: AskedTerms | null;
  readonly priceE8: PriceE8 | null;
  readonly unitBasis: Fraction | null;
  readonly leverage: bigint;
  readonly conversionPath: readonly SymbolName[];
  /** Null for a close, which no limit holds up, and where the order was denied before its limits were looked at. */
  readonly limits: LimitRecord | null;
  readonly check: CheckRecord | null;
  readonly quotes: readonly QuoteUsed[];
  readonly decidedAtMs: number;
}
