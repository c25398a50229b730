import { formatE8, type PriceE8 } from '@margrave/vocabulary';
import type { Order } from './account.ts';
import type { Instrument } from './instrument.ts';
import type { Quote } from './market.ts';

/** A price this many spike limits away from every price at hand is taken for an error, not for a market that has moved. */
const COLLAR_SPIKES = 10n;

/**
 * Why a provider's price cannot be meant: it lies far from the last quote, however old, and from what was reserved for the
 * order. `undefined` where it lies near one of them, or where there is nothing to judge it by.
 *
 * @param priceE8 raw, as the provider reported it.
 */
export function strayPrice(order: Order, instrument: Instrument, quote: Quote | undefined, priceE8: PriceE8): string | undefined {
  const known: readonly (readonly [lowE8: PriceE8, highE8: PriceE8])[] = [
    ...(quote === undefined ? [] : ([[quote.bidE8, quote.askE8]] as const)),
    ...(order.reservation === null ? [] : ([[order.reservation.priceE8, order.reservation.priceE8]] as const)),
  ];
  const { numerator, denominator } = instrument.spikeLimit;
  const away = COLLAR_SPIKES * numerator;
  const isNear = known.some(
    ([lowE8, highE8]) =>
      priceE8 * denominator >= lowE8 * (denominator - away) && priceE8 * denominator <= highE8 * (denominator + away),
  );
  if (known.length === 0 || isNear) return undefined;
  return (
    `a fill of order ${order.orderId} at ${formatE8(priceE8)}, more than ${away}/${denominator} away ` +
    `from every price of ${order.symbol} at hand: ${known.map((range) => range.map((each) => formatE8(each)).join(' to ')).join(', ')}`
  );
}
