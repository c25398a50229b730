import assert from 'node:assert/strict';
import type { Flow } from '@margrave/vocabulary';
import type { Account } from './account.ts';
import { ChangeBuilder, type Change, type DecisionContext, type DraftOrder } from './change.ts';
import type { Dealing } from './client-price.ts';
import type { PlaceOrder } from './command.ts';
import type { Denial } from './denial.ts';
import { draftOrder } from './draft-order.ts';
import { brokenLimit, reckonLimits } from './limits.ts';
import { checkOpening, openingTerms, refusedWishes, takeCourse } from './opening.ts';
import { recordDecision, type Grounds } from './record-decision.ts';
import { carryOutReduction, reductionAsked } from './reduce-only.ts';
import { dayEndMs } from './resting.ts';

/**
 * Decides an order that opens. At the market, or at a limit that the market is within: filled at once at the client's price, or
 * reserved and sent to a provider. Else it rests with us until its price is reached. A refusal is kept as a denied order; it
 * changes the account's version like an acceptance.
 */
export function decidePlace(account: Account, command: PlaceOrder, given: DecisionContext): Change {
  const change = new ChangeBuilder(account, given, 'client');
  const order = newOrder(account, command, change);
  if (order.reduceOnly) return placeReduceOnly(change, order);
  const { context } = change;
  const terms = openingTerms(account, order, context);
  if (!terms.ok) return denied(change, order, { denial: terms.refusal, terms: null });
  const limits = reckonLimits(account, context.group, order);
  const denial = refusedWishes(order, terms.value, change.nowMs) ?? brokenLimit(limits, order);
  if (denial !== undefined) return denied(change, order, { denial, terms: terms.value, limits });
  const checked = checkOpening(change, order, terms.value);
  const grounds = { terms: terms.value, limits, check: checked.record };
  if (!checked.passed) return denied(change, order, { denial: checked.denial, ...grounds });
  takeCourse(change, order, terms.value, 'order.accepted');
  return change.finish(recordDecision(change, order, 'place', { denial: null, ...grounds }));
}

/** Demo accounts are always dealt in house, whatever their group. */
export const flowOf = (account: Account, context: Dealing): Flow => (account.type === 'demo' ? 'local' : context.group.flow);

function newOrder(account: Account, command: PlaceOrder, change: ChangeBuilder): DraftOrder {
  const { kind: _kind, expiresAtMs, ...wanted } = command;
  const flow = flowOf(account, change.context);
  const provider = flow === 'local' ? null : change.context.group.provider;
  assert(flow === 'local' || provider !== null, `group ${change.context.group.groupId} routes to a provider and names none`);
  return draftOrder(change, {
    ...wanted,
    flow,
    provider,
    expiresAtMs: command.timeInForce === 'day' ? dayEndMs(change.nowMs) : expiresAtMs,
  });
}

/** What only reduces is decided as the close that it is. */
function placeReduceOnly(change: ChangeBuilder, order: DraftOrder): Change {
  const found = reductionAsked(change, order);
  if (!found.ok) return denied(change, order, { denial: found.refusal, terms: null }, 'close');
  const placed = carryOutReduction(change, order, found.value, 'order.accepted');
  return change.finish(recordDecision(change, placed, 'close', { denial: null, terms: found.value.closing?.terms ?? null }));
}

function denied(
  change: ChangeBuilder,
  order: DraftOrder,
  grounds: Grounds & { readonly denial: Denial },
  command: 'place' | 'close' = 'place',
): Change {
  const kept = change.putOrder({ ...order, reason: grounds.denial.code });
  change.addEvent({ type: 'order.denied', order: kept });
  return change.finish(recordDecision(change, order, command, grounds));
}
