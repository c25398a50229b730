import { QuoteV1 } from '@margrave/contracts';
import type { SymbolName } from '@margrave/vocabulary';
import { price } from '../testing/scene.ts';
import { createPriceBoard } from './price-board.ts';

const EURUSD = 'EURUSD' as SymbolName;
const quote = (sequence: string, bid: string, ask: string, ageMs = 0): QuoteV1 => ({
  ...QuoteV1.example,
  sequence,
  bid,
  ask,
  ageMs,
});
const board = () => {
  const clock = { nowMs: 1_000 };
  return { clock, prices: createPriceBoard({ ageMsMax: 100, now: () => clock.nowMs }) };
};

it('knows the newest quote by its sequence, whatever the order of arrival', () => {
  const { prices } = board();
  prices.take(quote('3000000000018', '1.2', '1.3'));
  prices.take(quote('3000000000017', '1.1', '1.2'));
  expect(prices.priceOf(EURUSD)).toMatchObject(price('1.2', '1.3'));
});

it('has no price of a symbol that nobody quoted', () => {
  expect(board().prices.priceOf(EURUSD)).toBeUndefined();
});

it('trades on a quote until it is too old, the age it was sent with included', () => {
  const { prices, clock } = board();
  prices.take(quote('1', '1.1', '1.2', 60));
  clock.nowMs += 40;
  expect(prices.priceOf(EURUSD)).toBeDefined();
  clock.nowMs += 1;
  expect(prices.priceOf(EURUSD)).toBeUndefined();
});

it.each([
  ['no bid', '0', '1.2'],
  ['a bid above the ask', '1.3', '1.2'],
])('does not trade on a quote with %s', (_what, bid, ask) => {
  const { prices } = board();
  prices.take(quote('1', bid, ask));
  expect(prices.priceOf(EURUSD)).toBeUndefined();
});
