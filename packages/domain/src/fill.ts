import assert from 'node:assert/strict';
import {
  addFractions,
  currencyDecimals,
  divide,
  fraction,
  lowestTerms,
  scaleFraction,
  SCALE_E8,
  smaller,
  type DealFlag,
  type DealId,
  type Fraction,
  type LotsE8,
  type MoneyE8,
  type PositionId,
  type PriceE8,
} from '@margrave/vocabulary';
import type { Position } from './account.ts';
import type { ChangeBuilder, DraftOrder, OrderEventType } from './change.ts';
import { dealCommission } from './commission.ts';
import { convertProfit, type ProfitRates } from './conversion.ts';
import type { CommissionTerms } from './group.ts';
import type { Instrument } from './instrument.ts';
import { quoteProfitE16 } from './profit.ts';
import { protectionAt, type Protection } from './protection.ts';
import { levelOf } from './resting.ts';

/** What a deal is booked with. */
export interface FillTerms {
  readonly instrument: Instrument;
  /** The client's price. */
  readonly priceE8: PriceE8;
  /** Margin basis of one unit at this price (see `unitBasis`). */
  readonly unitBasis: Fraction;
  /** Quote currency → account currency. */
  readonly profitRates: ProfitRates;
}

/** One execution of an order. */
export interface Fill extends FillTerms {
  readonly volumeE8: LotsE8;
  readonly providerPriceE8: PriceE8 | null;
  readonly executionId: string | null;
  readonly flags: readonly DealFlag[];
}

/** The broker is the counterparty: the whole order is filled at once, at the client's price. `first` is told before it. */
export function fillAtOnce(
  change: ChangeBuilder,
  order: DraftOrder,
  terms: FillTerms,
  first: OrderEventType = 'order.accepted',
): void {
  const filled = change.putOrder({
    ...order,
    status: 'filled',
    filledVolumeE8: order.volumeE8,
    filledNotionalE16: order.volumeE8 * terms.priceE8,
    reservation: null,
  });
  change.addEvent({ type: first, order: filled });
  change.addEvent({ type: 'order.filled', order: filled });
  applyFill(change, order, { ...terms, volumeE8: order.volumeE8, providerPriceE8: null, executionId: null, flags: [] });
}

/** Books an execution of an order, given as it was before it: closes what the order closes, opens the rest. */
export function applyFill(change: ChangeBuilder, order: DraftOrder, fill: Fill): void {
  const target = positionToReduce(change, order);
  const reducedE8 = target === undefined ? (0n as LotsE8) : smaller(target.openVolumeE8, fill.volumeE8);
  if (target !== undefined) reduce(change, order, fill, target, reducedE8);
  const openedE8 = (fill.volumeE8 - reducedE8) as LotsE8;
  if (openedE8 > 0n) open(change, order, fill, openedE8);
}

const e16ToE8 = (amountE16: Fraction): Fraction => fraction(amountE16.numerator, amountE16.denominator * SCALE_E8);

/** A close names its position; on a netting account any opposite position of the symbol gives way first. */
function positionToReduce(change: ChangeBuilder, order: DraftOrder): Position | undefined {
  if (order.closesPositionId !== null) return change.position(order.closesPositionId);
  if (change.before.mode === 'hedging') return undefined;
  return change.openPositions().find((position) => position.symbol === order.symbol && position.side !== order.side);
}

