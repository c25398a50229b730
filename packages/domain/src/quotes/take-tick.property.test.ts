import { absolute, fitsDecimals, type PriceE8 } from '@margrave/vocabulary';
import fc from 'fast-check';
import { SPIKE_AGREEING_TICKS, SPIKE_SETTLE_MS } from './spike.ts';
import { SILENT_FEED, type FeedTick, type SymbolFeed } from './symbol-feed.ts';
import { takeTick, TICK_RESULTS, type QuoteRules, type TickResult } from './take-tick.ts';

const RULES: QuoteRules = { digits: 3, spikeLimit: { numerator: 5n, denominator: 1_000n } };
const CHANGES_THE_QUOTE: ReadonlySet<TickResult> = new Set(['accepted', 'snapshot']);

/** Around 151.420, sometimes far off, sometimes nonsense, sometimes with a digit too many. */
const side = fc.oneof(
  { weight: 12, arbitrary: fc.bigInt(151_380n, 151_460n).map((thousandths) => (thousandths * 100_000n) as PriceE8) },
  { weight: 2, arbitrary: fc.bigInt(160_000n, 160_040n).map((thousandths) => (thousandths * 100_000n) as PriceE8) },
  { weight: 1, arbitrary: fc.bigInt(-200n, 200n).map((units) => (units * 10_000n) as PriceE8) },
  { weight: 1, arbitrary: fc.constant(null) },
);
const step = fc.record({
  tick: fc.record(
    { bidE8: side, askE8: side, timeMs: fc.integer({ min: 1, max: 60 }), snapshot: fc.boolean() },
    { requiredKeys: ['snapshot'] },
  ),
  elapsedMs: fc.integer({ min: 0, max: 900 }),
  sessionOpen: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
});

type Seen = { readonly before: SymbolFeed; readonly after: SymbolFeed; readonly tick: FeedTick; readonly result: TickResult };

function walk(steps: readonly { readonly tick: FeedTick; readonly elapsedMs: number; readonly sessionOpen: boolean }[]): Seen[] {
  let feed = SILENT_FEED;
  let nowMs = 0;
  return steps.map(({ tick, elapsedMs, sessionOpen }) => {
    nowMs += elapsedMs;
    const before = feed;
    const taken = takeTick(before, tick, RULES, { nowMs, sessionOpen });
    feed = taken.feed;
    return { before, after: feed, tick, result: taken.result };
  });
}

const property = (check: (seen: readonly Seen[]) => void): void =>
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => check(walk(steps))),
    { numRuns: 500 },
  );

describe('whatever a feed sends', () => {
  it('the quote is positive, not crossed and has no digit too many', () =>
    property((seen) => {
      for (const { after } of seen) {
        if (after.quote === null) continue;
        expect(after.quote.bidE8 > 0n && after.quote.bidE8 <= after.quote.askE8).toBe(true);
        expect(fitsDecimals(after.quote.bidE8, RULES.digits) && fitsDecimals(after.quote.askE8, RULES.digits)).toBe(true);
      }
    }));

  it('the quote changes when the result says so, and only then', () =>
    property((seen) => {
      for (const { before, after, result } of seen) {
        if (CHANGES_THE_QUOTE.has(result)) expect(after.quote).not.toBe(before.quote);
        else expect(after.quote).toBe(before.quote);
      }
    }));

  it('a quote of known age is never lost to one of unknown age', () =>
    property((seen) => {
      for (const { before, after } of seen) {
        if (typeof before.quote?.atMs === 'number') expect(typeof after.quote?.atMs).toBe('number');
      }
    }));

  it('a tradable quote jumps beyond the limit only when enough ticks agreed', () =>
    property((seen) => {
      let sinceMs: number | undefined;
      for (const { before, after, result } of seen) {
        sinceMs = after.candidate?.sinceMs ?? sinceMs;
        if (result !== 'accepted' || before.quote === null || after.quote === null) continue;
        const jumps =
          absolute((after.quote.bidE8 - before.quote.bidE8) as PriceE8) * 1_000n > before.quote.bidE8 * 5n ||
          absolute((after.quote.askE8 - before.quote.askE8) as PriceE8) * 1_000n > before.quote.askE8 * 5n;
        if (!jumps) continue;
        const settledMs = (after.quote.atMs ?? 0) - (sinceMs ?? Infinity);
        expect((before.candidate?.agreeingTicks ?? 0) >= SPIKE_AGREEING_TICKS - 1 || settledMs >= SPIKE_SETTLE_MS).toBe(true);
      }
    }));

  it('the same tick said twice changes nothing unless a distant level waits', () =>
    property((seen) => {
      for (const { after, tick } of seen) {
        if (after.candidate !== null) continue;
        const { feed, result } = takeTick(after, tick, RULES, { nowMs: 1e9, sessionOpen: true });
        expect(['duplicate', 'older', 'incomplete']).toContain(result);
        expect(feed).toEqual(after);
      }
    }));

  it('a time never goes back while the symbol lives', () =>
    property((seen) => {
      for (const { before, after } of seen) {
        if (before.timeMs !== null && after.timeMs !== null) expect(after.timeMs).toBeGreaterThanOrEqual(before.timeMs);
      }
    }));

  it('every result can happen', () => {
    const results = new Set<TickResult>();
    fc.assert(
      fc.property(fc.array(step, { minLength: 40, maxLength: 60 }), (steps) => {
        for (const { result } of walk(steps)) results.add(result);
      }),
      { numRuns: 300 },
    );
    expect([...results].sort()).toEqual([...TICK_RESULTS].sort());
  });
});
