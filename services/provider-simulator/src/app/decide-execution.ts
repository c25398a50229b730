import type { LotsE8, PriceE8 } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import type { OrderState } from './book.ts';
import {
  createReportWriter,
  leavesOf,
  sendingsOfStep,
  subjectOf,
  volumesOf,
  type ReportWriter,
  type Situation,
} from './decision.ts';
import { readAmount, type Entry, type OrderStatus, type Rejection } from './entry.ts';
import { priceFor, type Price } from './request.ts';

/**
 * Whether an order whose time has come goes on waiting, for a price that reaches its limit. What is done at any price does
 * not wait for one.
 */
export function restsAt(order: OrderState, price: Price | undefined): boolean {
  const { limit, behaviour } = order.taken;
  if (limit?.rests !== true || behaviour.reject !== null || owesFalseEnd(order)) return false;
  return price === undefined || !isReached(order, price);
}

/**
 * Executes the next part of an order whose time has come and that does not rest, at the price of this moment. Without a
 * price, or with one that has moved too far or is beyond its limit, the rest is given up: rejected where nothing was
 * executed, else cancelled.
 */
export function decideExecution(situation: Situation, order: OrderState, price: Price | undefined): Entry {
  const { profile, at } = situation;
  const { requestId, behaviour } = order.taken;
  const writer = createReportWriter(situation);
  const falseEnd = writeFalseEnd(writer, order);
  const status = falseEnd ?? writeStep(writer, order, price);
  const isOver = falseEnd === undefined && (status === 'filled' || status === 'rejected' || status === 'cancelled');
  return {
    kind: 'execution',
    requestId,
    status,
    dueMs: isOver ? null : at.ms + profile.manners.latencyMinMs,
    reports: writer.reports,
    sendings: sendingsOfStep(profile.name, { behaviour, isSilent: order.isSilent, isOver }, order.reports, writer.reports),
  };
}

/** Says, once and before anything is executed, that the order is over. */
function writeFalseEnd(writer: ReportWriter, order: OrderState): OrderStatus | undefined {
  if (!owesFalseEnd(order)) return undefined;
  const { endFirst } = order.taken.behaviour;
  for (const end of endFirst) writer[end](subjectOf(order), 'no_liquidity', volumesOf(order));
  return endFirst.at(-1);
}

const owesFalseEnd = ({ taken, reports }: OrderState): boolean =>
  taken.behaviour.endFirst.length > 0 &&
  !reports.some(({ executionType }) => executionType === 'cancelled' || executionType === 'rejected');

function writeStep(writer: ReportWriter, order: OrderState, price: Price | undefined): OrderStatus {
  const { taken, partsLeft, filledE8, volumeE8 } = order;
  const [part] = partsLeft;
  assert(part !== undefined && order.dueMs !== null, `order ${taken.requestId} is over and cannot be executed`);
  if (taken.behaviour.reject !== null) return giveUp(writer, order, taken.behaviour.reject);
  const isLast = partsLeft.length === 1;
  const reason = whyNot(order, price, isLast);
  if (reason !== undefined || price === undefined) return giveUp(writer, order, reason ?? 'no_liquidity');

  const wantedE8 = readAmount<LotsE8>(part);
  const partE8 = (isLast && taken.behaviour.overfill ? 2n * wantedE8 : wantedE8) as LotsE8;
  const cumulativeE8 = (filledE8 + partE8) as LotsE8;
  const volumes = { cumulativeE8, leavesE8: leavesOf(volumeE8, cumulativeE8) };
  assert(isLast === (volumes.leavesE8 === 0n), `the parts of order ${taken.requestId} are not its volume`);
  writer.filled(subjectOf(order), volumes, partE8, priceFor(taken.side, price));
  return isLast ? 'filled' : 'partially_filled';
}

function whyNot(order: OrderState, price: Price | undefined, isLast: boolean): Rejection | undefined {
  if (price === undefined || (isLast && order.taken.behaviour.short)) return 'no_liquidity';
  if (!isReached(order, price)) return 'price_moved';
  const { side, maxDeviation } = order.taken;
  if (maxDeviation === null || order.referencePriceE8 === null) return undefined;
  const worseE8 = priceFor(side, price) - order.referencePriceE8;
  return (side === 'buy' ? worseE8 : -worseE8) > readAmount<PriceE8>(maxDeviation) ? 'price_moved' : undefined;
}

/** Whether the price is the limit of the order or better; any is where it has none. */
function isReached({ taken: { side }, limitPriceE8 }: OrderState, price: Price): boolean {
  if (limitPriceE8 === null) return true;
  const priceE8 = priceFor(side, price);
  return side === 'buy' ? priceE8 <= limitPriceE8 : priceE8 >= limitPriceE8;
}

function giveUp(writer: ReportWriter, order: OrderState, reason: string): OrderStatus {
  if (order.filledE8 === 0n) {
    writer.rejected(subjectOf(order), reason, volumesOf(order));
    return 'rejected';
  }
  writer.cancelled(subjectOf(order), reason, volumesOf(order));
  return 'cancelled';
}