function open(change: ChangeBuilder, order: DraftOrder, fill: Fill, volumeE8: LotsE8): void {
  const existing = positionToGrow(change, order);
  const basis = scaleFraction(fill.unitBasis, volumeE8);
  const notionalE16 = volumeE8 * fill.priceE8;
  const position = change.putPosition(
    existing === undefined
      ? {
          positionId: freshPositionId(change, order),
          symbol: order.symbol,
          side: order.side,
          openVolumeE8: volumeE8,
          openNotionalE16: notionalE16,
          marginBasis: keptBasis(basis),
          realisedProfitE8: 0n as MoneyE8,
          profitRemainderE16: 0n,
          ...protectionAt(order.protection, order.side, fill.priceE8),
          trailingDistanceE8: null,
          trailingBestE8: null,
          commission: change.context.group.commission,
          flow: order.flow,
          provider: order.provider,
          openingRequestId: order.requestId,
          closingOrderId: null,
          openedAtMs: change.nowMs,
        }
      : {
          ...existing,
          ...protectionOfGrown(existing, order, fill.priceE8),
          openVolumeE8: (existing.openVolumeE8 + volumeE8) as LotsE8,
          openNotionalE16: existing.openNotionalE16 + notionalE16,
          marginBasis: keptBasis(addFractions(existing.marginBasis, basis)),
        },
  );
  const type = existing === undefined ? 'position.opened' : 'position.changed';
  const sequence = change.addEvent({ type, position, orderId: order.orderId });
  bookDeal(change, order, fill, {
    entry: 'in',
    position,
    volumeE8,
    profitE8: 0n as MoneyE8,
    terms: position.commission,
    sequence,
  });
}

/**
 * On a netting account the newest order that names a level has the say of it. Whether an earlier fill of the same order said it
 * already, or only reduced, is not known any more: a later one gives what is missing and changes nothing that there is.
 */
function protectionOfGrown(existing: Position, order: DraftOrder, priceE8: PriceE8): Protection {
  if ((existing.positionId as string) === order.orderId) return existing;
  const wanted = protectionAt(order.protection, order.side, priceE8);
  const [first, second] = order.filledVolumeE8 === 0n ? [wanted, existing] : [existing, wanted];
  return { stopLossE8: first.stopLossE8 ?? second.stopLossE8, takeProfitE8: first.takeProfitE8 ?? second.takeProfitE8 };
}

/** Beyond this a sum of fills is not kept exactly any more. */
const BASIS_DENOMINATOR_MAX = 10n ** 64n;
const BASIS_UNIT = 10n ** 32n;

/**
 * A margin basis in the form in which it is kept: exact, in lowest terms. Every inverse rate brings a denominator of its own, so
 * that the exact sum of very many fills has no end; where it grows past all use it is rounded up, in the 32nd decimal.
 */
function keptBasis(exact: Fraction): Fraction {
  const basis = lowestTerms(exact);
  if (basis.denominator <= BASIS_DENOMINATOR_MAX) return basis;
  return lowestTerms(fraction(divide(basis.numerator * BASIS_UNIT, basis.denominator, 'up'), BASIS_UNIT));
}

/** The order's own position grows with its partial fills; a netting account has one position a symbol. */
function positionToGrow(change: ChangeBuilder, order: DraftOrder): Position | undefined {
  if (change.before.mode === 'netting') {
    return change.openPositions().find((position) => position.symbol === order.symbol && position.side === order.side);
  }
  return change
    .openPositions()
    .find((position) => (position.positionId as string) === order.orderId && position.side === order.side);
}

/**
 * A position is named after the order that opened it. Where that name is taken by a position that has been closed again (a
 * late fill after it), the rest gets a name of its own: the closed one stays as it was.
 */
const freshPositionId = (change: ChangeBuilder, order: DraftOrder): PositionId =>
  order.filledVolumeE8 === 0n && order.closesPositionId === null
    ? (order.orderId as string as PositionId)
    : change.nextId<PositionId>();

