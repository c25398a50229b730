import { QuoteV1 } from '@margrave/contracts';
import { readQuote } from './quotes.ts';

const quote = { ...QuoteV1.example, low: '1.08440', high: '1.08460' };

it('a quote is read with its number and how far the price went', () => {
  expect(readQuote(quote)).toEqual({
    symbol: 'EURUSD',
    sequence: 3_000_000_000_017n,
    bidE8: 108_446_000n,
    askE8: 108_454_000n,
    lowE8: 108_440_000n,
    highE8: 108_460_000n,
    ageMs: 12,
  });
});

it.each([
  ['a low above the bid', { low: '1.08447' }],
  ['a high below the ask', { high: '1.08453' }],
  ['a bid above the ask', { bid: '1.08455' }],
  ['a price of nothing', { low: '0' }],
  ['a negative price', { low: '-1' }],
  ['no number', { ask: '1e5' }],
])('a quote with %s is none', (_, changed) => expect(readQuote({ ...quote, ...changed })).toBeUndefined());
