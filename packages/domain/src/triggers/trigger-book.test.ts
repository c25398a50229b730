import type { PriceE8, Side } from '@margrave/vocabulary';
import fc from 'fast-check';
import { priceE8 } from '../testing/build.ts';
import { TriggerBook, type PricesSeen } from './trigger-book.ts';
import { watchOf, type TriggerKind } from './watch.ts';

const arm = (book: TriggerBook, triggerId: string, kind: TriggerKind, side: Side, price: string): void =>
  book.arm({ triggerId, watch: watchOf(kind, side), priceE8: priceE8(price) });
/** Bid and ask, and where they went no further, the lowest bid and the highest ask. */
const at = (bid: string, ask: string, bidLow = bid, askHigh = ask): PricesSeen => ({
  bidE8: priceE8(bid),
  askE8: priceE8(ask),
  bidLowE8: priceE8(bidLow),
  askHighE8: priceE8(askHigh),
});
const reached = (book: TriggerBook, seen: PricesSeen): readonly string[] => book.reach(seen).map(({ triggerId }) => triggerId);

describe('a trigger', () => {
  // FORMULAS.md, "Triggers": what it says of each, at the price itself and a point short of it.
  it.each([
    ['limit', 'buy', ['1.08450', '1.08460'], ['1.08451', '1.08461']],
    ['stop', 'buy', ['1.08450', '1.08460'], ['1.08449', '1.08459']],
    ['limit', 'sell', ['1.08460', '1.08470'], ['1.08459', '1.08469']],
    ['stop', 'sell', ['1.08460', '1.08470'], ['1.08461', '1.08471']],
    ['stop_loss', 'buy', ['1.08460', '1.08470'], ['1.08461', '1.08471']],
    ['take_profit', 'buy', ['1.08460', '1.08470'], ['1.08459', '1.08469']],
    ['stop_loss', 'sell', ['1.08450', '1.08460'], ['1.08449', '1.08459']],
    ['take_profit', 'sell', ['1.08450', '1.08460'], ['1.08451', '1.08461']],
  ] as const)('%s of a %s at 1.08460 is reached by %j, not by %j', (kind, side, [bid, ask], [shortBid, shortAsk]) => {
    const book = new TriggerBook();
    arm(book, 'it', kind, side, '1.08460');
    expect([reached(book, at(shortBid, shortAsk)), book.size]).toEqual([[], 1]);
    expect([reached(book, at(bid, ask)), book.size]).toEqual([['it'], 0]);
    expect(reached(book, at(bid, ask))).toEqual([]);
  });

  it('that stops is reached by how far the price went, one that limits is not', () => {
    const book = new TriggerBook();
    arm(book, 'stop loss', 'stop_loss', 'buy', '1.08000');
    arm(book, 'sell stop', 'stop', 'sell', '1.07990');
    arm(book, 'buy stop', 'stop', 'buy', '1.09000');
    arm(book, 'take profit', 'take_profit', 'buy', '1.08990');
    arm(book, 'buy limit', 'limit', 'buy', '1.08000');
    expect(reached(book, at('1.08450', '1.08460'))).toEqual([]);
    expect(reached(book, at('1.08450', '1.08460', '1.07990', '1.09000'))).toEqual(['stop loss', 'sell stop', 'buy stop']);
  });

  it('is not reached by where the price was before it was armed', () => {
    const book = new TriggerBook();
    arm(book, 'old', 'stop_loss', 'buy', '1.08000');
    book.reach(at('1.08450', '1.08460'));
    arm(book, 'new', 'stop_loss', 'buy', '1.08100');
    expect(reached(book, at('1.08450', '1.08460', '1.07990'))).toEqual(['old']);
    expect(reached(book, at('1.08450', '1.08460', '1.08100'))).toEqual(['new']);
  });

  it('is reached after those that the price came by before, and those that were armed at its price before it', () => {
    const book = new TriggerBook();
    for (const [id, price] of [
      ['c', '1.07990'],
      ['a', '1.08010'],
      ['b', '1.08000'],
      ['d', '1.07990'],
    ] as const) {
      arm(book, id, 'stop_loss', 'buy', price);
    }
    arm(book, 'c', 'stop_loss', 'buy', '1.07990'); // armed again: behind the other
    arm(book, 'limit', 'take_profit', 'sell', '1.08000');
    expect(reached(book, at('1.07900', '1.07910'))).toEqual(['a', 'b', 'd', 'c', 'limit']);
  });

  it('that was moved is reached where it is now, and one that was disarmed nowhere', () => {
    const book = new TriggerBook();
    arm(book, 'moved', 'limit', 'buy', '1.08000');
    arm(book, 'gone', 'limit', 'buy', '1.08000');
    book.reach(at('1.08450', '1.08460'));
    arm(book, 'moved', 'limit', 'buy', '1.07000');
    expect([book.disarm('gone'), book.disarm('gone')]).toEqual([true, false]);
    expect(reached(book, at('1.07990', '1.08000'))).toEqual([]);
    expect(reached(book, at('1.06990', '1.07000'))).toEqual(['moved']);
  });
});

