import type { SymbolName } from '@margrave/vocabulary';
import { QuoteBook } from './quote-book.ts';

const quote = { symbol: 'EURUSD' as SymbolName, sequence: '7', bid: '1.08446', ask: '1.08454', ageMs: 12 };

describe('the quotes at hand', () => {
  it('age with the time since they arrived', () => {
    let monotonicMs = 1_000;
    const book = new QuoteBook(() => monotonicMs);
    book.take(quote);
    monotonicMs = 1_030;
    expect(book.get(quote.symbol)).toEqual({ bidE8: 108_446_000n, askE8: 108_454_000n, sequence: 7n, ageMs: 42 });
  });

  it('are not replaced by an older one, nor made young by a repetition', () => {
    let monotonicMs = 0;
    const book = new QuoteBook(() => monotonicMs);
    book.take(quote);
    monotonicMs = 500;
    expect(book.take({ ...quote, sequence: '6', bid: '1.00000' })).toBe(false);
    expect(book.take(quote)).toBe(false);
    expect(book.get(quote.symbol)).toMatchObject({ bidE8: 108_446_000n, ageMs: 512 });
  });

  it.each([
    { bid: '0', ask: '1.1' },
    { bid: '1.2', ask: '1.1' },
    { bid: '1e3', ask: '1.1' },
  ])('keep no price that is none: %j', (prices) => {
    const book = new QuoteBook(() => 0);
    expect(book.take({ ...quote, ...prices })).toBe(false);
    expect(book.get(quote.symbol)).toBeUndefined();
  });
});
