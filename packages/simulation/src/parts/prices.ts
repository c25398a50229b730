import type { QuoteV1 } from '@margrave/contracts';
import { formatE8, type SymbolName } from '@margrave/vocabulary';
import type { Draws } from '../world/draws.ts';
import { FIRST_POINTS, REGISTRY, SYMBOLS } from '../world/setting.ts';

export type SimQuote = Pick<QuoteV1, 'symbol' | 'sequence' | 'bid' | 'ask' | 'ageMs'>;

/** Prices that wander, a few points at a time. */
export class Prices {
  readonly #points = new Map<SymbolName, bigint>(SYMBOLS.map((symbol) => [symbol, FIRST_POINTS[symbol] ?? 100_000n]));
  readonly #draws: Draws;
  #sequence = 0;

  constructor(draws: Draws) {
    this.#draws = draws;
  }

  tick(): SimQuote {
    const symbol = this.#draws.oneOf(SYMBOLS);
    // A tenth of a per cent now and then, so that accounts get into need.
    const stride = this.#draws.onceIn(20) ? 120 : 8;
    this.#points.set(symbol, this.pointsOf(symbol) + BigInt(this.#draws.between(-stride, stride)));
    return this.quote(symbol);
  }

  quote(symbol: SymbolName): SimQuote {
    this.#sequence += 1;
    const point = this.pointsOf(symbol);
    return {
      symbol,
      sequence: `${this.#sequence}`,
      bid: formatE8(this.priceE8(symbol, point)),
      ask: formatE8(this.priceE8(symbol, point + 8n)),
      ageMs: 0,
    };
  }

  priceE8(symbol: SymbolName, points: bigint): bigint {
    const tick = REGISTRY.instruments.find((each) => each.symbol === symbol)?.tickE8 ?? 1n;
    return points * tick;
  }

  pointsOf(symbol: SymbolName): bigint {
    return this.#points.get(symbol) ?? 100_000n;
  }
}