interface Waiting {
  readonly id: string;
  readonly kind: TriggerKind;
  readonly side: Side;
  readonly price: bigint;
  readonly arming: number;
  isFresh: boolean;
}

/** Where each of them stands in the queue of those that the same movement of the same price reaches. */
function queueOf(some: readonly Waiting[], movement: 'falls' | 'rises', isStop: boolean): readonly string[] {
  const bySign = movement === 'falls' ? -1n : 1n;
  return some
    .filter(({ kind, side }) => {
      const stops = kind === 'stop' || kind === 'stop_loss';
      const falls = (kind === 'stop_loss' || kind === 'limit') === (side === 'buy');
      return stops === isStop && falls === (movement === 'falls');
    })
    .toSorted((a, b) => {
      if (isStop && a.isFresh !== b.isFresh) return a.isFresh ? 1 : -1;
      return Number(bySign * (a.price - b.price)) || a.arming - b.arming;
    })
    .map(({ id }) => id);
}

/** What FORMULAS.md says, word by word, of every one that waits. */
function isDue({ kind, side, price, isFresh }: Waiting, seen: PricesSeen): boolean {
  const [low, high] = isFresh ? [seen.bidE8, seen.askE8] : [seen.bidLowE8, seen.askHighE8];
  const buyer = side === 'buy';
  switch (kind) {
    case 'limit':
      return buyer ? seen.askE8 <= price : seen.bidE8 >= price;
    case 'stop':
      return buyer ? high >= price : low <= price;
    case 'stop_loss':
      return buyer ? low <= price : high >= price;
    case 'take_profit':
      return buyer ? seen.bidE8 >= price : seen.askE8 <= price;
    default:
      return kind satisfies never;
  }
}

/** Few prices, so that many wait at the same one. */
const price = fc.bigInt(1n, 12n);
const step = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      what: fc.constant('arm' as const),
      id: fc.nat(40),
      kind: fc.constantFrom<TriggerKind>('limit', 'stop', 'stop_loss', 'take_profit'),
      side: fc.constantFrom<Side>('buy', 'sell'),
      price,
    }),
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('disarm' as const), id: fc.nat(40) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('look' as const),
      bid: price,
      spread: fc.bigInt(0n, 3n),
      down: fc.bigInt(0n, 4n),
      up: fc.bigInt(0n, 4n),
    }),
  },
);

const QUEUES = [
  ['falls', true],
  ['rises', true],
  ['falls', false],
  ['rises', false],
] as const;

it('whatever is armed, moved, disarmed and looked at, each is reached once, in its turn, when it is due and never before', () =>
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const book = new TriggerBook();
      const waiting = new Map<string, Waiting>();
      for (const [arming, each] of steps.entries()) {
        if (each.what === 'arm') {
          const { kind, side } = each;
          book.arm({ triggerId: `${each.id}`, watch: watchOf(kind, side), priceE8: each.price as PriceE8 });
          waiting.set(`${each.id}`, { id: `${each.id}`, kind, side, price: each.price, arming, isFresh: true });
        } else if (each.what === 'disarm') {
          expect(book.disarm(`${each.id}`)).toBe(waiting.delete(`${each.id}`));
        } else {
          const [bid, ask] = [each.bid, each.bid + each.spread];
          const seen = { bidE8: bid, askE8: ask, bidLowE8: bid - each.down, askHighE8: ask + each.up } as PricesSeen;
          const due = [...waiting.values()].filter((one) => isDue(one, seen));
          const ids = reached(book, seen);
          expect(ids.toSorted()).toEqual(due.map(({ id }) => id).toSorted());
          for (const [movement, isStop] of QUEUES) {
            const queue = queueOf(due, movement, isStop);
            expect(ids.filter((id) => queue.includes(id))).toEqual(queue);
          }
          for (const { id } of due) waiting.delete(id);
          for (const one of waiting.values()) one.isFresh = false;
        }
        expect(book.size).toBe(waiting.size);
      }
    }),
    { numRuns: 500 },
  ));
