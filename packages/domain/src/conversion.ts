import {
  fraction,
  multiplyFractions,
  ok,
  ONE,
  refuse,
  scaleFraction,
  SCALE_E8,
  type Currency,
  type Fraction,
  type Result,
  type SymbolName,
} from '@margrave/vocabulary';
import { word, type Denial } from './denial.ts';
import { quoteState, type Market, type Trust } from './market.ts';

/** Which side of the market a rate is taken from: what the client pays is converted at the higher, what it gets at the lower. */
export type RateSide = 'higher' | 'lower' | 'mid';

export interface Rate {
  /** Units of `to` for one unit of `from`. */
  readonly rate: Fraction;
  /** The symbols whose prices made it, in order; empty between equal currencies. */
  readonly path: readonly SymbolName[];
}

/** Currencies over which a path may lead where no pair is listed, tried in this order. */
const BRIDGES = ['USD', 'EUR'] as Currency[];

/**
 * The conversion rate from one currency to another: the direct pair, the inverse pair, then a path over USD or EUR
 * (FORMULAS.md, "Conversion"). Raw prices, exact, never rounded here. A leg that is stale while its session is open is no
 * leg; the last price of a closed session is one.
 */
export function conversionRate(market: Market, from: Currency, to: Currency, side: RateSide, trust: Trust): Result<Rate, Denial> {
  if (from === to) return ok({ rate: ONE, path: [] });
  const direct = leg(market, from, to, side, trust);
  if (direct !== undefined) return ok(direct);
  for (const bridge of BRIDGES) {
    if (bridge === from || bridge === to) continue;
    const first = leg(market, from, bridge, side, trust);
    const second = first && leg(market, bridge, to, side, trust);
    if (first && second) {
      return ok({ rate: multiplyFractions(first.rate, second.rate), path: [...first.path, ...second.path] });
    }
  }
  return refuse({ code: 'CONVERSION_RATE_MISSING', numbers: { from: word(from), to: word(to) } });
}

function leg(market: Market, from: Currency, to: Currency, side: RateSide, trust: Trust): Rate | undefined {
  const direct = usable(market, from, to, trust);
  if (direct !== undefined) return { rate: sided(direct.bidE8, direct.askE8, side), path: [direct.symbol] };
  const inverse = usable(market, to, from, trust);
  if (inverse === undefined) return undefined;
  const rate =
    side === 'mid'
      ? fraction(2n * SCALE_E8, inverse.bidE8 + inverse.askE8)
      : fraction(SCALE_E8, side === 'higher' ? inverse.bidE8 : inverse.askE8);
  return { rate, path: [inverse.symbol] };
}

function sided(bidE8: bigint, askE8: bigint, side: RateSide): Fraction {
  if (side === 'mid') return fraction(bidE8 + askE8, 2n * SCALE_E8);
  return fraction(side === 'higher' ? askE8 : bidE8, SCALE_E8);
}

function usable(market: Market, base: Currency, quote: Currency, trust: Trust) {
  const instrument = market.pair(base, quote);
  if (instrument === undefined) return undefined;
  const state = quoteState(market, instrument);
  if (state === 'unavailable' || (state === 'stale' && trust === 'trusted')) return undefined;
  const prices = market.quote(instrument.symbol);
  return prices && { symbol: instrument.symbol, bidE8: prices.bidE8, askE8: prices.askE8 };
}

/** What one unit of profit is worth in account currency, as a gain and as a loss. */
export interface ProfitRates {
  readonly gain: Fraction;
  readonly loss: Fraction;
}

/** Gains are converted at the lower rate, losses at the higher (`conservative`), or both at the middle. */
export function profitRates(
  market: Market,
  policy: 'conservative' | 'mid',
  from: Currency,
  to: Currency,
  trust: Trust,
): Result<ProfitRates, Denial> {
  const gain = conversionRate(market, from, to, policy === 'mid' ? 'mid' : 'lower', trust);
  if (!gain.ok) return gain;
  const loss = conversionRate(market, from, to, policy === 'mid' ? 'mid' : 'higher', trust);
  return loss.ok ? ok({ gain: gain.value.rate, loss: loss.value.rate }) : loss;
}

/** A signed profit at its rate, exact. */
export const convertProfit = (rates: ProfitRates, profit: bigint): Fraction =>
  scaleFraction(profit >= 0n ? rates.gain : rates.loss, profit);
