import {
  greatest,
  isLess,
  isZero,
  least,
  minus,
  negative,
  NIL,
  per,
  plus,
  ratio,
  rounded,
  times,
  total,
  UNIT,
  type Rational,
  type RoundingName,
} from './rational.ts';

/**
 * FORMULAS.md read once more, in exact fractions and plain words, with no thought of speed: what the domain computes must be
 * this, difference zero. Nothing of the domain or of its arithmetic is used. Money, prices and lots are whole units, not e8.
 */

export type OracleSide = 'buy' | 'sell';

export interface OracleInstrument {
  readonly symbol: string;
  readonly isFx: boolean;
  readonly base: string;
  readonly quote: string;
  readonly contractSize: Rational;
  readonly leverageCap: Rational | null;
  readonly tick: Rational;
  readonly point: Rational;
}

/** Raw prices; `null` where there is nothing that may be used. */
export type Prices = (symbol: string) => { readonly bid: Rational; readonly ask: Rational } | null;

export interface OracleTerms {
  readonly instruments: readonly OracleInstrument[];
  readonly prices: Prices;
  readonly accountCurrency: string;
  readonly leverage: Rational;
  readonly mode: 'hedging' | 'netting';
  /** Null for the larger leg. */
  readonly hedgedRate: Rational | null;
  readonly tiers: readonly { readonly upTo: Rational | null; readonly leverage: Rational }[];
  readonly conversion: 'conservative' | 'mid';
  readonly floating: 'use_all' | 'losses_only' | 'ignore';
  readonly markupPoints: (symbol: string) => Rational;
}

/** `unit` is what one unit of the contract weighs in account currency before leverage. */
export interface OracleHolding {
  readonly id: string;
  readonly symbol: string;
  readonly side: OracleSide;
  readonly lots: Rational;
  readonly unit: Rational;
}

export interface OraclePosition extends OracleHolding {
  readonly openPrice: Rational;
}

export interface OracleOrder extends OracleHolding {
  readonly closes: string | null;
}

const E8 = ratio(1n, 100_000_000n);
const POINT_5 = ratio(1n, 2n);

const find = (terms: OracleTerms, symbol: string): OracleInstrument => {
  const found = terms.instruments.find((instrument) => instrument.symbol === symbol);
  if (found === undefined) throw new Error(`the oracle does not know ${symbol}`);
  return found;
};

/** Which of two prices of something that is converted: the worse for the client, or the middle. */
export type Worse = 'higher' | 'lower' | 'mid';

/** Units of `to` for one `from`: direct pair, inverse pair, then over USD, then over EUR; null where there is no way. */
export function convert(terms: OracleTerms, from: string, to: string, worse: Worse): Rational | null {
  if (from === to) return UNIT;
  const straight = step(terms, from, to, worse);
  if (straight !== null) return straight;
  for (const bridge of ['USD', 'EUR']) {
    if (from === bridge || to === bridge) continue;
    const [first, second] = [step(terms, from, bridge, worse), step(terms, bridge, to, worse)];
    if (first !== null && second !== null) return times(first, second);
  }
  return null;
}

function step(terms: OracleTerms, from: string, to: string, worse: Worse): Rational | null {
  const priced = (base: string, quote: string) => {
    const pair = terms.instruments.find((each) => each.base === base && each.quote === quote);
    return pair === undefined ? null : terms.prices(pair.symbol);
  };
  const direct = priced(from, to);
  if (direct !== null) return among(direct.bid, direct.ask, worse);
  const inverse = priced(to, from);
  if (inverse === null) return null;
  if (worse === 'mid') return per(UNIT, among(inverse.bid, inverse.ask, 'mid'));
  return among(per(UNIT, inverse.bid), per(UNIT, inverse.ask), worse);
}

const among = (a: Rational, b: Rational, worse: Worse): Rational =>
  worse === 'mid' ? times(plus(a, b), POINT_5) : worse === 'higher' ? greatest(a, b) : least(a, b);

/** Raw ± half the markup, away from the middle, on the tick. */
export function clientPrice(terms: OracleTerms, symbol: string, which: 'bid' | 'ask'): Rational | null {
  const { tick, point } = find(terms, symbol);
  const raw = terms.prices(symbol);
  if (raw === null) return null;
  const half = times(terms.markupPoints(symbol), point, POINT_5);
  return which === 'ask' ? rounded(plus(raw.ask, half), tick, 'ceiling') : rounded(minus(raw.bid, half), tick, 'floor');
}

/** FX: base currency → account, which is the deal's own price where the account is kept in the quote currency. Else price × quote → account. */
export function unitWeight(terms: OracleTerms, symbol: string, price: Rational): Rational | null {
  const { isFx, base, quote } = find(terms, symbol);
  const side = terms.conversion === 'mid' ? 'mid' : 'higher';
  if (isFx) return quote === terms.accountCurrency && base !== quote ? price : convert(terms, base, terms.accountCurrency, side);
  const rate = convert(terms, quote, terms.accountCurrency, side);
  return rate === null ? null : times(price, rate);
}

/** Margin of some lots of one symbol that weigh `weight` (Σ lots × unit) in all: each slice of lots at its own leverage. */
export function legMargin(terms: OracleTerms, symbol: string, lots: Rational, weight: Rational): Rational {
  if (isZero(lots)) return NIL;
  const { contractSize, leverageCap } = find(terms, symbol);
  const own = leverageCap === null ? terms.leverage : least(terms.leverage, leverageCap);
  const slices = terms.tiers.length === 0 ? [{ upTo: null, leverage: own }] : terms.tiers;
  const averageUnit = per(weight, lots);
  let from = NIL;
  const margins: Rational[] = [];
  for (const { upTo, leverage } of slices) {
    const to = upTo === null ? lots : least(upTo, lots);
    if (isLess(from, to)) margins.push(per(times(minus(to, from), averageUnit, contractSize), least(own, leverage)));
    from = greatest(from, to);
  }
  return total(margins);
}

