import type { OrderFlag, OrderStatus } from '@margrave/vocabulary';
import type { Order, Position } from './account.ts';
import type { ChangeBuilder } from './change.ts';

/** What is noted with a move. */
interface Noted {
  readonly reason?: string | null;
  readonly flag?: OrderFlag;
}

/** Moves an order on, and tells it. */
export function putStatus(change: ChangeBuilder, order: Order, status: OrderStatus, noted: Noted): Order {
  const flags = noted.flag === undefined ? order.flags : withFlags(order.flags, [noted.flag]);
  const changed = change.putOrder({ ...order, status, flags, reason: noted.reason === undefined ? order.reason : noted.reason });
  change.addEvent({ type: `order.${status}`, order: changed });
  return changed;
}

/** The order is over without a fill that ends it. */
export function end(change: ChangeBuilder, order: Order, status: OrderStatus, noted: Noted): void {
  release(change, putStatus(change, order, status, noted));
}

/** Of an order that is over: its request is answered, and a position that it was closing can be closed again. */
export function release(change: ChangeBuilder, order: Order): void {
  change.noteRequest(order, 'ended');
  freeClosingPosition(change, order);
}

function freeClosingPosition(change: ChangeBuilder, order: Order): void {
  const position: Position | undefined = order.closesPositionId === null ? undefined : change.position(order.closesPositionId);
  if (position === undefined || position.closingOrderId !== order.orderId) return;
  const freed = change.putPosition({ ...position, closingOrderId: null });
  change.addEvent({ type: 'position.changed', position: freed, orderId: order.orderId });
}

/** Each flag once, in the order in which they were earned. */
export const withFlags = (flags: readonly OrderFlag[], more: readonly OrderFlag[]): readonly OrderFlag[] => [
  ...new Set([...flags, ...more]),
];
