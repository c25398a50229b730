import type { PriceE8 } from '@margrave/vocabulary';
import { SILENT_FEED, quoteAgeMs, UNKNOWN_AGE_MS, type FeedTick, type SymbolFeed } from './symbol-feed.ts';
import { takeTick, type QuoteRules, type TickResult } from './take-tick.ts';

const RULES: QuoteRules = { digits: 5, spikeLimit: { numerator: 1n, denominator: 100n } };
/** In tenths of a point, so that a digit too many can be said. */
const price = (points: number): PriceE8 => (BigInt(points * 10) * 100n) as PriceE8;

interface Step {
  readonly bid?: number | null;
  readonly ask?: number | null;
  readonly timeMs?: number;
  readonly snapshot?: boolean;
  readonly atMs?: number;
  readonly sessionOpen?: boolean;
}

const tickOf = ({ bid, ask, timeMs, snapshot = false }: Step): FeedTick => ({
  snapshot,
  ...(bid === undefined ? {} : { bidE8: bid === null ? null : price(bid) }),
  ...(ask === undefined ? {} : { askE8: ask === null ? null : price(ask) }),
  ...(timeMs === undefined ? {} : { timeMs }),
});

/** Runs the steps, one millisecond apart unless they say when, and answers each result and what is known in the end. */
function run(
  steps: readonly Step[],
  from: SymbolFeed = SILENT_FEED,
): { readonly results: TickResult[]; readonly feed: SymbolFeed } {
  let feed = from;
  const results = steps.map((step, index) => {
    const taken = takeTick(feed, tickOf(step), RULES, { nowMs: step.atMs ?? index, sessionOpen: step.sessionOpen ?? true });
    feed = taken.feed;
    return taken.result;
  });
  return { results, feed };
}

const points = (feed: SymbolFeed): unknown =>
  feed.quote === null ? null : [Number(feed.quote.bidE8 / 1_000n), Number(feed.quote.askE8 / 1_000n)];

describe('a quote is made of both raw sides', () => {
  it('when a tick brings both', () => {
    const { results, feed } = run([{ bid: 108_446, ask: 108_454 }]);
    expect(results).toEqual(['accepted']);
    expect(points(feed)).toEqual([108_446, 108_454]);
  });

  it('when the sides come one by one', () => {
    const { results, feed } = run([{ bid: 108_446 }, { ask: 108_454 }, { bid: 108_447 }]);
    expect(results).toEqual(['incomplete', 'accepted', 'accepted']);
    expect(points(feed)).toEqual([108_447, 108_454]);
  });

  it('and a deleted side leaves the last quote until the side returns', () => {
    const { results, feed } = run([{ bid: 108_446, ask: 108_454 }, { bid: null }, { ask: 108_455 }]);
    expect(results).toEqual(['accepted', 'incomplete', 'incomplete']);
    expect(points(feed)).toEqual([108_446, 108_454]);
    const returned = run([{ bid: 108_446, atMs: 9 }], feed);
    expect(returned.results).toEqual(['accepted']);
    expect(points(returned.feed)).toEqual([108_446, 108_455]);
  });
});

describe('a quote that fails is dropped and its sides stay', () => {
  it.each<[string, Step, TickResult]>([
    ['a bid of zero', { bid: 0 }, 'not_positive'],
    ['a negative ask', { ask: -108_454 }, 'not_positive'],
    ['a bid above the ask', { bid: 108_455 }, 'crossed'],
    ['a price with more digits than the instrument', { bid: 108_446.5 }, 'too_many_digits'],
    ['a price a hundredth and a point above the last', { bid: 109_530, ask: 109_539 }, 'spike'],
    ['a thousandfold price', { bid: 108_446_000, ask: 108_454_000 }, 'spike'],
  ])('for %s', (_, bad, expected) => {
    const start = run([{ bid: 108_446, ask: 108_454 }]).feed;
    const tick = tickOf(bad);
    const { feed, result } = takeTick(start, tick, RULES, { nowMs: 1, sessionOpen: true });
    expect(result).toBe(expected);
    expect(feed.quote).toEqual(start.quote);
    expect([feed.bidE8, feed.askE8]).toEqual([tick.bidE8 ?? start.bidE8, tick.askE8 ?? start.askE8]);
  });

  it('so that a crossed pair heals when the other side follows', () => {
    const { results, feed } = run([{ bid: 108_446, ask: 108_454 }, { bid: 108_460 }, { ask: 108_468 }]);
    expect(results).toEqual(['accepted', 'crossed', 'accepted']);
    expect(points(feed)).toEqual([108_460, 108_468]);
  });

  it('takes a bid equal to the ask', () => expect(run([{ bid: 108_446, ask: 108_446 }]).results).toEqual(['accepted']));
  it('takes a price exactly at the spike limit', () =>
    expect(
      run([
        { bid: 100_000, ask: 100_000 },
        { bid: 101_000, ask: 101_000 },
      ]).results,
    ).toEqual(['accepted', 'accepted']));
});