function reduce(change: ChangeBuilder, order: DraftOrder, fill: Fill, position: Position, volumeE8: LotsE8): void {
  const whole = volumeE8 === position.openVolumeE8;
  // The last part takes what is left, so that the parts' cost and margin basis sum to the whole.
  const costE16 = whole
    ? position.openNotionalE16
    : divide(position.openNotionalE16 * volumeE8, position.openVolumeE8, 'half_away');
  const remainingE8 = (position.openVolumeE8 - volumeE8) as LotsE8;
  const profitE16 = quoteProfitE16(
    { side: position.side, openVolumeE8: volumeE8, openNotionalE16: costE16 },
    fill.priceE8,
    fill.instrument.contractSize,
  );
  const profit = bookedProfit(change, position, e16ToE8(convertProfit(fill.profitRates, profitE16)));
  const reduced = change.putPosition({
    ...position,
    ...profit.kept,
    openVolumeE8: remainingE8,
    openNotionalE16: position.openNotionalE16 - costE16,
    marginBasis: keptBasis(
      fraction(position.marginBasis.numerator * remainingE8, position.marginBasis.denominator * position.openVolumeE8),
    ),
    closingOrderId: whole ? null : position.closingOrderId,
  });
  const sequence = change.addEvent({
    type: whole ? 'position.closed' : 'position.changed',
    position: reduced,
    orderId: order.orderId,
  });
  const { profitE8 } = profit;
  bookDeal(change, order, fill, { entry: 'out', position, volumeE8, profitE8, terms: position.commission, sequence });
}

/**
 * What a part books: the profit of all that was closed so far, rounded to the minor unit, less what was booked of it. So the parts
 * of a close sum to what the whole would have booked, however many they are.
 */
function bookedProfit(
  change: ChangeBuilder,
  { realisedProfitE8, profitRemainderE16 }: Position,
  exactE8: Fraction,
): { readonly profitE8: MoneyE8; readonly kept: Pick<Position, 'realisedProfitE8' | 'profitRemainderE16'> } {
  const unbooked = addFractions(exactE8, fraction(profitRemainderE16, SCALE_E8));
  const bookedE8 = change.money(addFractions(unbooked, fraction(realisedProfitE8, 1n)));
  const profitE8 = (bookedE8 - realisedProfitE8) as MoneyE8;
  const remainder = addFractions(unbooked, fraction(-profitE8, 1n));
  const remainderE16 = divide(remainder.numerator * SCALE_E8, remainder.denominator, 'down');
  return { profitE8, kept: { realisedProfitE8: bookedE8, profitRemainderE16: remainderE16 } };
}

interface Booking {
  readonly entry: 'in' | 'out';
  readonly position: Position;
  readonly volumeE8: LotsE8;
  readonly profitE8: MoneyE8;
  readonly terms: CommissionTerms;
  readonly sequence: bigint;
}

function bookDeal(change: ChangeBuilder, order: DraftOrder, fill: Fill, booking: Booking): void {
  assert(booking.volumeE8 > 0n, 'bookDeal: a deal has a volume');
  const dealId = change.nextId<DealId>();
  const { currency } = change.before;
  const commissionE8 = dealCommission(
    booking.terms,
    booking.entry,
    booking.volumeE8,
    currencyDecimals(currency),
    change.context.group.policies.moneyRounding,
  );
  change.addDeal({
    dealId,
    orderId: order.orderId,
    positionId: booking.position.positionId,
    symbol: order.symbol,
    side: order.side,
    entry: booking.entry,
    volumeE8: booking.volumeE8,
    priceE8: fill.priceE8,
    providerPriceE8: fill.providerPriceE8,
    levelE8: levelOf(order),
    profitE8: booking.profitE8,
    commissionE8,
    currency,
    provider: order.provider,
    executionId: fill.executionId,
    flags: fill.flags,
    sequence: booking.sequence,
    executedAtMs: change.nowMs,
  });
  const deal = { dealId, orderId: order.orderId };
  // Where the broker is the counterparty the house deals; otherwise the result is the provider's, and cleared with it.
  const counterparty = order.flow === 'local' ? 'dealing' : `clearing:${order.provider}`;
  change.book('profit', booking.profitE8, counterparty, deal);
  change.book('commission', -commissionE8 as MoneyE8, 'commission', deal);
}
