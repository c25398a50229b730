import { ok, refuse, type HouseReason, type Result } from '@margrave/vocabulary';
import type { Account, Order } from './account.ts';
import { ChangeBuilder, type Change, type DecisionContext, type DraftOrder } from './change.ts';
import type { CancelOrder, ReplaceOrder } from './command.ts';
import { dealingPrices, priceOf } from './dealing-price.ts';
import { word, type Denial } from './denial.ts';
import { brokenLimit, reckonLimits } from './limits.ts';
import { checkOpening, expiryPassed, openingTerms, refusedWishes, takeCourse } from './opening.ts';
import { end } from './order-moves.ts';
import { finishRecorded, type Grounds } from './record-decision.ts';
import { frozen } from './protection.ts';
import { carryOutReduction, reductionAsked } from './reduce-only.ts';
import { dayEndMs, isResting, waitOf } from './resting.ts';

/** There is no such order on the account, now or ever. */
export interface NoSuchOrder {
  readonly refusedAs: 'no_such_order';
}

/** Decides that an order which rests is taken back by its client. What does not rest is not cancelled, and stays as it is. */
export function decideCancel(
  account: Account,
  command: CancelOrder,
  given: DecisionContext,
  wasOver: Order | undefined,
): Result<Change, NoSuchOrder> {
  const order = orderOf(account, command, wasOver);
  if (order === undefined) return refuse({ refusedAs: 'no_such_order' });
  const change = new ChangeBuilder(account, given, 'client');
  const denial = unchangeable(change, order);
  if (denial !== undefined) return ok(finishRecorded(change, order, 'cancel', { denial, terms: null }));
  end(change, order, 'cancelled', { reason: 'cancelled_by_client' satisfies HouseReason });
  return ok(finishRecorded(change, order, 'cancel', { denial: null, terms: null }));
}

/**
 * Decides that an order which rests becomes another: held to all that a new one is held to, it keeps its id and its place in the
 * account's history. If it may not, it stays as it is.
 */
export function decideReplace(
  account: Account,
  command: ReplaceOrder,
  given: DecisionContext,
  wasOver: Order | undefined,
): Result<Change, NoSuchOrder> {
  const order = orderOf(account, command, wasOver);
  if (order === undefined) return refuse({ refusedAs: 'no_such_order' });
  const change = new ChangeBuilder(account, given, 'client');
  const denied = (grounds: Grounds): Result<Change, NoSuchOrder> => ok(finishRecorded(change, order, 'replace', grounds));
  // What is over stays so, though nobody may have ended it yet.
  const firm = unchangeable(change, order) ?? expiryPassed(order, change.nowMs) ?? strangePrice(order, command);
  if (firm !== undefined) return denied({ denial: firm, terms: null });

  const replaced = replacedOrder(order, command, change.nowMs);
  if (replaced.reduceOnly) {
    const found = reductionAsked(change, replaced);
    if (!found.ok) return denied({ denial: found.refusal, terms: null });
    const put = carryOutReduction(change, replaced, found.value, 'order.replaced');
    return ok(finishRecorded(change, put, 'replace', { denial: null, terms: found.value.closing?.terms ?? null }));
  }
  const terms = openingTerms(account, replaced, change.context);
  if (!terms.ok) return denied({ denial: terms.refusal, terms: null });
  const limits = reckonLimits(account, change.context.group, replaced);
  const denial = refusedWishes(replaced, terms.value, change.nowMs) ?? brokenLimit(limits, replaced);
  if (denial !== undefined) return denied({ denial, terms: terms.value, limits });
  const checked = checkOpening(change, replaced, terms.value);
  const grounds = { terms: terms.value, limits, check: checked.record };
  if (!checked.passed) return denied({ denial: checked.denial, ...grounds });
  takeCourse(change, replaced, terms.value, 'order.replaced');
  return ok(finishRecorded(change, replaced, 'replace', { denial: null, ...grounds }));
}

const orderOf = (account: Account, { orderId }: CancelOrder | ReplaceOrder, wasOver: Order | undefined): Order | undefined =>
  account.orders.find((candidate) => candidate.orderId === orderId) ?? wasOver;

/** What keeps an order as it is: it does not rest, or the market has nearly reached it. While there is no market it can be changed. */
function unchangeable({ context }: ChangeBuilder, order: Order): Denial | undefined {
  if (!isResting(order)) {
    return { code: 'ORDER_NOT_WORKING', numbers: { orderId: word(order.orderId), status: word(order.status) } };
  }
  const instrument = context.market.instrument(order.symbol);
  const prices = instrument && dealingPrices(instrument, context);
  if (instrument === undefined || prices?.ok !== true) return undefined;
  return frozen(waitOf(order).priceE8, priceOf(order.side, prices.value), instrument);
}

/** A price that an order of its type does not have, or has no more: the stop of a stop-limit order that was reached. */
function strangePrice(order: Order, { limitPriceE8, stopPriceE8 }: ReplaceOrder): Denial | undefined {
  const strange = (field: string): Denial => ({
    code: 'FIELD_NOT_APPLICABLE',
    numbers: { field: word(field), type: word(order.type) },
  });
  if (limitPriceE8 !== null && order.limitPriceE8 === null) return strange('price');
  if (stopPriceE8 !== null && (order.stopPriceE8 === null || order.triggeredAtMs !== null)) return strange('stopPrice');
  return undefined;
}

const replacedOrder = (order: Order, command: ReplaceOrder, nowMs: number): DraftOrder => ({
  ...order,
  volumeE8: command.volumeE8 ?? order.volumeE8,
  limitPriceE8: command.limitPriceE8 ?? order.limitPriceE8,
  stopPriceE8: command.stopPriceE8 ?? order.stopPriceE8,
  protection: { ...order.protection, ...command.protection },
  ...lifetimeOf(order, command, nowMs),
});

function lifetimeOf(order: Order, { lifetime }: ReplaceOrder, nowMs: number): Pick<Order, 'timeInForce' | 'expiresAtMs'> {
  if (lifetime === null) return { timeInForce: order.timeInForce, expiresAtMs: order.expiresAtMs };
  return { ...lifetime, expiresAtMs: lifetime.timeInForce === 'day' ? dayEndMs(nowMs) : lifetime.expiresAtMs };
}
