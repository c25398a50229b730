import {
  ok,
  refuse,
  type ActionId,
  type DecisionId,
  type HouseReason,
  type LotsE8,
  type Result,
  type SettlementCode,
} from '@margrave/vocabulary';
import type { Account, Order } from './account.ts';
import { bookExecution, instrumentOf, type Unbookable } from './book-execution.ts';
import { ChangeBuilder, type Change, type DecisionContext } from './change.ts';
import { strayPrice } from './collar.ts';
import type { SettleOrder, StatedExecution } from './command.ts';
import { count, lots, price, word, type DenialNumber } from './denial.ts';
import { fitsBooks } from './fits-books.ts';
import { isOver } from './order-life.ts';
import { end, release } from './order-moves.ts';
import { recordDecision } from './record-decision.ts';

/** Why an operator's word was not taken; nothing is kept of it. */
export type SettlementRefusal =
  | { readonly refusedAs: 'no_such_order' }
  | {
      readonly refusedAs: 'not_settled';
      readonly code: SettlementCode;
      readonly numbers: Readonly<Record<string, DenialNumber>>;
    };

/**
 * Settles an unknown order on the word of a named operator, in one change: the executions that he states are booked as the
 * provider's reports of them would be, and what is left of the order is at an end. It is decided on the order that he looked at,
 * or not at all. `wasOver` is the order where it is known to be over.
 */
export function decideSettle(
  account: Account,
  command: SettleOrder,
  given: DecisionContext,
  wasOver: Order | undefined,
): Result<Change, SettlementRefusal> {
  const order = account.orders.find((candidate) => candidate.orderId === command.orderId) ?? wasOver;
  if (order === undefined) return refuse({ refusedAs: 'no_such_order' });
  const change = new ChangeBuilder(account, given, 'operator');
  const objection = objectionTo(change, order, command);
  if (objection !== undefined) return refuse(objection);

  let settled = order;
  for (const execution of command.executions) {
    const booked = bookExecution(change, settled, execution, ['late_fill', 'settled_by_operator']);
    if (!booked.ok) return refuse(unbookable(execution, booked.refusal));
    settled = booked.value;
  }
  if (isOver(settled.status)) release(change, settled);
  else end(change, settled, 'cancelled', { reason: 'settled_by_operator' satisfies HouseReason });

  const decisionId = change.nextId<DecisionId>();
  const record = recordDecision(change, { ...order, decisionId }, 'operator_settlement', { denial: null, terms: null });
  const changed = change.finish(record, { ...command, actionId: change.nextId<ActionId>(), decisionId });
  if (fitsBooks(changed)) return ok(changed);
  return refuse(objected('EXECUTION_NOT_BOOKABLE', { why: word('it makes figures that no book can keep') }));
}

const objected = (code: SettlementCode, numbers: Readonly<Record<string, DenialNumber>>): SettlementRefusal => ({
  refusedAs: 'not_settled',
  code,
  numbers,
});

/**
 * What speaks against it. A provider's report of more than was ordered is booked and flagged, for it is a fact; what a person
 * typed in the night is a fact only once he has said that he means it. The same goes for a price far from every price at hand,
 * which a report of a provider is put aside for.
 */
function objectionTo(change: ChangeBuilder, order: Order, command: SettleOrder): SettlementRefusal | undefined {
  const { executions, confirmed, orderVersion } = command;
  if (order.status !== 'unknown') return objected('ORDER_NOT_UNKNOWN', { status: word(order.status) });
  if (order.version !== orderVersion) {
    return objected('ORDER_CHANGED', { orderVersion: count(orderVersion), version: count(order.version) });
  }
  const ids = executions.map(({ executionId }) => executionId);
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
  if (repeated !== undefined) return objected('EXECUTION_ALREADY_BOOKED', { executionId: word(repeated) });
  const empty = executions.find(({ volumeE8, priceE8 }) => volumeE8 <= 0n || priceE8 <= 0n);
  if (empty !== undefined) return notBookable(empty, 'its volume and its price must be more than zero');
  const leftE8 = (order.volumeE8 - order.filledVolumeE8) as LotsE8;
  const executedE8 = executions.reduce((sum, { volumeE8 }) => sum + volumeE8, 0n) as LotsE8;
  if (executedE8 > leftE8 && !confirmed.includes('overfill')) {
    return objected('OVERFILL_NOT_CONFIRMED', { left: lots(leftE8), executed: lots(executedE8) });
  }
  return confirmed.includes('price') ? undefined : strayObjection(change, order, executions);
}

function strayObjection(
  change: ChangeBuilder,
  order: Order,
  executions: readonly StatedExecution[],
): SettlementRefusal | undefined {
  const instrument = instrumentOf(change, order);
  const quote = change.context.market.quote(order.symbol);
  const stray = executions.find(({ priceE8 }) => strayPrice(order, instrument, quote, priceE8) !== undefined);
  if (stray === undefined) return undefined;
  return objected('PRICE_NOT_CONFIRMED', { executionId: word(stray.executionId), price: price(stray.priceE8) });
}

const notBookable = ({ executionId }: StatedExecution, why: string): SettlementRefusal =>
  objected('EXECUTION_NOT_BOOKABLE', { executionId: word(executionId), why: word(why) });

const unbookable = (execution: StatedExecution, { refusedAs, why }: Unbookable): SettlementRefusal =>
  refusedAs === 'park' ? notBookable(execution, why) : objected('RATE_NOT_KNOWN', { why: word(why) });
