import { divide, type PriceE8 } from '@margrave/vocabulary';
import type { Group } from './group.ts';
import type { Instrument } from './instrument.ts';
import { pointE8, type Market, type Quote } from './market.ts';
import { clientQuote, type ClientQuote } from './quotes/index.ts';

/** What an account deals in: the market as its group sees it. */
export interface Dealing {
  readonly market: Market;
  readonly group: Group;
}

/**
 * The prices that a group's clients deal at (FORMULAS.md, "Prices"); undefined where the markup leaves no positive bid. A symbol
 * that the group no longer lists is valued raw.
 */
export function clientPrices(dealing: Dealing, instrument: Instrument, quote: Quote): ClientQuote | undefined {
  return clientQuote(quote, {
    markupPoints: markupPoints(dealing.group, instrument),
    pointE8: pointE8(instrument),
    tickE8: instrument.tickE8,
  });
}

/** What is added to a provider's price of a buy and taken from that of a sell: half the markup, on the tick, never less. */
export function markupE8(group: Group, instrument: Instrument): PriceE8 {
  const doubled = markupPoints(group, instrument) * pointE8(instrument);
  return (divide(doubled, 2n * instrument.tickE8, 'up') * instrument.tickE8) as PriceE8;
}

const markupPoints = (group: Group, instrument: Instrument): bigint => group.symbols.get(instrument.symbol)?.markupPoints ?? 0n;
