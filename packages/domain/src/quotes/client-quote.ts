import assert from 'node:assert/strict';
import { divide, type PriceE8 } from '@margrave/vocabulary';

/** A group's markup on a symbol, and the units it is counted and rounded in. */
export interface Markup {
  /** The whole widening of the spread; each side moves by half of it. Never negative. */
  readonly markupPoints: bigint;
  /** One unit of the last decimal of a price. */
  readonly pointE8: PriceE8;
  readonly tickE8: PriceE8;
}

export interface ClientQuote {
  readonly bidE8: PriceE8;
  readonly askE8: PriceE8;
}

/**
 * What a client of the group buys at: raw ask + half-spread, rounded up to the tick (FORMULAS.md "Prices").
 * The half-spread, markupPoints × point ÷ 2, is never rounded by itself.
 */
export function clientAskE8(rawAskE8: PriceE8, { markupPoints, pointE8, tickE8 }: Markup): PriceE8 {
  assert(markupPoints >= 0n && tickE8 > 0n, 'clientAskE8: the markup must not be negative and the tick must be positive');
  return (divide(2n * rawAskE8 + markupPoints * pointE8, 2n * tickE8, 'ceiling') * tickE8) as PriceE8;
}

/** What a client of the group sells at: raw bid − half-spread, rounded down to the tick. May be zero or less when the markup is larger than the price. */
export function clientBidE8(rawBidE8: PriceE8, { markupPoints, pointE8, tickE8 }: Markup): PriceE8 {
  assert(markupPoints >= 0n && tickE8 > 0n, 'clientBidE8: the markup must not be negative and the tick must be positive');
  return (divide(2n * rawBidE8 - markupPoints * pointE8, 2n * tickE8, 'floor') * tickE8) as PriceE8;
}

/** The group's prices for a raw quote; undefined when the markup leaves no positive bid, which is no price at all. */
export function clientQuote(raw: { readonly bidE8: PriceE8; readonly askE8: PriceE8 }, markup: Markup): ClientQuote | undefined {
  const bidE8 = clientBidE8(raw.bidE8, markup);
  return bidE8 > 0n ? { bidE8, askE8: clientAskE8(raw.askE8, markup) } : undefined;
}
