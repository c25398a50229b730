import assert from 'node:assert/strict';
import { ok, refuse, type DenialCode, type HouseReason, type Result } from '@margrave/vocabulary';
import type { Account, Order } from './account.ts';
import { ChangeBuilder, type Change, type DecisionContext, type DraftOrder } from './change.ts';
import type { ExpireOrder, TriggerOrder } from './command.ts';
import type { Denial } from './denial.ts';
import { checkOpening, openingTerms, takeCourse } from './opening.ts';
import { nextOrderStatus } from './order-life.ts';
import { end } from './order-moves.ts';
import { finishRecorded, type Grounds } from './record-decision.ts';
import { carryOutReduction, reductionReached } from './reduce-only.ts';
import { hasExpired, isResting, waitsForLimit } from './resting.ts';

/**
 * Why an order that was triggered stays as it is. `nothing_to_do`: it does not wait any more, or not with what it was armed with.
 * `not_tradable`: its price was reached, and it is to be tried again as soon as there is a price to deal on. `not_reached`: the
 * market has left its limit again, for which it goes on waiting.
 */
export interface NotTriggered {
  readonly refusedAs: 'nothing_to_do' | 'not_tradable' | 'not_reached';
}

/** What passes by itself: the order waits on, and nothing is kept of the attempt. */
const PASSING: ReadonlySet<DenialCode> = new Set<DenialCode>([
  'SESSION_CLOSED',
  'PRICE_STALE',
  'PRICE_UNAVAILABLE',
  'CONVERSION_RATE_MISSING',
  // Of an order that only reduces: the other one may fail.
  'POSITION_ALREADY_CLOSING',
]);

/**
 * The price has reached what a resting order waits for: it is executed as an order that is placed now, its margin checked again,
 * or a stop-limit order goes on to wait for its limit. A stop is executed at the first price that there is, whatever it is by
 * now; a limit only where the price is still within it. What may not be executed is cancelled for the reason that it is refused.
 */
export function decideTrigger(account: Account, command: TriggerOrder, given: DecisionContext): Result<Change, NotTriggered> {
  const order = restingOrder(account, command);
  if (order === undefined || order.version !== command.armedVersion) return refuse({ refusedAs: 'nothing_to_do' });
  if (hasExpired(order, given.market.nowMs)) return decideExpire(account, { kind: 'expire', orderId: order.orderId }, given);
  const change = new ChangeBuilder(account, given, 'trigger');
  const triggered: DraftOrder = { ...order, triggeredAtMs: change.nowMs };
  if (order.reduceOnly) return triggerReduceOnly(change, order, triggered);
  const terms = openingTerms(account, triggered, change.context);
  if (!terms.ok) return refused(change, triggered, { denial: terms.refusal, terms: null });
  if (terms.value.course === 'rest' && waitsForLimit(order)) return refuse({ refusedAs: 'not_reached' });
  const checked = checkOpening(change, triggered, terms.value);
  const grounds = { terms: terms.value, check: checked.record };
  if (!checked.passed) return refused(change, triggered, { denial: checked.denial, ...grounds });
  takeCourse(change, triggered, terms.value, 'order.triggered');
  return ok(finishRecorded(change, triggered, 'trigger', { denial: null, ...grounds }));
}

function triggerReduceOnly(change: ChangeBuilder, order: Order, triggered: DraftOrder): Result<Change, NotTriggered> {
  const found = reductionReached(change, triggered);
  if (!found.ok) return refused(change, triggered, { denial: found.refusal, terms: null });
  if (found.value.course === 'rest' && waitsForLimit(order)) return refuse({ refusedAs: 'not_reached' });
  const executed = carryOutReduction(change, triggered, found.value, 'order.triggered');
  return ok(finishRecorded(change, executed, 'trigger', { denial: null, terms: found.value.closing?.terms ?? null }));
}

/** The time of a resting order is over, by the database's clock. */
export function decideExpire(account: Account, command: ExpireOrder, given: DecisionContext): Result<Change, NotTriggered> {
  const order = restingOrder(account, command);
  if (order === undefined || !hasExpired(order, given.market.nowMs)) return refuse({ refusedAs: 'nothing_to_do' });
  const change = new ChangeBuilder(account, given, 'expiry');
  end(change, order, 'expired', { reason: 'expiry_passed' satisfies HouseReason });
  return ok(change.finish());
}

const restingOrder = (account: Account, { orderId }: Pick<TriggerOrder, 'orderId'>): Order | undefined =>
  account.orders.find((candidate) => candidate.orderId === orderId && isResting(candidate));

function refused(
  change: ChangeBuilder,
  order: DraftOrder,
  grounds: Grounds & { readonly denial: Denial },
): Result<Change, NotTriggered> {
  if (PASSING.has(grounds.denial.code)) return refuse({ refusedAs: 'not_tradable' });
  assert.equal(nextOrderStatus(order.status, 'cancel'), 'cancelled', `an order that is ${order.status} cannot be cancelled`);
  const cancelled = change.putOrder({ ...order, status: 'cancelled', reason: grounds.denial.code, reservation: null });
  change.addEvent({ type: 'order.triggered', order: cancelled });
  change.addEvent({ type: 'order.cancelled', order: cancelled });
  return ok(finishRecorded(change, order, 'trigger', grounds));
}
