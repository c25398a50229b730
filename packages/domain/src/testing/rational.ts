/**
 * Exact arithmetic of the oracle's own: nothing here is shared with what it checks. Always in lowest terms, the denominator
 * positive, so that equal numbers are equal values.
 */
export interface Rational {
  readonly over: bigint;
  readonly under: bigint;
}

const greatestCommonDivisor = (a: bigint, b: bigint): bigint => (b === 0n ? a : greatestCommonDivisor(b, a % b));

export function ratio(over: bigint, under = 1n): Rational {
  if (under === 0n) throw new Error('nothing is divided by zero');
  const sign = under < 0n ? -1n : 1n;
  const divisor = greatestCommonDivisor(over < 0n ? -over : over, under * sign);
  return { over: (over * sign) / divisor, under: (under * sign) / divisor };
}

export const NIL = ratio(0n);
export const UNIT = ratio(1n);

export const plus = (a: Rational, b: Rational): Rational => ratio(a.over * b.under + b.over * a.under, a.under * b.under);
export const negative = (a: Rational): Rational => ratio(-a.over, a.under);
export const minus = (a: Rational, b: Rational): Rational => plus(a, negative(b));
export const times = (...factors: readonly Rational[]): Rational =>
  factors.reduce((product, factor) => ratio(product.over * factor.over, product.under * factor.under), UNIT);
export const per = (a: Rational, b: Rational): Rational => ratio(a.over * b.under, a.under * b.over);
export const total = (parts: readonly Rational[]): Rational => parts.reduce(plus, NIL);

export const isLess = (a: Rational, b: Rational): boolean => minus(a, b).over < 0n;
export const isZero = (a: Rational): boolean => a.over === 0n;
export const greatest = (first: Rational, ...rest: readonly Rational[]): Rational =>
  rest.reduce((best, next) => (isLess(best, next) ? next : best), first);
export const least = (first: Rational, ...rest: readonly Rational[]): Rational =>
  rest.reduce((best, next) => (isLess(next, best) ? next : best), first);

/** The largest whole number that is not greater. */
function wholeBelow(a: Rational): bigint {
  const quotient = a.over / a.under;
  return a.over < 0n && a.over % a.under !== 0n ? quotient - 1n : quotient;
}

export type RoundingName = 'up' | 'down' | 'ceiling' | 'floor' | 'half_away' | 'half_even';

/** The multiple of `unit` that the number is rounded to, by the two multiples that enclose it and which is nearer. */
export function rounded(a: Rational, unit: Rational, name: RoundingName): Rational {
  const below = wholeBelow(per(a, unit));
  const rest = minus(per(a, unit), ratio(below));
  if (isZero(rest)) return a;
  const isNegative = a.over < 0n;
  const pick = (higher: boolean): Rational => times(ratio(higher ? below + 1n : below), unit);
  if (name === 'ceiling') return pick(true);
  if (name === 'floor') return pick(false);
  if (name === 'up') return pick(!isNegative);
  if (name === 'down') return pick(isNegative);
  const half = ratio(1n, 2n);
  if (isLess(rest, half)) return pick(false);
  if (isLess(half, rest)) return pick(true);
  return name === 'half_away' ? pick(!isNegative) : pick(below % 2n !== 0n);
}
