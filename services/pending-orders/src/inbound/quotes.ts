import { subscribe, type BusConnection } from '@margrave/bus-nats';
import { QuoteV1 } from '@margrave/contracts';
import type { Logger } from '@margrave/runtime';
import { parseE8, type PriceE8 } from '@margrave/vocabulary';
import type { HeardQuote } from '../app/quote-board.ts';

export interface QuotesInput {
  readonly bus: BusConnection;
  readonly onQuote: (quote: HeardQuote) => void;
  readonly onUnreadable: () => void;
  readonly onBug: (error: Error) => void;
  readonly log: Logger;
}

/** Hears every quote. One whose prices are none is left out. */
export const listenForQuotes = ({ bus, onQuote, onUnreadable, onBug, log }: QuotesInput): (() => void) =>
  subscribe(bus, {
    contract: QuoteV1,
    onMessage: ({ body }) => {
      const quote = readQuote(body);
      if (quote === undefined) onUnreadable();
      else onQuote(quote);
    },
    onUndecodable: onUnreadable,
    onBug,
    log,
  });

export function readQuote({ symbol, sequence, bid, ask, low, high, ageMs }: QuoteV1): HeardQuote | undefined {
  const prices = [bid, ask, low, high].map(parseE8);
  const [bidE8, askE8, lowE8, highE8] = prices as (PriceE8 | undefined)[];
  if (bidE8 === undefined || askE8 === undefined || lowE8 === undefined || highE8 === undefined) return undefined;
  const isPrice = lowE8 > 0n && lowE8 <= bidE8 && bidE8 <= askE8 && askE8 <= highE8;
  return isPrice ? { symbol, sequence: BigInt(sequence), bidE8, askE8, lowE8, highE8, ageMs } : undefined;
}
