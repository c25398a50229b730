import type { PriceE8 } from '@margrave/vocabulary';
import fc from 'fast-check';
import { clientAskE8, clientBidE8, clientQuote } from './client-quote.ts';
import { widenExtremes, type Extremes } from './extremes.ts';

const e8 = (value: bigint): PriceE8 => value as PriceE8;
const FIVE_DIGITS = { pointE8: e8(1_000n), tickE8: e8(1_000n) };

describe('client prices', () => {
  it('of EURUSD with ten points of markup are five points off on each side', () =>
    expect(clientQuote({ bidE8: e8(108_446_000n), askE8: e8(108_454_000n) }, { ...FIVE_DIGITS, markupPoints: 10n })).toEqual({
      bidE8: 108_441_000n,
      askE8: 108_459_000n,
    }));

  it('give a half point to the house on both sides', () =>
    expect(clientQuote({ bidE8: e8(108_446_000n), askE8: e8(108_454_000n) }, { ...FIVE_DIGITS, markupPoints: 3n })).toEqual({
      bidE8: 108_444_000n,
      askE8: 108_456_000n,
    }));

  it('are the raw prices when there is no markup', () =>
    expect(clientQuote({ bidE8: e8(108_446_000n), askE8: e8(108_454_000n) }, { ...FIVE_DIGITS, markupPoints: 0n })).toEqual({
      bidE8: 108_446_000n,
      askE8: 108_454_000n,
    }));

  it('lie on a tick that is coarser than the point', () =>
    expect(
      clientQuote(
        { bidE8: e8(523_040_000_000n), askE8: e8(523_060_000_000n) },
        { markupPoints: 2n, pointE8: e8(10_000_000n), tickE8: e8(25_000_000n) },
      ),
    ).toEqual({ bidE8: 523_025_000_000n, askE8: 523_075_000_000n }));

  it('do not exist when the markup eats the price', () =>
    expect(clientQuote({ bidE8: e8(3_000n), askE8: e8(4_000n) }, { ...FIVE_DIGITS, markupPoints: 6n })).toBeUndefined());

  it('stop on a negative markup, which is a bug of the configuration', () =>
    expect(() => clientAskE8(e8(1n), { ...FIVE_DIGITS, markupPoints: -1n })).toThrow('markup'));

  it('are the nearest ticks outside the exact half-spread', () =>
    fc.assert(
      fc.property(
        fc.bigInt(1n, 10n ** 15n),
        fc.bigInt(0n, 10_000n),
        fc.integer({ min: 0, max: 8 }),
        fc.bigInt(1n, 400n),
        (raw, markupPoints, digits, ticksPerPoint) => {
          const pointE8 = e8(10n ** BigInt(8 - digits));
          const markup = { markupPoints, pointE8, tickE8: e8(pointE8 * ticksPerPoint) };
          // Twice the price, so that half a point stays whole.
          const exactAsk = 2n * raw + markupPoints * pointE8;
          const exactBid = 2n * raw - markupPoints * pointE8;
          const ask = clientAskE8(e8(raw), markup);
          const bid = clientBidE8(e8(raw), markup);
          expect(ask % markup.tickE8).toBe(0n);
          expect(bid % markup.tickE8).toBe(0n);
          expect(2n * ask >= exactAsk && 2n * (ask - markup.tickE8) < exactAsk).toBe(true);
          expect(2n * bid <= exactBid && 2n * (bid + markup.tickE8) > exactBid).toBe(true);
        },
      ),
    ));
});

describe('low and high since the quote published before', () => {
  it('are the bid and the ask of a quote that is alone', () =>
    expect(widenExtremes(null, { bidE8: e8(5n), askE8: e8(7n) })).toEqual({ lowE8: 5n, highE8: 7n }));

  it('hold every quote that came since', () =>
    fc.assert(
      fc.property(
        fc.array(fc.record({ bidE8: fc.bigInt(1n, 99n).map(e8), askE8: fc.bigInt(100n, 200n).map(e8) }), { minLength: 1 }),
        (quotes) => {
          const extremes = quotes.reduce<Extremes | null>(widenExtremes, null);
          const bids = quotes.map((quote) => quote.bidE8).sort((a, b) => (a < b ? -1 : 1));
          const asks = quotes.map((quote) => quote.askE8).sort((a, b) => (a > b ? -1 : 1));
          expect(extremes).toEqual({ lowE8: bids[0], highE8: asks[0] });
        },
      ),
    ));
});