describe('a level beyond the spike limit', () => {
  const start: Step = { bid: 100_000, ask: 100_010, atMs: 0 };
  it('is believed at the third tick that agrees', () => {
    const { results, feed } = run([start, { bid: 110_000, ask: 110_010 }, { bid: 110_001 }, { bid: 110_002 }]);
    expect(results).toEqual(['accepted', 'spike', 'spike', 'accepted']);
    expect(points(feed)).toEqual([110_002, 110_010]);
  });

  it('is believed at a tick that still agrees two seconds after the first', () => {
    const steps = [start, { bid: 110_000, ask: 110_010, atMs: 10 }];
    expect(run([...steps, { bid: 110_001, atMs: 2_009 }]).results).toEqual(['accepted', 'spike', 'spike']);
    expect(run([...steps, { bid: 110_001, atMs: 2_010 }]).results).toEqual(['accepted', 'spike', 'accepted']);
  });

  it('agrees with itself when the feed says it again', () =>
    expect(run([start, { bid: 110_000, ask: 110_010 }, { bid: 110_000 }, { bid: 110_000 }]).results).toEqual([
      'accepted',
      'spike',
      'spike',
      'accepted',
    ]));

  it('starts its count again when the next one is elsewhere, and is forgotten when the market is where it was', () => {
    const { results, feed } = run([
      start,
      { bid: 110_000, ask: 110_010 },
      { bid: 90_000, ask: 90_010 },
      { bid: 90_001 },
      { bid: 100_001, ask: 100_011 },
    ]);
    expect(results).toEqual(['accepted', 'spike', 'spike', 'spike', 'accepted']);
    expect(feed.candidate).toBeNull();
  });
});

describe('the first values after a connection was made', () => {
  it('are of unknown age and not tradable until they change', () => {
    const first = run([{ bid: 108_446, ask: 108_454, snapshot: true }]);
    expect(first.results).toEqual(['snapshot']);
    expect(first.feed.quote?.atMs).toBeNull();
    const { results, feed } = run(
      [
        { bid: 108_446, ask: 108_454, atMs: 5 },
        { bid: 108_447, atMs: 6 },
      ],
      first.feed,
    );
    expect(results).toEqual(['duplicate', 'accepted']);
    expect(feed.quote?.atMs).toBe(6);
  });

  it('do not replace a quote of known age, whose age grows', () => {
    const { results, feed } = run([
      { bid: 108_446, ask: 108_454, atMs: 100 },
      { bid: 108_400, ask: 108_408, snapshot: true, atMs: 900 },
    ]);
    expect(results).toEqual(['accepted', 'snapshot_held']);
    expect(feed.quote).toMatchObject({ bidE8: price(108_446), atMs: 100 });
    expect(run([{ bid: 108_401, atMs: 950 }], feed).results).toEqual(['accepted']);
  });

  it('become tradable when the feed repeats them with a later time', () => {
    const { results } = run([
      { bid: 108_446, ask: 108_454, timeMs: 1_000, snapshot: true },
      { bid: 108_446, ask: 108_454, timeMs: 1_001 },
    ]);
    expect(results).toEqual(['snapshot', 'accepted']);
  });
});

describe('times of the feed, where it has them', () => {
  it('refuse a tick that is older than the last, sides and all', () => {
    const { results, feed } = run([
      { bid: 108_446, ask: 108_454, timeMs: 2_000 },
      { bid: 108_440, ask: 108_448, timeMs: 1_999 },
      { bid: 108_447, timeMs: 2_000 },
    ]);
    expect(results).toEqual(['accepted', 'older', 'accepted']);
    expect(points(feed)).toEqual([108_447, 108_454]);
  });

  it('refuse a replayed snapshot that is older than what is known', () =>
    expect(
      run([
        { bid: 108_446, ask: 108_454, timeMs: 2_000 },
        { bid: 108_440, ask: 108_448, timeMs: 1_000, snapshot: true },
      ]).results,
    ).toEqual(['accepted', 'older']));

  it('start again with a symbol that was deleted', () =>
    expect(
      run([
        { bid: 108_446, ask: 108_454, timeMs: 4_000_000 },
        { bid: null, ask: null },
        { bid: 108_440, ask: 108_448, timeMs: 1_000 },
      ]).results,
    ).toEqual(['accepted', 'incomplete', 'accepted']));
});

describe('a closed session', () => {
  it('keeps its last price, and the first tick after it counts', () => {
    const { results, feed } = run([
      { bid: 108_446, ask: 108_454 },
      { bid: 108_440, ask: 108_470, sessionOpen: false },
      { bid: 108_441, sessionOpen: true },
    ]);
    expect(results).toEqual(['accepted', 'session_closed', 'accepted']);
    expect(points(feed)).toEqual([108_441, 108_470]);
  });

  it('takes the first values it hears when it has none, as a quote of unknown age', () =>
    expect(run([{ bid: 108_446, ask: 108_454, sessionOpen: false }]).feed.quote?.atMs).toBeNull());
});

describe('the age of a quote', () => {
  const quote = { bidE8: price(1), askE8: price(2) };
  it('is the whole milliseconds since it arrived', () => expect(quoteAgeMs({ ...quote, atMs: 10.2 }, 22.9)).toBe(12));
  it('is never negative', () => expect(quoteAgeMs({ ...quote, atMs: 10 }, 9)).toBe(0));
  it('is beyond any limit when nobody knows it', () => expect(quoteAgeMs({ ...quote, atMs: null }, 0)).toBe(UNKNOWN_AGE_MS));
});
