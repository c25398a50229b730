import type {
  ClientOrderId,
  ExecutionType,
  LotsE8,
  OrderId,
  OrderStatus,
  OrderType,
  PositionId,
  PriceE8,
  ProviderName,
  RequestId,
  SettlementDoubt,
  Side,
  StaffRole,
  SymbolName,
  TimeInForce,
} from '@margrave/vocabulary';
import type { WantedProtection } from './account.ts';
import type { DecisionRecord } from './decision-record.ts';

/** A client opens a position: at the market, or at a price that is waited for. */
export interface PlaceOrder {
  readonly kind: 'place';
  /** Null where one request brings a symbol to a target. */
  readonly clientOrderId: ClientOrderId | null;
  readonly symbol: SymbolName;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly limitPriceE8: PriceE8 | null;
  readonly stopPriceE8: PriceE8 | null;
  /** Of a `gtd` order, and of no other. */
  readonly expiresAtMs: number | null;
  readonly protection: WantedProtection;
  readonly volumeE8: LotsE8;
  /** How much worse than the quote a provider may fill it; null for the instrument's default. */
  readonly maxDeviationE8: PriceE8 | null;
  /** It closes what is open on the other side, and opens nothing. */
  readonly reduceOnly: boolean;
}

/** A client closes a position, or a part of it. */
export interface ClosePosition {
  readonly kind: 'close';
  /** Null where one request closes many. */
  readonly clientOrderId: ClientOrderId | null;
  readonly positionId: PositionId;
  /** Null for the whole of it, however much that is. */
  readonly volumeE8: LotsE8 | null;
}

/** A client closes two opposite positions of a symbol against each other. */
export interface CloseBy {
  readonly kind: 'close_by';
  readonly clientOrderId: ClientOrderId;
  readonly positionId: PositionId;
  readonly byPositionId: PositionId;
}

/** A client takes back an order that rests. */
export interface CancelOrder {
  readonly kind: 'cancel';
  readonly orderId: OrderId;
}

/** A client wants an order that rests to be another; what is null stays as it is. */
export interface ReplaceOrder {
  readonly kind: 'replace';
  readonly orderId: OrderId;
  readonly volumeE8: LotsE8 | null;
  readonly limitPriceE8: PriceE8 | null;
  readonly stopPriceE8: PriceE8 | null;
  readonly lifetime: { readonly timeInForce: TimeInForce; readonly expiresAtMs: number | null } | null;
  /** The parts of it that are to be others; null for none. */
  readonly protection: Partial<WantedProtection>;
}

/** The price reached what a resting order waits for. */
export interface TriggerOrder {
  readonly kind: 'trigger';
  readonly orderId: OrderId;
  /** The order's version that was waited with: an order that has changed since then is waited for anew. */
  readonly armedVersion: bigint;
}

/** A client sets what a position is protected by; what is not named stays as it is. */
export interface ProtectPosition {
  readonly kind: 'protect';
  readonly positionId: PositionId;
  readonly protection: Partial<WantedProtection>;
  /** How far a stop is to follow the price behind; null for none any more, undefined where it stays as it is. */
  readonly trailingDistanceE8?: PriceE8 | null;
}

/** The price reached a level that a position is protected by. */
export type TriggerProtection = {
  readonly kind: 'trigger_protection';
  readonly positionId: PositionId;
  /** The position's version that was waited with: one that has changed since then is waited for anew. */
  readonly armedVersion: bigint;
} & ProtectionReached;

/** Where a trailing stop stood, who watches prices knows: further than what is kept of it, or there. */
export type ProtectionReached =
  { readonly level: 'stop_loss' | 'take_profit' } | { readonly level: 'trailing_stop'; readonly levelE8: PriceE8 };

/** The price went so far in favour of a position that what its trailing stop follows is to be kept anew. */
export interface TrailStop {
  readonly kind: 'trail';
  readonly positionId: PositionId;
  /** The best price at which the position could have been closed. */
  readonly bestE8: PriceE8;
  readonly armedVersion: bigint;
}

/** The time of a resting order is over. */
export interface ExpireOrder {
  readonly kind: 'expire';
  readonly orderId: OrderId;
}

/** A provider reports on an order of the account. */
export interface ApplyReport {
  readonly kind: 'report';
  readonly orderId: OrderId;
  readonly provider: ProviderName;
  readonly executionId: string;
  /** The request reported on: the one that carries the order, or a status request about it. */
  readonly requestId: RequestId;
  readonly executionType: ExecutionType;
  /** What the provider says it traded, by our name of it; undefined where we list no such instrument at that provider. */
  readonly symbol: SymbolName | undefined;
  readonly side: Side;
  /** Of this report alone; with `lastPriceE8` for fills. */
  readonly lastVolumeE8: LotsE8 | null;
  readonly lastPriceE8: PriceE8 | null;
  /** For a status report: what the provider says the order is, and how much of it has been filled. */
  readonly orderStatus: ReportedStatus | null;
  readonly cumulativeVolumeE8: LotsE8 | null;
  readonly reason: string | null;
}

export type ReportedStatus = 'never_seen' | Exclude<OrderStatus, 'denied' | 'queued' | 'unknown'>;

/** The provider has been silent about an order for longer than its limit, or owes a word about one that is over. */
export interface NoteSilence {
  readonly kind: 'silence';
  readonly orderId: OrderId;
}

/** The order was withdrawn before it left: the stream has its withdrawal in its place. */
export interface WithdrawOrder {
  readonly kind: 'withdraw';
  readonly orderId: OrderId;
}

/** One execution as a provider stated it to a person. */
export interface StatedExecution {
  /** The provider's own id of it: its report of the same execution, if one comes after all, changes nothing. */
  readonly executionId: string;
  readonly volumeE8: LotsE8;
  /** The provider's price, before any markup. */
  readonly priceE8: PriceE8;
  /** When it was executed, in the words of the statement; kept and not reckoned with. */
  readonly executedAt: string;
}

/** Who acts for the house, and in which role. */
export interface Operator {
  readonly name: string;
  readonly role: StaffRole;
}

/**
 * A named operator knows what became of an unknown order: these executions and no more, or none at all. What was not executed is
 * at an end.
 */
export interface SettleOrder {
  readonly kind: 'settle';
  readonly orderId: OrderId;
  /** The order's version that the operator looked at: of what was reported since then he knew nothing. */
  readonly orderVersion: bigint;
  readonly operator: Operator;
  readonly reason: string;
  readonly executions: readonly StatedExecution[];
  readonly confirmed: readonly SettlementDoubt[];
}

/** A client wanted several things, and nothing is done: of all or none one is denied, or there is nothing to do. That is kept. */
export interface NoteBasket {
  readonly kind: 'note_basket';
  /** The decision that denied one of them, on what those before it would have left. */
  readonly because: DecisionRecord | null;
}

/** Everything that changes an account today. */
export type Command =
  | PlaceOrder
  | ClosePosition
  | CloseBy
  | CancelOrder
  | ReplaceOrder
  | TriggerOrder
  | ProtectPosition
  | NoteBasket
  | TriggerProtection
  | TrailStop
  | ExpireOrder
  | ApplyReport
  | NoteSilence
  | WithdrawOrder
  | SettleOrder;
