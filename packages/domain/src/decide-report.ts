import { ok, refuse, type HouseReason, type Result } from '@margrave/vocabulary';
import type { Account, Order } from './account.ts';
import { bookExecution, instrumentOf, type Unbookable } from './book-execution.ts';
import { ChangeBuilder, type Change, type DecisionContext } from './change.ts';
import { strayPrice } from './collar.ts';
import type { ApplyReport, ReportedStatus, WithdrawOrder } from './command.ts';
import { fitsBooks } from './fits-books.ts';
import { isOver, nextOrderStatus, type OrderEvent } from './order-life.ts';
import { ask, end, putStatus, release } from './order-moves.ts';

/** Why a report cannot be applied. `wait`: it can be tried again when the market is known; `park`: never, a person must look. */
export type ReportRefusal = Unbookable;

/**
 * Applies a provider's report to the order it is about. A fill is a fact: it is booked whatever the order's status, flagged
 * where it came late, went over the volume or slipped beyond what was reserved. A report that says nothing new still counts:
 * the account's version moves, so that the execution is recorded as applied exactly once.
 */
export function decideReport(
  account: Account,
  order: Order,
  report: ApplyReport,
  given: DecisionContext,
): Result<Change, ReportRefusal> {
  const misfit = reportMisfit(order, report);
  if (misfit !== undefined) return refuse({ refusedAs: 'park', why: misfit });
  const change = new ChangeBuilder(account, given, `provider:${report.provider}`);
  switch (report.executionType) {
    case 'partial_fill':
    case 'fill':
      return applyExecution(change, order, report);
    case 'new':
      return ok(moveOn(change, order, 'acknowledge', report));
    case 'rejected':
      return ok(moveOn(change, order, 'reject', report));
    case 'cancelled':
      return ok(moveOn(change, order, 'cancel', report));
    case 'expired':
      return ok(moveOn(change, order, 'expire', report));
    case 'status':
      return ok(applyStatus(change, order, report));
    case 'replaced':
    case 'trade_cancel':
    case 'trade_correct':
      return refuse({ refusedAs: 'park', why: `${report.executionType} of order ${order.orderId} must be settled by a person` });
    default:
      return report.executionType satisfies never;
  }
}

/** What shows that the report is not about this order. */
function reportMisfit(order: Order, report: ApplyReport): string | undefined {
  const { orderId } = order;
  if (order.requestId === null) return `order ${orderId} was sent to nobody`;
  if (order.provider !== report.provider) return `order ${orderId} was sent to ${order.provider}, not to ${report.provider}`;
  if (report.symbol !== order.symbol)
    return `order ${orderId} is of ${order.symbol}, the report of ${report.symbol ?? 'a symbol not listed there'}`;
  return report.side === order.side ? undefined : `order ${orderId} is a ${order.side}, the report a ${report.side}`;
}

/**
 * The provider has not spoken within its limit: the order is unknown, its margin stays, and the provider is asked. About an order
 * that is over only what its provider still owes is asked for: fills that it counted, or whether it ever had it. A dealer's word
 * is the last: who noticed the silence before it asks no more.
 */
export function decideSilence(order: Order | undefined, account: Account, given: DecisionContext): Change | 'nothing' {
  if (order === undefined || order.requestId === null || isSettled(order)) return 'nothing';
  const change = new ChangeBuilder(account, given, 'worker');
  const next = nextOrderStatus(order.status, 'silence');
  ask(change, next === undefined ? order : putStatus(change, order, next, { reason: 'provider_silent' satisfies HouseReason }));
  return change.finish();
}

const isSettled = ({ reason, flags }: Order): boolean =>
  reason === ('settled_by_operator' satisfies HouseReason) || flags.includes('settled_by_operator');

/**
 * By what the stream knows the order never left the house, and never will: cancelled, and what it held back is free again. The
 * stream may have lost what it knew, so the provider is asked whether it has the order all the same: what it executed then
 * comes late, and is booked. One that the provider has spoken of did leave, whoever says otherwise: it stays as it is.
 */
export function decideWithdraw(account: Account, command: WithdrawOrder, given: DecisionContext): Change | 'nothing' {
  const order = account.orders.find((candidate) => candidate.orderId === command.orderId);
  if (order === undefined) return 'nothing';
  const unheardOf = (order.status === 'queued' || order.status === 'unknown') && order.filledVolumeE8 === 0n;
  if (!unheardOf) return 'nothing';
  const change = new ChangeBuilder(account, given, 'relay');
  end(change, order, 'cancelled', { reason: 'not_sent_in_time' satisfies HouseReason }, 'owed');
  return change.finish();
}

