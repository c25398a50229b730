import type { Market } from '@margrave/domain';
import type { Configuration } from './configuration.ts';
import type { QuoteBook } from './quote-book.ts';

/** The market as a decision sees it, at this moment: the quotes at hand, one version of the configuration, database time. */
export const marketView = (configuration: Configuration, quotes: QuoteBook, nowMs: number): Market => ({
  nowMs,
  configurationVersion: configuration.version,
  instrument: (symbol) => configuration.instruments.get(symbol),
  quote: (symbol) => quotes.get(symbol),
  pair: configuration.pair,
});
