import type { PriceE8, Side } from '@margrave/vocabulary';
import fc from 'fast-check';
import { priceE8 } from '../testing/build.ts';
import { TrailingBook } from './trailing-book.ts';
import type { PricesSeen } from './trigger-book.ts';

const at = (bid: string, ask: string, bidLow = bid, askHigh = ask): PricesSeen => ({
  bidE8: priceE8(bid),
  askE8: priceE8(ask),
  bidLowE8: priceE8(bidLow),
  askHighE8: priceE8(askHigh),
});
const arm = (book: TrailingBook, triggerId: string, side: Side, distance: string, best: string): void =>
  book.arm({ triggerId, side, distanceE8: priceE8(distance), bestE8: priceE8(best) });
const reached = (book: TrailingBook, seen: PricesSeen): readonly string[] => book.reach(seen).map(({ triggerId }) => triggerId);

describe('a stop that follows the price', () => {
  it.each([
    ['buy', ['1.08100', '1.08110'], ['1.07901', '1.07911'], ['1.07900', '1.07910']],
    ['sell', ['1.07890', '1.07900'], ['1.08089', '1.08099'], ['1.08090', '1.08100']],
  ] as const)('of a %s stays behind the best price of %j: not reached by %j, reached by %j', (side, best, short, far) => {
    const book = new TrailingBook();
    const seen = ([bid, ask]: readonly [string, string]): PricesSeen => at(bid, ask);
    arm(book, 'it', side, '0.00200', '1.08000');
    expect([reached(book, seen(best)), reached(book, seen(short)), book.size]).toEqual([[], [], 1]);
    expect(book.reach(seen(far))).toEqual([
      { triggerId: 'it', side, distanceE8: priceE8('0.002'), bestE8: priceE8(side === 'buy' ? '1.08100' : '1.07900') },
    ]);
    expect(book.size).toBe(0);
  });

  it('is reached by how far the price went before it turned, where it stood then', () => {
    const book = new TrailingBook();
    arm(book, 'it', 'buy', '0.00200', '1.08000');
    book.reach(at('1.08000', '1.08010'));
    // Its new best price would put it at 1.08300: what was seen before was above where it stood.
    expect(reached(book, at('1.08500', '1.08510', '1.07900'))).toEqual([]);
    expect(reached(book, at('1.08400', '1.08410', '1.08300'))).toEqual(['it']);
  });

  it('is not reached by where the price was before it was armed', () => {
    const book = new TrailingBook();
    arm(book, 'it', 'buy', '0.00200', '1.08000');
    expect(reached(book, at('1.08000', '1.08010', '1.07000'))).toEqual([]);
    expect(reached(book, at('1.08000', '1.08010', '1.07800'))).toEqual(['it']);
  });

  it('says how far it has come', () => {
    const book = new TrailingBook();
    arm(book, 'it', 'sell', '0.00200', '1.08000');
    book.reach(at('1.07890', '1.07900'));
    expect([book.bestE8('it'), book.bestE8('another')]).toEqual([priceE8('1.07900'), undefined]);
  });
});

interface Stop {
  readonly id: string;
  readonly side: Side;
  readonly distance: bigint;
  best: bigint;
  isFresh: boolean;
}

const price = fc.bigInt(20n, 40n);
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constant('arm' as const),
      id: fc.nat(20),
      side: fc.constantFrom<Side>('buy', 'sell'),
      distance: fc.bigInt(1n, 8n),
      best: price,
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('disarm' as const), id: fc.nat(20) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constant('look' as const),
      bid: price,
      spread: fc.bigInt(0n, 2n),
      down: fc.bigInt(0n, 3n),
      up: fc.bigInt(0n, 3n),
    }),
  },
);

/** What FORMULAS.md says of every one by itself; whether it is reached. */
function look(stop: Stop, seen: PricesSeen): boolean {
  const isBuy = stop.side === 'buy';
  const isReachedBy = (bid: bigint, ask: bigint): boolean =>
    isBuy ? bid <= stop.best - stop.distance : ask >= stop.best + stop.distance;
  if (!stop.isFresh && isReachedBy(seen.bidLowE8, seen.askHighE8)) return true;
  stop.isFresh = false;
  if (isBuy ? seen.bidE8 > stop.best : seen.askE8 < stop.best) stop.best = isBuy ? seen.bidE8 : seen.askE8;
  return isReachedBy(seen.bidE8, seen.askE8);
}

it('whatever is armed, disarmed and looked at, each follows as if it were alone', () =>
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
      const book = new TrailingBook();
      const stops = new Map<string, Stop>();
      for (const each of steps) {
        if (each.what === 'arm') {
          const { side, distance, best } = each;
          book.arm({ triggerId: `${each.id}`, side, distanceE8: distance as PriceE8, bestE8: best as PriceE8 });
          stops.set(`${each.id}`, { id: `${each.id}`, side, distance, best, isFresh: true });
        } else if (each.what === 'disarm') {
          expect(book.disarm(`${each.id}`)).toBe(stops.delete(`${each.id}`));
        } else {
          const [bid, ask] = [each.bid, each.bid + each.spread];
          const seen = { bidE8: bid, askE8: ask, bidLowE8: bid - each.down, askHighE8: ask + each.up } as PricesSeen;
          const due = [...stops.values()].filter((stop) => look(stop, seen));
          const found = book.reach(seen).map(({ triggerId, bestE8 }) => [triggerId, bestE8] as const);
          expect(new Map(found)).toEqual(new Map(due.map(({ id, best }) => [id, best])));
          for (const { id } of due) stops.delete(id);
          for (const { id, best } of stops.values()) expect(book.bestE8(id)).toBe(best);
        }
        expect(book.size).toBe(stops.size);
      }
    }),
    { numRuns: 500 },
  ));
