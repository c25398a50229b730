import { createSeededRandom } from './seeded-random.ts';
import { pointsOfDecimal, type SeedSymbol } from './seed-symbols.ts';

export interface PointPrices {
  readonly bid: number;
  readonly ask: number;
}

/** The price of one symbol: a random walk on its tick that stays within half a percent or so of where it began. */
export interface PriceWalk {
  readonly now: () => PointPrices;
  readonly step: () => PointPrices;
  /** Moves the market for good, as news does: 1.02 is two percent up. */
  readonly jump: (factor: number) => PointPrices;
}

/** A walk strays this far before it is pulled back. */
const STRAY_FRACTION_MAX = 0.005;

export function createPriceWalk(symbol: SeedSymbol, seed: number): PriceWalk {
  const random = createSeededRandom(seed, `walk:${symbol.symbol}`);
  const stepMax = Math.max(1, Math.round(symbol.spreadPoints / 3));
  const spreadMin = Math.max(1, Math.ceil(symbol.spreadPoints * 0.75));
  const spreadMax = Math.max(spreadMin, Math.floor(symbol.spreadPoints * 1.25));
  let home = pointsOfDecimal(symbol.startPrice, symbol.digits) - Math.floor(symbol.spreadPoints / 2);
  let prices: PointPrices = { bid: home, ask: home + symbol.spreadPoints };

  return {
    now: () => prices,
    step: () => {
      const move = random.between(-stepMax, stepMax);
      const strayed = prices.bid - home;
      const isAway = Math.abs(strayed) > home * STRAY_FRACTION_MAX;
      const bid = Math.max(1, prices.bid + (isAway ? -Math.sign(strayed) * Math.abs(move) : move));
      prices = { bid, ask: bid + random.between(spreadMin, spreadMax) };
      return prices;
    },
    jump: (factor) => {
      const bid = Math.max(1, Math.round(prices.bid * factor));
      prices = { bid, ask: bid + symbol.spreadPoints };
      home = bid;
      return prices;
    },
  };
}
