import assert from 'node:assert/strict';
import { divide, type Rounding } from './amount.ts';

/** An exact rational number. The denominator is positive; the parts need not be in lowest terms. */
export interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

export const ZERO: Fraction = { numerator: 0n, denominator: 1n };
export const ONE: Fraction = { numerator: 1n, denominator: 1n };

export function fraction(numerator: bigint, denominator: bigint): Fraction {
  assert(denominator > 0n, 'fraction: the denominator must be positive');
  return { numerator, denominator };
}

/**
 * Parts of one denominator keep it: rates of one direct pair do, so a long list of positions stays small. Nothing is brought
 * to lowest terms, which costs more than it saves in a sum that is rounded next; what is kept should be (`lowestTerms`).
 */
export function addFractions(a: Fraction, b: Fraction): Fraction {
  if (a.numerator === 0n) return b;
  if (b.numerator === 0n) return a;
  if (a.denominator === b.denominator) return { numerator: a.numerator + b.numerator, denominator: a.denominator };
  return {
    numerator: a.numerator * b.denominator + b.numerator * a.denominator,
    denominator: a.denominator * b.denominator,
  };
}

export const multiplyFractions = (a: Fraction, b: Fraction): Fraction => ({
  numerator: a.numerator * b.numerator,
  denominator: a.denominator * b.denominator,
});

export const scaleFraction = (a: Fraction, factor: bigint): Fraction => ({
  numerator: a.numerator * factor,
  denominator: a.denominator,
});

export function invertFraction(a: Fraction): Fraction {
  assert(a.numerator > 0n, 'invertFraction: the fraction must be positive');
  return { numerator: a.denominator, denominator: a.numerator };
}

/** Negative, zero or positive as a is less than, equal to or greater than b. */
export const compareFractions = (a: Fraction, b: Fraction): bigint => a.numerator * b.denominator - b.numerator * a.denominator;

export function lowestTerms(a: Fraction): Fraction {
  let [x, y] = [a.numerator < 0n ? -a.numerator : a.numerator, a.denominator];
  while (y !== 0n) [x, y] = [y, x % y];
  return x === 1n ? a : { numerator: a.numerator / x, denominator: a.denominator / x };
}

/** The whole number the fraction is rounded to, as named. */
export const roundFraction = (a: Fraction, rounding: Rounding): bigint => divide(a.numerator, a.denominator, rounding);
