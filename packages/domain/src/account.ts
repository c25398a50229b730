import type {
  AccountId,
  AccountMode,
  AccountStatus,
  AccountType,
  ClientOrderId,
  Currency,
  DecisionId,
  Flow,
  Fraction,
  GroupId,
  LotsE8,
  MoneyE8,
  OrderFlag,
  OrderId,
  OrderOrigin,
  OrderStatus,
  OrderType,
  PositionId,
  PriceE8,
  ProviderName,
  RequestId,
  Side,
  SymbolName,
  TimeInForce,
} from '@margrave/vocabulary';
import type { CommissionTerms } from './group.ts';

/** An account with all that decides its margin. A value: a decision returns the next one. */
export interface Account {
  readonly accountId: AccountId;
  readonly ownerId: string;
  readonly type: AccountType;
  readonly groupId: GroupId;
  readonly currency: Currency;
  readonly leverage: bigint;
  readonly mode: AccountMode;
  readonly status: AccountStatus;
  readonly balanceE8: MoneyE8;
  readonly creditE8: MoneyE8;
  /** Margin of the positions. */
  readonly marginExecutedE8: MoneyE8;
  /** Margin of the positions and the worst of what is in flight; never less than `marginExecutedE8`. */
  readonly marginTotalE8: MoneyE8;
  readonly version: bigint;
  readonly lastSequence: bigint;
  /** Orders that are not over. */
  readonly orders: readonly Order[];
  /** Positions that are open. */
  readonly positions: readonly Position[];
}

/** What an order in flight holds back until the provider has spoken. */
export interface Reservation {
  /** The worst client price that the reservation covers. */
  readonly priceE8: PriceE8;
  /** Margin basis of one unit at that price (see `Position.marginBasis`), in account currency. */
  readonly unitBasis: Fraction;
}

/** A price, or a distance from the price at which the position is opened. */
export type ProtectionLevel =
  { readonly kind: 'price'; readonly priceE8: PriceE8 } | { readonly kind: 'distance'; readonly distanceE8: PriceE8 };

export interface WantedProtection {
  readonly stopLoss: ProtectionLevel | null;
  readonly takeProfit: ProtectionLevel | null;
}

/** An intent to open a position, or to close one: at the market, or at a price that it waits for. */
export interface Order {
  readonly orderId: OrderId;
  /** Null for an order that the house made. */
  readonly clientOrderId: ClientOrderId | null;
  readonly symbol: SymbolName;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  /** The worst client price that a limit order, or a stop-limit order once its stop was reached, is executed at. */
  readonly limitPriceE8: PriceE8 | null;
  /** The client price that a stop or stop-limit order waits for. */
  readonly stopPriceE8: PriceE8 | null;
  /** From this moment on it is not executed. */
  readonly expiresAtMs: number | null;
  /** When the price reached what it waited for; of a stop-limit order its stop. */
  readonly triggeredAtMs: number | null;
  /** It closes what is open on the other side when it is executed, and opens nothing. */
  readonly reduceOnly: boolean;
  /** What the position that it opens is to be protected by. */
  readonly protection: WantedProtection;
  readonly origin: OrderOrigin;
  readonly volumeE8: LotsE8;
  readonly filledVolumeE8: LotsE8;
  /** Σ lots × client price of the fills. */
  readonly filledNotionalE16: bigint;
  readonly status: OrderStatus;
  /** Pinned when accepted, never derived again. */
  readonly flow: Flow;
  readonly provider: ProviderName | null;
  readonly closesPositionId: PositionId | null;
  readonly maxDeviationE8: PriceE8 | null;
  /** Added to the provider's price of a buy and taken from that of a sell; pinned when accepted. */
  readonly markupE8: PriceE8;
  /** Null when nothing is held back: local orders, closes. */
  readonly reservation: Reservation | null;
  /** The provider request that carries the order. */
  readonly requestId: RequestId | null;
  readonly reason: string | null;
  readonly flags: readonly OrderFlag[];
  readonly decisionId: DecisionId;
  readonly version: bigint;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** What is open. On a hedging account one per filled order, on a netting account one per symbol. */
export interface Position {
  readonly positionId: PositionId;
  readonly symbol: SymbolName;
  readonly side: Side;
  readonly openVolumeE8: LotsE8;
  /** Σ lots × client price of what is open: kept instead of an average, which would round. */
  readonly openNotionalE16: bigint;
  /**
   * Σ lots (e8) × unit basis, frozen at the opening; exact. The unit basis is the price of one unit of the margin currency
   * in account currency, times the instrument's price where margin is reckoned in the quote currency. Margin is this times
   * the contract size over the leverage.
   */
  readonly marginBasis: Fraction;
  /** Booked profit of what was closed of it: the sum of its deals'. */
  readonly realisedProfitE8: MoneyE8;
  /** What is still to be booked of that profit because it is less than a minor unit. */
  readonly profitRemainderE16: bigint;
  /** Client prices at which it is closed. */
  readonly stopLossE8: PriceE8 | null;
  readonly takeProfitE8: PriceE8 | null;
  /** Of its trailing stop: how far it stays behind `trailingBestE8`; both are null where there is none. */
  readonly trailingDistanceE8: PriceE8 | null;
  /** The best price at which it could have been closed since then, as far as it is kept (`keptAnewE8`). */
  readonly trailingBestE8: PriceE8 | null;
  /** Pinned at the opening. */
  readonly commission: CommissionTerms;
  readonly flow: Flow;
  readonly provider: ProviderName | null;
  /** The provider request that opened it. */
  readonly openingRequestId: RequestId | null;
  readonly closingOrderId: OrderId | null;
  readonly openedAtMs: number;
  readonly closedAtMs: number | null;
  readonly version: bigint;
}
