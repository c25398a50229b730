/** The closed lists that both the contracts and the domain speak; each word follows FIX or MT5. */

export const SIDES = ['buy', 'sell'] as const;
export type Side = (typeof SIDES)[number];
export const oppositeSide = (side: Side): Side => (side === 'buy' ? 'sell' : 'buy');

export const ORDER_TYPES = ['market', 'limit', 'stop', 'stop_limit'] as const;
export type OrderType = (typeof ORDER_TYPES)[number];

export const TIMES_IN_FORCE = ['gtc', 'day', 'gtd', 'ioc', 'fok'] as const;
export type TimeInForce = (typeof TIMES_IN_FORCE)[number];

/** What made an order: a client, or what it had set for its position. */
export const ORDER_ORIGINS = ['client', 'stop_loss', 'take_profit', 'trailing_stop'] as const;
export type OrderOrigin = (typeof ORDER_ORIGINS)[number];

export const ORDER_STATUSES = [
  'denied',
  'queued',
  'working',
  'partially_filled',
  'filled',
  'rejected',
  'cancelled',
  'expired',
  'unknown',
] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

/** What of an execution a reader of the books should look at twice. */
export const DEAL_FLAGS = ['late_fill', 'overfill', 'slipped_beyond_reservation', 'stale_rate', 'settled_by_operator'] as const;
export type DealFlag = (typeof DEAL_FLAGS)[number];

/** The same of an order: the flags of its deals, and what else became of it. */
export const ORDER_FLAGS = [...DEAL_FLAGS, 'contradictory_report'] as const;
export type OrderFlag = (typeof ORDER_FLAGS)[number];

/** Why the house moved an order that a provider had said nothing of. */
export const HOUSE_REASONS = [
  'provider_silent',
  'not_sent_in_time',
  'settled_by_operator',
  'cancelled_by_client',
  'expiry_passed',
  'price_not_reached',
] as const;
export type HouseReason = (typeof HOUSE_REASONS)[number];

export const FLOWS = ['local', 'provider'] as const;
export type Flow = (typeof FLOWS)[number];

export const ACCOUNT_TYPES = ['live', 'demo'] as const;
export type AccountType = (typeof ACCOUNT_TYPES)[number];

export const ACCOUNT_MODES = ['hedging', 'netting'] as const;
export type AccountMode = (typeof ACCOUNT_MODES)[number];

export const ACCOUNT_STATUSES = ['active', 'close_only', 'suspended'] as const;
export type AccountStatus = (typeof ACCOUNT_STATUSES)[number];

export const INSTRUMENT_CLASSES = ['fx', 'metal', 'index', 'energy', 'crypto', 'share'] as const;
export type InstrumentClass = (typeof INSTRUMENT_CLASSES)[number];

export const TRADE_MODES = ['full', 'close_only', 'disabled'] as const;
export type TradeMode = (typeof TRADE_MODES)[number];

export const LEDGER_KINDS = ['deposit', 'withdrawal', 'profit', 'commission', 'swap', 'adjustment'] as const;
export type LedgerKind = (typeof LEDGER_KINDS)[number];

export const EVENT_TYPES = [
  'order.accepted',
  'order.denied',
  'order.queued',
  'order.working',
  'order.partially_filled',
  'order.filled',
  'order.rejected',
  'order.cancelled',
  'order.expired',
  'order.unknown',
  'order.replaced',
  'order.triggered',
  'position.opened',
  'position.changed',
  'position.closed',
  'ledger.entry',
  'margin.changed',
  'margin.call.entered',
  'margin.call.left',
  'stop_out',
  'account.changed',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** What a provider can report of a request (WIRE.md). */
export const EXECUTION_TYPES = [
  'new',
  'partial_fill',
  'fill',
  'rejected',
  'cancelled',
  'replaced',
  'expired',
  'status',
  'trade_cancel',
  'trade_correct',
] as const;
export type ExecutionType = (typeof EXECUTION_TYPES)[number];

export const REQUEST_KINDS = ['new', 'cancel', 'replace', 'close', 'protect', 'status'] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];

/** Why we, not a provider, refused an order. Closed: a new code comes with the rule that needs it. */
export const DENIAL_CODES = [
  'MARGIN_EXCEEDS_FREE',
  'PRICE_STALE',
  'PRICE_UNAVAILABLE',
  'PRICE_MOVED',
  'CONVERSION_RATE_MISSING',
  'SYMBOL_UNKNOWN',
  'SYMBOL_NOT_PERMITTED',
  'SESSION_CLOSED',
  'TRADE_MODE_FORBIDS',
  'VOLUME_TOO_SMALL',
  'VOLUME_TOO_LARGE',
  'VOLUME_OFF_STEP',
  'VOLUME_NOT_CLOSABLE',
  'PRICE_OFF_TICK',
  'PRECISION_EXCEEDED',
  'STOP_TOO_CLOSE',
  'STOP_WRONG_SIDE',
  'LEVEL_FROZEN',
  'EXPIRY_PASSED',
  'FIELD_NOT_APPLICABLE',
  'ACCOUNT_NOT_ACTIVE',
  'ACCOUNT_CLOSE_ONLY',
  'POSITION_NOT_OPEN',
  'POSITION_ALREADY_CLOSING',
  'NOTHING_TO_REDUCE',
  'POSITIONS_NOT_OPPOSITE',
  'ORDER_NOT_WORKING',
  'LIMIT_ORDERS_EXCEEDED',
  'LIMIT_EXPOSURE_EXCEEDED',
  'PRICE_OUTSIDE_COLLAR',
  'DUPLICATE_THROTTLED',
  'KILL_SWITCH',
  'PROVIDER_UNAVAILABLE',
] as const;
export type DenialCode = (typeof DENIAL_CODES)[number];

/** Why an order was not settled by an operator. Nothing is kept of the attempt but a line of the log. */
export const SETTLEMENT_CODES = [
  'ORDER_NOT_UNKNOWN',
  'ORDER_CHANGED',
  'EXECUTION_ALREADY_BOOKED',
  'EXECUTION_NOT_BOOKABLE',
  'OVERFILL_NOT_CONFIRMED',
  'PRICE_NOT_CONFIRMED',
  'RATE_NOT_KNOWN',
] as const;
export type SettlementCode = (typeof SETTLEMENT_CODES)[number];

/** What an operator may insist on where it looks like a slip of the hand. */
export const SETTLEMENT_DOUBTS = ['overfill', 'price'] as const;
export type SettlementDoubt = (typeof SETTLEMENT_DOUBTS)[number];

/** What the broker's own people may be, as their tokens say. */
export const STAFF_ROLES = ['viewer', 'dealer', 'risk', 'admin'] as const;
export type StaffRole = (typeof STAFF_ROLES)[number];
