import { checkSymbolName } from '@margrave/vocabulary';
import { Type, type Static } from 'typebox';
import { count, decimal, symbolName, wholeNumber } from '../fields.ts';
import { plainMessage } from '../message.ts';
import { subjectTemplate } from '../subject.ts';

/** A quote cannot be older than this and still be worth sending. */
const AGE_MS_MAX = 7 * 24 * 60 * 60 * 1000;

const schema = Type.Object(
  {
    symbol: symbolName('Our symbol, as in the subject.'),
    sequence: count(
      'Numbers the quotes of this symbol alone: generation × 10^12 + counter. The counter grows by one with every new quote of the symbol, the generation whenever another instance, or a restarted one, begins to speak; a quote that is told again has the number it had. A reader keeps, of each symbol, the largest.',
    ),
    bid: decimal('Raw bid.'),
    ask: decimal('Raw ask.'),
    low: decimal('Lowest raw bid since the previous quote of this symbol.'),
    high: decimal('Highest raw ask since the previous quote of this symbol.'),
    ageMs: wholeNumber(
      { minimum: 0, maximum: AGE_MS_MAX },
      'Age of the quote when it was sent, in milliseconds; add the time since it arrived.',
    ),
  },
  { title: 'QuoteV1' },
);

/**
 * The raw quote of a symbol, without any group's markup.
 *
 * From: market-data. To: all.
 * Frozen after its first release: a field may be added as optional; anything else is `quote.v2.ts`.
 */
export const QuoteV1 = plainMessage({
  name: 'quote',
  version: 1,
  summary: 'The raw quote of a symbol.',
  description:
    'Nobody keeps quotes: only the latest matters. A gap shows in the `sequence` of its symbol; `low` and `high` tell what was touched between two quotes of a symbol.',
  from: 'market-data',
  to: 'all services',
  subjectTemplate: subjectTemplate('md.quotes.v1.{symbol}', { symbol: checkSymbolName }),
  bytesMax: 1024,
  schema,
  example: {
    symbol: 'EURUSD',
    sequence: '3000000000017',
    bid: '1.08446',
    ask: '1.08454',
    low: '1.08446',
    high: '1.08454',
    ageMs: 12,
  },
});

export type QuoteV1 = Static<typeof schema>;
