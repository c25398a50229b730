import type { Flow, Fraction, GroupId, LotsE8, MoneyE8, ProviderName, Rounding, SymbolName } from '@margrave/vocabulary';

/**
 * Each slice of a leg's lots has its own leverage, which never rises from one slice to the next and never exceeds the account's
 * own; the last slice is unbounded (`upToLotsE8: null`).
 */
export interface LeverageTier {
  readonly upToLotsE8: LotsE8 | null;
  readonly leverage: bigint;
}

/** Commission is money of the account already; it is charged per deal, when the deal is booked. */
export type CommissionTerms =
  | { readonly kind: 'none' }
  | { readonly kind: 'per_lot'; readonly perLotE8: MoneyE8; readonly on: 'entry' | 'exit' | 'both'; readonly minimumE8: MoneyE8 };

/** How the two legs of one symbol make one margin on a hedging account (FORMULAS.md). */
export type HedgingMargin = { readonly kind: 'larger_leg' } | { readonly kind: 'hedged_rate'; readonly hedgedRate: Fraction };

/** The named settings on which public sources disagree (FORMULAS.md), with one choice each. */
export interface MarginPolicies {
  readonly hedgingMargin: HedgingMargin;
  /** Empty: the account's own leverage for any volume. */
  readonly leverageTiers: readonly LeverageTier[];
  /** What counts of floating profit and loss in equity. */
  readonly floating: 'use_all' | 'losses_only' | 'ignore';
  /** Conversion by the side that is worse for the client, or by the middle. */
  readonly conversion: 'conservative' | 'mid';
  /** What a resting order holds back while it waits: nothing, or the margin it would take at its price. */
  readonly pendingMargin: 'none' | 'full';
  /** How booked and shown money meets the currency's minor unit. */
  readonly moneyRounding: Extract<Rounding, 'half_away' | 'half_even' | 'down'>;
}

/** What a group's accounts have in common. Configuration. */
export interface Group {
  readonly groupId: GroupId;
  readonly flow: Flow;
  /** The provider of the provider flow; null in a local group. */
  readonly provider: ProviderName | null;
  readonly symbols: ReadonlyMap<SymbolName, GroupSymbol>;
  readonly commission: CommissionTerms;
  readonly policies: MarginPolicies;
  /** Fractions: 1 is 100 %. */
  readonly marginCallLevel: Fraction;
  readonly stopOutLevel: Fraction;
  /** The most orders in flight and open positions that an account may have; see `countOrders`. */
  readonly ordersMax: number;
}

/** One symbol as a group sees it; a symbol that is not listed is not permitted. */
export interface GroupSymbol {
  readonly markupPoints: bigint;
  /** The most lots of it that an account may hold on one side, orders in flight included; null where only margin bounds it. */
  readonly exposureMaxE8: LotsE8 | null;
}