/** Margin of one symbol, rounded up at 1e-8. */
export function symbolMargin(terms: OracleTerms, symbol: string, holdings: readonly OracleHolding[]): Rational {
  const side = (wanted: OracleSide) => holdings.filter((each) => each.side === wanted);
  const lotsOf = (some: readonly OracleHolding[]) => total(some.map(({ lots }) => lots));
  const weightOf = (some: readonly OracleHolding[]) => total(some.map(({ lots, unit }) => times(lots, unit)));
  const leg = (some: readonly OracleHolding[], share = UNIT) =>
    legMargin(terms, symbol, times(lotsOf(some), share), times(weightOf(some), share));
  const [longs, shorts] = [side('buy'), side('sell')];
  const [more, less] = isLess(lotsOf(longs), lotsOf(shorts)) ? [shorts, longs] : [longs, shorts];
  if (lotsOf(more).over === 0n) return NIL;
  const uncovered = leg(more, per(minus(lotsOf(more), lotsOf(less)), lotsOf(more)));
  const coveredShare = per(lotsOf(less), lotsOf(holdings));
  const margin =
    terms.mode === 'netting'
      ? uncovered
      : terms.hedgedRate === null
        ? greatest(leg(longs), leg(shorts))
        : plus(times(leg(holdings, coveredShare), terms.hedgedRate), uncovered);
  return rounded(margin, E8, 'up');
}

/** Every subset, the empty one among them. */
export const subsets = <Item>(items: readonly Item[]): readonly (readonly Item[])[] =>
  items.reduce<readonly (readonly Item[])[]>((all, item) => [...all, ...all.map((subset) => [...subset, item])], [[]]);

/** What is held when these orders have filled: opening ones add, closing ones take from their position what it has. */
function whenFilled(positions: readonly OracleHolding[], filled: readonly OracleOrder[]): readonly OracleHolding[] {
  const held = positions.map((position) => {
    const closing = total(filled.filter(({ closes }) => closes === position.id).map(({ lots }) => lots));
    return { ...position, lots: minus(position.lots, least(position.lots, closing)) };
  });
  return [...held, ...filled.filter(({ closes }) => closes === null)];
}

export interface OracleMargin {
  readonly executed: Rational;
  readonly total: Rational;
}

/** Positions, and the worst over each and every subset of the orders in flight. */
export function accountMargin(
  terms: OracleTerms,
  positions: readonly OracleHolding[],
  orders: readonly OracleOrder[],
): OracleMargin {
  const symbols = [...new Set([...positions, ...orders].map(({ symbol }) => symbol))];
  const bySymbol = symbols.map((symbol) => {
    const held = positions.filter((each) => each.symbol === symbol);
    const inFlight = orders.filter((each) => each.symbol === symbol);
    const margins = subsets(inFlight).map((filled) => symbolMargin(terms, symbol, whenFilled(held, filled)));
    return { executed: symbolMargin(terms, symbol, held), total: greatest(NIL, ...margins) };
  });
  return { executed: total(bySymbol.map(({ executed }) => executed)), total: total(bySymbol.map((each) => each.total)) };
}

/** In the quote currency: what some lots opened at one price gain when they are closed at another. */
export const profit = (side: OracleSide, lots: Rational, contractSize: Rational, open: Rational, close: Rational): Rational =>
  times(side === 'buy' ? minus(close, open) : minus(open, close), lots, contractSize);

/** A profit in account currency, exact: gains at the lower rate, losses at the higher, or both at the middle. */
export function convertedProfit(terms: OracleTerms, quote: string, amount: Rational): Rational | null {
  const worse = terms.conversion === 'mid' ? 'mid' : isLess(amount, NIL) ? 'higher' : 'lower';
  const rate = convert(terms, quote, terms.accountCurrency, worse);
  return rate === null ? null : times(amount, rate);
}

/** Rounded down at 1e-8; null where a price or a rate that it needs is missing. */
export function floatingProfit(terms: OracleTerms, positions: readonly OraclePosition[]): Rational | null {
  if (terms.floating === 'ignore') return NIL;
  const parts: Rational[] = [];
  for (const { symbol, side, lots, openPrice } of positions) {
    const { contractSize, quote } = find(terms, symbol);
    const price = clientPrice(terms, symbol, side === 'buy' ? 'bid' : 'ask');
    const converted = price && convertedProfit(terms, quote, profit(side, lots, contractSize, openPrice, price));
    if (converted === null) return null;
    if (terms.floating === 'use_all' || isLess(converted, NIL)) parts.push(converted);
  }
  return rounded(total(parts), E8, 'floor');
}

/** Of one deal: per lot, at the currency's minor unit, never less than the minimum. */
export const commission = (perLot: Rational, lots: Rational, minimum: Rational, minorUnit: Rational, rounding: RoundingName) =>
  rounded(greatest(times(perLot, lots), minimum), minorUnit, rounding);

export interface OracleCheck {
  readonly passes: boolean;
  readonly freeAfter: Rational;
}

/** Free margin after the order is not negative, or its margin does not rise. */
export function check(equity: Rational, before: Rational, after: Rational, entryCommission: Rational): OracleCheck {
  const freeAfter = total([equity, negative(before), negative(entryCommission), negative(minus(after, before))]);
  return { passes: !isLess(freeAfter, NIL) || !isLess(before, after), freeAfter };
}
