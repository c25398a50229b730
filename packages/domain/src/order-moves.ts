import assert from 'node:assert/strict';
import type { OrderFlag, OrderStatus, RequestId } from '@margrave/vocabulary';
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

/** What becomes of the request of an order that is over: its provider has said all, or still owes an answer. */
type LastWord = 'said' | 'owed';

/** The order is over without a fill that ends it. */
export function end(change: ChangeBuilder, order: Order, status: OrderStatus, noted: Noted, lastWord: LastWord = 'said'): void {
  release(change, putStatus(change, order, status, noted), lastWord);
}

/**
 * Of an order that is over: a position that it was closing can be closed again, unless another order is at it. Its request is
 * answered; while its provider still owes a word, it is asked for it, again and again.
 */
export function release(change: ChangeBuilder, order: Order, lastWord: LastWord = 'said'): void {
  if (lastWord === 'said') change.noteRequest(order, 'ended');
  else ask(change, order);
  freeClosingPosition(change, order);
}

/** The provider is to say all reports of the order again, and then how it stands. */
export function ask(change: ChangeBuilder, order: Order): void {
  assert(order.requestId, `order ${order.orderId} was never sent to a provider`);
  change.noteRequest(order, 'asked');
  change.instruct({ kind: 'status', requestId: change.nextId<RequestId>(), order, originalRequestId: order.requestId });
}

function freeClosingPosition(change: ChangeBuilder, order: Order): void {
  const position: Position | undefined = order.closesPositionId === null ? undefined : change.position(order.closesPositionId);
  if (position === undefined || position.closingOrderId !== order.orderId) return;
  // One that had been given up may have come back meanwhile, and is closing it too.
  const other = change.liveOrders().find(({ closesPositionId }) => closesPositionId === position.positionId);
  const freed = change.putPosition({ ...position, closingOrderId: other?.orderId ?? null });
  change.addEvent({ type: 'position.changed', position: freed, orderId: order.orderId });
}

/** Each flag once, in the order in which they were earned. */
export const withFlags = (flags: readonly OrderFlag[], more: readonly OrderFlag[]): readonly OrderFlag[] => [
  ...new Set([...flags, ...more]),
];