const EVENT_OF_STATUS: Readonly<Record<ReportedStatus, OrderEvent | undefined>> = {
  never_seen: 'reject',
  rejected: 'reject',
  cancelled: 'cancel',
  expired: 'expire',
  working: 'acknowledge',
  partially_filled: 'acknowledge',
  // The fill itself is reported again before the status.
  filled: undefined,
};

function applyStatus(change: ChangeBuilder, order: Order, report: ApplyReport): Change {
  const { orderStatus } = report;
  const event = orderStatus === null ? undefined : EVENT_OF_STATUS[orderStatus];
  // A status that nobody asked for comes on the order's own request, which goes on.
  const isAnswer = report.requestId !== order.requestId;
  if (isAnswer) change.endStatusRequest(report.requestId, order);
  const isMissing = missesFills(order, report);
  if (isOver(order.status)) {
    // Asked, and the fills did not come: a person sees it.
    if (isMissing) flagContradiction(change, order);
    // Of one that is alive there the last word is still to come.
    if (isAnswer && event !== 'acknowledge') change.noteRequest(order, 'ended');
  }
  // An order that is not over stays unknown, and is asked about again.
  if (event === undefined || isMissing) return change.finish();
  return moveOn(change, order, event, { ...report, reason: report.reason ?? orderStatus });
}

/**
 * Nothing is booked on a status alone: while fills that it counts are still to come, the order is not known any better, also
 * when it is said to be over.
 */
const missesFills = (order: Order, { orderStatus, cumulativeVolumeE8 }: ApplyReport): boolean =>
  (cumulativeVolumeE8 ?? 0n) > order.filledVolumeE8 || (orderStatus === 'partially_filled' && order.filledVolumeE8 === 0n);

/** A report without an execution: an acknowledgement or an end. */
function moveOn(change: ChangeBuilder, order: Order, event: OrderEvent, report: ApplyReport): Change {
  const hasFills = order.filledVolumeE8 > 0n;
  if (event === 'reject' && hasFills) {
    // The executions contradict it: kept in sight, and what is left stays reserved.
    flagContradiction(change, order);
    return change.finish();
  }
  const next = nextOrderStatus(order.status, event === 'acknowledge' && hasFills ? 'partial_fill' : event);
  // What changes nothing is a repetition.
  if (next === undefined || next === order.status) return change.finish();
  // A fill that it counts may be on its way behind this report. If it was lost, it comes with the answer.
  if (isOver(next)) end(change, order, next, { reason: report.reason }, missesFills(order, report) ? 'owed' : 'said');
  else putStatus(change, order, next, { reason: null });
  return change.finish();
}

function flagContradiction(change: ChangeBuilder, order: Order): void {
  if (!order.flags.includes('contradictory_report')) putStatus(change, order, order.status, { flag: 'contradictory_report' });
}

function applyExecution(change: ChangeBuilder, order: Order, report: ApplyReport): Result<Change, ReportRefusal> {
  const { executionId, lastVolumeE8, lastPriceE8 } = report;
  if (lastVolumeE8 === null || lastPriceE8 === null || lastVolumeE8 <= 0n || lastPriceE8 <= 0n) {
    return refuse({
      refusedAs: 'park',
      why: `${report.executionType} of order ${order.orderId} without a positive volume and price`,
    });
  }
  const { market } = change.context;
  const stray = strayPrice(order, instrumentOf(change, order), market.quote(order.symbol), lastPriceE8);
  if (stray !== undefined) return refuse({ refusedAs: 'park', why: stray });
  const booked = bookExecution(change, order, { executionId, volumeE8: lastVolumeE8, priceE8: lastPriceE8 });
  if (!booked.ok) return booked;
  const filled = booked.value;
  if (isOver(filled.status)) {
    release(change, filled, missesFills(filled, report) || livesOn(filled, report) ? 'owed' : 'said');
  } else if (isOver(order.status)) comeBack(change, filled);
  const changed = change.finish();
  if (fitsBooks(changed)) return ok(changed);
  return refuse({ refusedAs: 'park', why: `a fill of order ${order.orderId} makes figures that no book can keep` });
}

/** Over for us, and executed in a part: by its provider's word there is more to come. A part that comes late says so of one that is over there, too. */
const livesOn = (order: Order, { executionType }: ApplyReport): boolean =>
  executionType === 'partial_fill' && order.filledVolumeE8 < order.volumeE8 && !isSettled(order);

/** A fill contradicts the end of its order, and is not all of it: an answer is owed again, and the position is being closed. */
function comeBack(change: ChangeBuilder, order: Order): void {
  change.noteRequest(order, 'asked');
  const position = order.closesPositionId === null ? undefined : change.position(order.closesPositionId);
  if (position === undefined || position.closingOrderId !== null) return;
  const closing = change.putPosition({ ...position, closingOrderId: order.orderId });
  change.addEvent({ type: 'position.changed', position: closing, orderId: order.orderId });
}
