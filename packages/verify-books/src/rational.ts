/**
 * Exact arithmetic of its own: the books are checked with nothing that the broker's own code computes with.
 * A rational is [numerator, denominator] in lowest terms, the denominator positive.
 */
export type Rational = readonly [bigint, bigint];

export const NOTHING: Rational = [0n, 1n];

export function rational(numerator: bigint, denominator = 1n): Rational {
  if (denominator === 0n) throw new Error('a rational has no denominator of zero');
  const sign = denominator < 0n ? -1n : 1n;
  const divisor = gcd(numerator < 0n ? -numerator : numerator, denominator * sign);
  return [(numerator * sign) / divisor, (denominator * sign) / divisor];
}

/** No recursion: sums of many inverse rates have thousands of digits. */
function gcd(a: bigint, b: bigint): bigint {
  let [divisor, rest] = [a, b];
  while (rest !== 0n) [divisor, rest] = [rest, divisor % rest];
  return divisor;
}

export const plus = (a: Rational, b: Rational): Rational => rational(a[0] * b[1] + b[0] * a[1], a[1] * b[1]);
export const times = (a: Rational, b: Rational): Rational => rational(a[0] * b[0], a[1] * b[1]);
export const over = (a: Rational, b: Rational): Rational => rational(a[0] * b[1], a[1] * b[0]);
export const isLess = (a: Rational, b: Rational): boolean => a[0] * b[1] < b[0] * a[1];
export const larger = (a: Rational, b: Rational): Rational => (isLess(a, b) ? b : a);
export const smaller = (a: Rational, b: Rational): Rational => (isLess(a, b) ? a : b);

/** The smallest whole number that is not less. */
export const roundedUp = ([numerator, denominator]: Rational): bigint => {
  const quotient = numerator / denominator;
  return numerator % denominator > 0n ? quotient + 1n : quotient;
};

/** The nearest whole number to a quotient of two that are not negative, a half upward. */
export const roundedHalfAway = (numerator: bigint, denominator: bigint): bigint =>
  (2n * numerator + denominator) / (2n * denominator);
