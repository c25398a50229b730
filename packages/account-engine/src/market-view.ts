import type { Account, Command, Market, Quote } from '@margrave/domain';
import type { SymbolName } from '@margrave/vocabulary';
import type { Configuration } from './configuration.ts';
import type { QuoteBook } from './quote-book.ts';

/**
 * The market as a decision sees it, at this moment: the quotes at hand, one version of the configuration, database time. A
 * quote is taken once: it has the same price and the same age however often one looks, and as the decision records it.
 */
export function marketView(configuration: Configuration, quotes: QuoteBook, nowMs: number): Market {
  const taken = new Map<SymbolName, Quote | undefined>();
  return {
    nowMs,
    configurationVersion: configuration.version,
    instrument: (symbol) => configuration.instruments.get(symbol),
    quote: (symbol) => {
      if (!taken.has(symbol)) taken.set(symbol, quotes.get(symbol));
      return taken.get(symbol);
    },
    pair: configuration.pair,
    isListedAt: (provider, symbol) => configuration.providerInstrument(provider, symbol) !== undefined,
  };
}

/** Has the market take its quotes of what the command trades and the account holds; the decision finds them there. */
export function takeQuotes(market: Market, { orders, positions }: Account, command: Command): void {
  if (command.kind === 'place') market.quote(command.symbol);
  for (const { symbol } of positions) market.quote(symbol);
  for (const { symbol } of orders) market.quote(symbol);
}
