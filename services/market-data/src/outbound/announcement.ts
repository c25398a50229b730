import type { Broadcaster } from '@margrave/bus-nats';
import { QuoteV1 } from '@margrave/contracts';
import { quoteAgeMs } from '@margrave/domain';
import { formatE8, type SymbolName } from '@margrave/vocabulary';
import type { NumberedQuote } from '../app/quote-desk.ts';

/** Tells a quote on its subject. False when it did not go out. */
export function announceOn({ broadcast }: Broadcaster): (numbered: NumberedQuote, nowMs: number) => boolean {
  const subjects = new Map<SymbolName, string>();
  const subjectOf = (symbol: SymbolName): string => {
    let subject = subjects.get(symbol);
    if (subject === undefined) {
      subject = QuoteV1.subject({ symbol });
      subjects.set(symbol, subject);
    }
    return subject;
  };
  return (numbered, nowMs) => broadcast(subjectOf(numbered.symbol), JSON.stringify(announcementOf(numbered, nowMs)));
}

/** The quote as it is told; raw prices, without any group's markup. */
export const announcementOf = ({ symbol, sequence, quote, extremes }: NumberedQuote, nowMs: number): QuoteV1 => ({
  symbol,
  sequence: String(sequence),
  bid: formatE8(quote.bidE8),
  ask: formatE8(quote.askE8),
  low: formatE8(extremes.lowE8),
  high: formatE8(extremes.highE8),
  ageMs: quoteAgeMs(quote, nowMs),
});
