import type {
  AccountId,
  AccountMode,
  AccountStatus,
  AccountType,
  ActionId,
  ClientOrderId,
  Currency,
  DealId,
  DecisionId,
  EntryId,
  EventType,
  Flow,
  GroupId,
  JournalId,
  LedgerKind,
  LotsE8,
  MoneyE8,
  OrderId,
  OrderOrigin,
  OrderStatus,
  OrderType,
  PositionId,
  PriceE8,
  ProviderName,
  RequestId,
  RequestKind,
  Side,
  StaffRole,
  SymbolName,
  TimeInForce,
} from '@margrave/vocabulary';

/**
 * What the store keeps, one interface a table. The store does not know the domain: `json` fields are opaque to it.
 * Amounts are e8; `…NotionalE16` is lots × price (e16); times are database time in epoch milliseconds.
 */
export interface AccountRow {
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
  readonly marginExecutedE8: MoneyE8;
  readonly marginTotalE8: MoneyE8;
  /** One more with every commit on the account; the compare-and-set. */
  readonly version: bigint;
  /** Sequence of the account's newest event. */
  readonly lastSequence: bigint;
}

export interface OrderRow {
  readonly orderId: OrderId;
  readonly accountId: AccountId;
  readonly clientOrderId: ClientOrderId | null;
  readonly symbol: SymbolName;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  /** The worst client price of a limit order. */
  readonly limitPriceE8: PriceE8 | null;
  /** The client price that a stop order waits for. */
  readonly stopPriceE8: PriceE8 | null;
  /** From this moment on it is not executed. */
  readonly expiresAtMs: number | null;
  /** When the price reached what it waited for. */
  readonly triggeredAtMs: number | null;
  /** It opens nothing; the position that it closes is known once it is executed. */
  readonly reduceOnly: boolean;
  /** What its position is to be protected by; opaque to the store. */
  readonly protectionJson: string | null;
  readonly origin: OrderOrigin;
  readonly volumeE8: LotsE8;
  readonly filledVolumeE8: LotsE8;
  /** Σ lots × client price of the fills. */
  readonly filledNotionalE16: bigint;
  readonly status: OrderStatus;
  readonly flow: Flow;
  readonly provider: ProviderName | null;
  /** The position this order closes; null for an order that opens. */
  readonly closesPositionId: PositionId | null;
  readonly maxDeviationE8: PriceE8 | null;
  /** Added to the provider's price of a buy, taken from that of a sell; pinned when accepted. */
  readonly markupE8: PriceE8;
  /** The worst client price the reservation covers; null when nothing is reserved. */
  readonly reservedPriceE8: PriceE8 | null;
  /** Conversion rate of the reservation, margin currency → account currency. */
  readonly reservedRateNumerator: bigint | null;
  readonly reservedRateDenominator: bigint | null;
  readonly requestId: RequestId | null;
  /** Short machine word of why the order ended, e.g. a provider's reject reason. */
  readonly reason: string | null;
  /** Late fill, over-fill, slippage beyond the reservation, … */
  readonly flags: readonly string[];
  readonly decisionId: DecisionId;
  /** The account version of the order's last change. */
  readonly version: bigint;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

export interface PositionRow {
  readonly positionId: PositionId;
  readonly accountId: AccountId;
  readonly symbol: SymbolName;
  readonly side: Side;
  /** Zero once closed. */
  readonly openVolumeE8: LotsE8;
  /** Σ lots × client price of what is open. */
  readonly openNotionalE16: bigint;
  /** What the margin of the open volume is computed from, frozen at the opening; an exact fraction. */
  readonly marginBasisNumerator: bigint;
  readonly marginBasisDenominator: bigint;
  /** Commission parameters pinned at the opening. */
  readonly commissionJson: string;
  readonly flow: Flow;
  readonly provider: ProviderName | null;
  /** Booked profit of what was closed of it: the sum of its deals'. */
  readonly realisedProfitE8: MoneyE8;
  /** What is still to be booked of that profit because it is less than a minor unit. */
  readonly profitRemainderE16: bigint;
  /** Client prices at which it is closed. */
  readonly stopLossE8: PriceE8 | null;
  readonly takeProfitE8: PriceE8 | null;
  readonly trailingDistanceE8: PriceE8 | null;
  readonly trailingBestE8: PriceE8 | null;
  /** The provider's request that opened it. */
  readonly openingRequestId: RequestId | null;
  /** The order in flight that closes it. */
  readonly closingOrderId: OrderId | null;
  readonly openedAtMs: number;
  readonly closedAtMs: number | null;
  readonly version: bigint;
}

export interface DealRow {
  readonly dealId: DealId;
  readonly accountId: AccountId;
  readonly orderId: OrderId;
  readonly positionId: PositionId;
  readonly symbol: SymbolName;
  readonly side: Side;
  readonly entry: 'in' | 'out';
  readonly volumeE8: LotsE8;
  readonly priceE8: PriceE8;
  readonly providerPriceE8: PriceE8 | null;
  /** The client price that triggered the order; null where none did. */
  readonly levelE8: PriceE8 | null;
  readonly profitE8: MoneyE8;
  readonly commissionE8: MoneyE8;
  readonly currency: Currency;
  readonly provider: ProviderName | null;
  readonly executionId: string | null;
  readonly flags: readonly string[];
  /** Sequence of the account event that told of it; lists page by it. */
  readonly sequence: bigint;
  readonly executedAtMs: number;
}

/** Double entry: a row has a client account or a house account, never both; the rows of a journal sum to zero. */
export interface LedgerRow {
  readonly entryId: EntryId;
  readonly journalId: JournalId;
  readonly accountId: AccountId | null;
  readonly house: string | null;
  readonly currency: Currency;
  readonly amountE8: MoneyE8;
  readonly kind: LedgerKind;
  readonly dealId: DealId | null;
  /** For a client's row: sequence of its `ledger.entry` event. */
  readonly sequence: bigint | null;
  readonly bookedAtMs: number;
}

export interface EventRow {
  readonly accountId: AccountId;
  readonly sequence: bigint;
  readonly version: bigint;
  readonly type: EventType;
  readonly atMs: number;
  /** Who caused it: `client`, `provider:lp-a`, `relay`, an operator. */
  readonly by: string;
  readonly dataJson: string;
  /** The order the event tells of, for its history. */
  readonly orderId: OrderId | null;
}

export interface DecisionRow {
  readonly decisionId: DecisionId;
  readonly accountId: AccountId;
  readonly orderId: OrderId | null;
  readonly command: string;
  readonly outcome: 'accepted' | 'denied';
  readonly code: string | null;
  readonly accountVersion: bigint;
  readonly engineVersion: string;
  readonly configurationVersion: bigint;
  readonly recordJson: string;
  readonly decidedAtMs: number;
}

/** A request to a provider; reports are routed by its id. */
export interface RequestRow {
  readonly requestId: RequestId;
  readonly accountId: AccountId;
  readonly orderId: OrderId;
  readonly provider: ProviderName;
  readonly kind: RequestKind;
  readonly originalRequestId: RequestId | null;
  readonly sendBeforeMs: number | null;
  /** When the provider said its last word on the request; null while more is expected, also again when a fill brings the order back. */
  readonly endedAtMs: number | null;
  /** When silence or a status request was last noted; the next status request waits from here. */
  readonly askedAtMs: number | null;
  readonly createdAtMs: number;
}

/** A message to a provider that leaves with the commit. */
export interface MessageRow {
  readonly messageId: string;
  readonly subject: string;
  readonly bodyJson: string;
  readonly requestId: RequestId;
  /** Not to be sent after this moment; the relay withdraws it instead. */
  readonly sendBeforeMs: number | null;
}

/** A client's key of a command and the answer it got: the same key and body get the same answer for ever. */
export interface CommandKeyRow {
  readonly key: string;
  readonly requestHash: string;
  readonly answerStatus: number;
  readonly answerBody: string;
}

/** A provider's execution report that the command applies; stored in the transaction of its effect. */
export interface AppliedExecutionRow {
  readonly provider: ProviderName;
  readonly executionId: string;
  /** Of the report's content, to tell a repetition from a contradiction. */
  readonly contentHash: string;
}

/** What a named operator did to an account, in the transaction of its effect. */
export interface OperatorActionRow {
  readonly actionId: ActionId;
  readonly atMs: number;
  /** The `sub` of his token. */
  readonly operator: string;
  /** The role that permitted it. */
  readonly role: StaffRole;
  readonly kind: 'settle';
  /** In his words. */
  readonly reason: string;
  readonly accountId: AccountId;
  readonly orderId: OrderId;
  /** The account version that it made. */
  readonly accountVersion: bigint;
  readonly decisionId: DecisionId;
  /** What was done, as JSON that is opaque to the store. */
  readonly detailsJson: string;
}

/** Everything one decision changes. The account's version goes from `expectedVersion` to one more. */
export interface CommandRows {
  readonly accountId: AccountId;
  readonly expectedVersion: bigint;
  /** The account after the command. */
  readonly account: AccountRow;
  /** One, or of commands that stand or fall together all of theirs, on the first of them. */
  readonly commandKeys: readonly CommandKeyRow[];
  readonly appliedExecutions: readonly AppliedExecutionRow[];
  readonly operatorAction: OperatorActionRow | null;
  readonly decision: DecisionRow | null;
  /** Rows that are there for the first time. */
  readonly newOrders: readonly OrderRow[];
  readonly newPositions: readonly PositionRow[];
  readonly newRequests: readonly RequestRow[];
  /** Rows as they are after the command, in place of the older ones with the same ids. */
  readonly orders: readonly OrderRow[];
  readonly positions: readonly PositionRow[];
  readonly requests: readonly RequestRow[];
  /** Rows that are only ever added. */
  readonly deals: readonly DealRow[];
  readonly ledger: readonly LedgerRow[];
  readonly events: readonly EventRow[];
  readonly messages: readonly MessageRow[];
}

/** Names an outbox row, so that it can be marked published. */
export type OutboxId = string;

/** What became of one command of a batch, in the batch's order. Only `committed` left anything behind. */
export type CommandResult =
  | {
      readonly outcome: 'committed';
      /** The outbox row that points to the command's events; null when it had none. */
      readonly pointerOutboxId: OutboxId | null;
      /** The outbox rows of the command's messages, in their order. */
      readonly messageOutboxIds: readonly OutboxId[];
    }
  /** The account was at another version, or a command before it in the account's chain was dropped. */
  | { readonly outcome: 'conflict' }
  /** The command key or the execution was used before. */
  | { readonly outcome: 'duplicate' };

/** An account with what decides its margin: orders that are not over and positions that are open. */
export interface AccountAggregateRows {
  readonly account: AccountRow;
  readonly orders: readonly OrderRow[];
  readonly positions: readonly PositionRow[];
}
