import { ORDER_STATUSES, type OrderStatus } from '@margrave/vocabulary';

/** What can happen to an order. `partial_fill` and `fill` are told apart by the volume filled so far, not by what a report calls itself. */
export const ORDER_EVENTS = ['acknowledge', 'partial_fill', 'fill', 'reject', 'cancel', 'expire', 'silence', 'trigger'] as const;
export type OrderEvent = (typeof ORDER_EVENTS)[number];

/**
 * The life of an order, one row a status; what a row does not name changes nothing.
 * However reports are ordered or repeated, the same set of them ends in the same status: a fill outranks every end without
 * one, and of contradictory ends `cancelled` outranks `expired`, which outranks `rejected`.
 */
const NEXT: { readonly [From in OrderStatus]: Readonly<Partial<Record<OrderEvent, OrderStatus>>> } = {
  queued: {
    acknowledge: 'working',
    partial_fill: 'partially_filled',
    fill: 'filled',
    reject: 'rejected',
    cancel: 'cancelled',
    expire: 'expired',
    silence: 'unknown',
  },
  // What rests with us goes to its provider when its price is reached. An order that the provider acknowledged and then forgot is as unknown as one that it never answered.
  working: {
    partial_fill: 'partially_filled',
    fill: 'filled',
    reject: 'rejected',
    cancel: 'cancelled',
    expire: 'expired',
    silence: 'unknown',
    trigger: 'queued',
  },
  partially_filled: {
    partial_fill: 'partially_filled',
    fill: 'filled',
    cancel: 'cancelled',
    expire: 'expired',
    silence: 'unknown',
  },
  // The provider spoke after all.
  unknown: {
    acknowledge: 'working',
    partial_fill: 'partially_filled',
    fill: 'filled',
    reject: 'rejected',
    cancel: 'cancelled',
    expire: 'expired',
  },
  // A fill is a fact: it arrived after we, or the provider, had given the order up. Booked, and flagged late.
  rejected: { partial_fill: 'partially_filled', fill: 'filled', cancel: 'cancelled', expire: 'expired' },
  expired: { partial_fill: 'expired', fill: 'filled', cancel: 'cancelled' },
  cancelled: { partial_fill: 'cancelled', fill: 'filled' },
  // More than was ordered was executed: booked, and flagged as an over-fill.
  filled: { fill: 'filled' },
  // It never left the house: nothing can happen to it.
  denied: {},
};

/** `undefined` where the event changes nothing. */
export const nextOrderStatus = (from: OrderStatus, event: OrderEvent): OrderStatus | undefined => NEXT[from][event];

const OVER: ReadonlySet<OrderStatus> = new Set(
  ORDER_STATUSES.filter((status) => NEXT[status].silence === undefined && status !== 'unknown'),
);

/** Nothing is expected any more; a late fill can still come. */
export const isOver = (status: OrderStatus): boolean => OVER.has(status);

/** The statuses of orders that are not over, for the store's queries. */
export const LIVE_ORDER_STATUSES: readonly OrderStatus[] = ORDER_STATUSES.filter((status) => !OVER.has(status));
