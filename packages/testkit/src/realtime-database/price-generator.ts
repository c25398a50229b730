import assert from 'node:assert/strict';
import {
  deletion,
  wholeNode,
  writeOne,
  writeTime,
  writeTogether,
  type FeedLayout,
  type FeedWrite,
  type PriceChange,
} from './feed-writes.ts';
import { createPriceWalk, type PointPrices, type PriceWalk } from './price-walk.ts';
import { createSeededRandom, type SeededRandom } from './seeded-random.ts';
import type { SeedSymbol } from './seed-symbols.ts';

export interface GeneratorOptions {
  readonly seed: number;
  readonly symbols: readonly SeedSymbol[];
  /** `live` prices walk; `still` ones stay at their start and only their time moves. */
  readonly mode: 'live' | 'still';
  /** Of each symbol, on average. */
  readonly ticksPerSecond: number;
  readonly layout: FeedLayout;
  /** The moment of the first values. */
  readonly startMs: number;
}

/** Makes a feed's writes. They depend on the seed and on the times asked for, not on how often is asked. */
export interface PriceGenerator {
  /** The whole tree of the feed at the start. */
  readonly first: () => FeedWrite;
  /** What is written after the last time asked for, up to and including `untilMs`. */
  readonly advance: (untilMs: number) => readonly FeedWrite[];
  readonly prices: (symbol: string) => PointPrices;
  /** Moves a symbol's market for good; its next ticks are around there. */
  readonly jump: (symbol: string, factor: number) => PointPrices;
  /** A silent symbol's walk goes on, but is not written. */
  readonly setSilent: (symbol: string, silent: boolean) => void;
  /** The symbol's next tick brings both sides: somebody else has written over its node. */
  readonly bringBothNext: (symbol: string) => void;
}

interface Line {
  readonly symbol: SeedSymbol;
  readonly walk: PriceWalk;
  readonly random: SeededRandom;
  dueMs: number;
  /** What stands in the database, for a side may be left as it was. */
  written: PointPrices;
  /** Something of the node is gone or not ours; the next tick brings both sides. */
  bothNext: boolean;
  silent: boolean;
}

const CHANCE = { together: 0.15, oneSide: 0.3, deleteSide: 0.002, deleteNode: 0.002 };

export function createPriceGenerator(options: GeneratorOptions): PriceGenerator {
  const { seed, symbols, mode, ticksPerSecond, layout, startMs } = options;
  assert(mode === 'live' || layout.timeField !== undefined, 'a still feed says nothing at all without a time field');
  assert(ticksPerSecond > 0, 'ticks per second must be positive');
  const meanMs = 1_000 / ticksPerSecond;
  const pauseMs = (random: SeededRandom): number => meanMs * (0.5 + random.next());

  const lines = symbols.map((symbol): Line => {
    const walk = createPriceWalk(symbol, seed);
    const random = createSeededRandom(seed, `writes:${symbol.symbol}`);
    return { symbol, walk, random, dueMs: startMs + pauseMs(random), written: walk.now(), bothNext: false, silent: false };
  });
  const lineOf = (symbol: string): Line => {
    const line = lines.find((candidate) => candidate.symbol.symbol === symbol);
    assert(line, `the feed has no symbol ${symbol}`);
    return line;
  };

  const advance = (untilMs: number): FeedWrite[] => {
    const writes: FeedWrite[] = [];
    for (;;) {
      const line = nextDue(lines);
      if (line === undefined || line.dueMs > untilMs) return writes;
      const atMs = Math.floor(line.dueMs);
      line.dueMs += pauseMs(line.random);
      const write = mode === 'still' ? writeTime(line.symbol.symbol, layout, atMs) : tick(line, lines, layout, atMs);
      if (!line.silent) writes.push(write);
    }
  };

  return {
    first: () => ({
      atMs: startMs,
      path: layout.feedPath,
      value: Object.fromEntries(
        lines.map(({ symbol, random, written }) => [
          symbol.symbol,
          wholeNode({ symbol, prices: written, changed: 'both' }, layout, random, startMs),
        ]),
      ),
      merge: false,
    }),
    advance,
    prices: (symbol) => lineOf(symbol).walk.now(),
    jump: (symbol, factor) => lineOf(symbol).walk.jump(factor),
    setSilent: (symbol, silent) => {
      lineOf(symbol).silent = silent;
      lineOf(symbol).bothNext = true;
    },
    bringBothNext: (symbol) => {
      lineOf(symbol).bothNext = true;
    },
  };
}

const nextDue = (lines: readonly Line[]): Line | undefined =>
  lines.reduce<Line | undefined>((first, line) => (first === undefined || line.dueMs < first.dueMs ? line : first), undefined);

/** One tick of a live symbol, in a shape that its own stream of numbers picks. */
function tick(line: Line, lines: readonly Line[], layout: FeedLayout, atMs: number): FeedWrite {
  const { random, symbol } = line;
  const node = `${layout.feedPath}/${symbol.symbol}`;
  if (!line.bothNext && random.chance(CHANCE.deleteNode)) {
    line.bothNext = true;
    return deletion(node, atMs);
  }
  if (!line.bothNext && random.chance(CHANCE.deleteSide)) {
    line.bothNext = true;
    return deletion(`${node}/${random.pick([layout.fields.bid, layout.fields.ask])}`, atMs);
  }
  const change = changeOf(line);
  if (!random.chance(CHANCE.together)) return writeOne(change, layout, random, atMs);
  const partners = lines.filter((other) => other !== line && !other.silent && !other.bothNext && random.chance(3 / lines.length));
  return writeTogether([change, ...partners.map(changeOf)], layout, random, atMs);
}

/** The next prices of a line. A side is left as it was now and then, unless the two would cross or something is missing. */
function changeOf(line: Line): PriceChange {
  const prices = line.walk.step();
  const side = line.bothNext || !line.random.chance(CHANCE.oneSide) ? 'both' : line.random.pick(['bid', 'ask'] as const);
  const written = {
    bid: side === 'ask' ? line.written.bid : prices.bid,
    ask: side === 'bid' ? line.written.ask : prices.ask,
  };
  line.bothNext = false;
  if (written.bid >= written.ask) {
    line.written = prices;
    return { symbol: line.symbol, prices, changed: 'both' };
  }
  line.written = written;
  return { symbol: line.symbol, prices: written, changed: side };
}
