import assert from 'node:assert/strict';
import {
  compareFractions,
  larger,
  ok,
  refuse,
  type DealFlag,
  type Fraction,
  type LotsE8,
  type PriceE8,
  type Result,
} from '@margrave/vocabulary';
import type { Order } from './account.ts';
import type { ChangeBuilder } from './change.ts';
import { profitRates, type ProfitRates } from './conversion.ts';
import { applyFill, type FillTerms } from './fill.ts';
import type { Instrument } from './instrument.ts';
import { unitBasis } from './margin/basis.ts';
import { isOver, nextOrderStatus } from './order-life.ts';
import { withFlags } from './order-moves.ts';
import { isWithinLimit, waitsForLimit } from './resting.ts';

/** Why an execution cannot be booked. `wait`: it can be when the market is known; `park`: never, a person must look. */
export type Unbookable =
  { readonly refusedAs: 'wait'; readonly why: string } | { readonly refusedAs: 'park'; readonly why: string };

/** What a provider executed of an order, whoever tells us of it. */
export interface Execution {
  readonly executionId: string;
  readonly volumeE8: LotsE8;
  /** The provider's. */
  readonly priceE8: PriceE8;
}

export function instrumentOf(change: ChangeBuilder, order: Order): Instrument {
  const instrument = change.context.market.instrument(order.symbol);
  assert(instrument, `no instrument ${order.symbol} of order ${order.orderId}`);
  return instrument;
}

/**
 * Books an execution whatever the order's status, flagged where it came late, went over the volume or slipped beyond what was
 * reserved, and with the flags that its teller gives. Returns the order as it is then; what becomes of its request is the
 * caller's.
 */
export function bookExecution(
  change: ChangeBuilder,
  order: Order,
  execution: Execution,
  told: readonly DealFlag[] = [],
): Result<Order, Unbookable> {
  const instrument = instrumentOf(change, order);
  const signedMarkupE8 = order.side === 'buy' ? order.markupE8 : -order.markupE8;
  const priceE8 = (execution.priceE8 + signedMarkupE8) as PriceE8;
  if (priceE8 <= 0n)
    return refuse({ refusedAs: 'park', why: `the price of order ${order.orderId} leaves nothing after the markup` });
  const terms = bookingTerms(change, order, instrument, priceE8);
  if (!terms.ok) return terms;
  const filledVolumeE8 = (order.filledVolumeE8 + execution.volumeE8) as LotsE8;
  const status = nextOrderStatus(order.status, filledVolumeE8 >= order.volumeE8 ? 'fill' : 'partial_fill');
  if (status === undefined)
    return refuse({ refusedAs: 'park', why: `a fill of order ${order.orderId}, which is ${order.status}` });
  const flags = [...new Set([...fillFlags(order, filledVolumeE8, terms.value), ...told])];
  const filled = change.putOrder({
    ...order,
    status,
    // Of an order that was given up before its fill came, why it was stays.
    reason: isOver(status) && status !== 'filled' ? order.reason : null,
    filledVolumeE8,
    filledNotionalE16: order.filledNotionalE16 + execution.volumeE8 * priceE8,
    flags: withFlags(order.flags, flags),
  });
  change.addEvent({ type: `order.${status}`, order: filled });
  applyFill(change, order, {
    ...terms.value,
    volumeE8: execution.volumeE8,
    providerPriceE8: execution.priceE8,
    executionId: execution.executionId,
    flags,
  });
  return ok(filled);
}

interface BookingTerms extends FillTerms {
  readonly staleRate: boolean;
}

/** Rates to book a fact with: trusted ones, else the last that were seen, flagged; without any it must wait. */
function bookingTerms(
  change: ChangeBuilder,
  order: Order,
  instrument: Instrument,
  priceE8: PriceE8,
): Result<BookingTerms, Unbookable> {
  const trusted = ratesAt(change, instrument, priceE8, 'trusted');
  const rates = trusted ?? ratesAt(change, instrument, priceE8, 'last_seen');
  if (rates === undefined) {
    return refuse({
      refusedAs: 'wait',
      why: `no conversion rate of ${instrument.symbol} to ${change.before.currency} for order ${order.orderId}`,
    });
  }
  return ok({ instrument, priceE8, ...rates, staleRate: trusted === undefined });
}

function ratesAt(
  change: ChangeBuilder,
  instrument: Instrument,
  priceE8: PriceE8,
  trust: 'trusted' | 'last_seen',
): { readonly unitBasis: Fraction; readonly profitRates: ProfitRates } | undefined {
  const { market, group } = change.context;
  const basis = unitBasis(market, group.policies, instrument, change.before.currency, priceE8, trust);
  const rates = profitRates(market, group.policies.conversion, instrument.quoteCurrency, change.before.currency, trust);
  return basis.ok && rates.ok ? { unitBasis: basis.value.basis, profitRates: rates.value } : undefined;
}

function fillFlags(order: Order, filledVolumeE8: LotsE8, terms: BookingTerms): readonly DealFlag[] {
  const flags: DealFlag[] = [];
  if (isOver(order.status) || order.status === 'unknown') flags.push('late_fill');
  if (filledVolumeE8 > larger(order.volumeE8, order.filledVolumeE8)) flags.push('overfill');
  if (slipped(order, terms)) flags.push('slipped_beyond_reservation');
  if (terms.staleRate) flags.push('stale_rate');
  return flags;
}

/** Takes more margin than was reserved, or is worse for the client than the deviation allowed, which margin need not feel. */
function slipped(order: Order, terms: BookingTerms): boolean {
  const { side, reservation, maxDeviationE8 } = order;
  if (reservation === null) return false;
  if (compareFractions(terms.unitBasis, reservation.unitBasis) > 0n) return true;
  if (waitsForLimit(order)) return !isWithinLimit(order, terms.priceE8);
  // A stop is executed at any price.
  if (order.type !== 'market') return false;
  if (side === 'buy') return terms.priceE8 > reservation.priceE8;
  // The reservation is the client's price and the deviation on top, on either side.
  return terms.priceE8 < reservation.priceE8 - 2n * (maxDeviationE8 ?? 0n);
}
