import { clientPrices, quoteState, type Dealing, type QuoteState } from '@margrave/domain';
import type { PriceE8, SymbolName } from '@margrave/vocabulary';

export interface GroupQuote {
  readonly symbol: SymbolName;
  readonly bidE8: PriceE8;
  readonly askE8: PriceE8;
  /** Decimals of the instrument's prices. */
  readonly digits: number;
  readonly sequence: bigint;
  readonly ageMs: number;
  readonly state: Exclude<QuoteState, 'unavailable'>;
}

export interface GroupQuotes {
  /** In the order in which they were asked for, each symbol once. */
  readonly quotes: readonly GroupQuote[];
  /** Symbols that do not exist, that the group does not deal in, or that have no price yet. */
  readonly unavailable: readonly SymbolName[];
}

/** The prices of many symbols as the clients of a group see them. */
export function clientQuotes(symbols: readonly SymbolName[], dealing: Dealing): GroupQuotes {
  const quotes: GroupQuote[] = [];
  const unavailable: SymbolName[] = [];
  for (const symbol of new Set(symbols)) {
    const quote = groupQuote(symbol, dealing);
    if (quote === undefined) unavailable.push(symbol);
    else quotes.push(quote);
  }
  return { quotes, unavailable };
}

function groupQuote(symbol: SymbolName, dealing: Dealing): GroupQuote | undefined {
  const { market, group } = dealing;
  const instrument = market.instrument(symbol);
  if (instrument === undefined || !group.symbols.has(symbol)) return undefined;
  const quote = market.quote(symbol);
  const prices = quote && clientPrices(dealing, instrument, quote);
  const state = quoteState(market, instrument);
  if (quote === undefined || prices === undefined || state === 'unavailable') return undefined;
  return { symbol, ...prices, digits: instrument.digits, sequence: quote.sequence, ageMs: quote.ageMs, state };
}
