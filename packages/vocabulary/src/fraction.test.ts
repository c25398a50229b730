import fc from 'fast-check';
import {
  addFractions,
  compareFractions,
  fraction,
  invertFraction,
  lowestTerms,
  multiplyFractions,
  ONE,
  roundFraction,
  scaleFraction,
  ZERO,
  type Fraction,
} from './fraction.ts';

const whole = fc.bigInt(-(10n ** 20n), 10n ** 20n);
const positive = fc.bigInt(1n, 10n ** 20n);
const some = fc.tuple(whole, positive).map(([numerator, denominator]) => fraction(numerator, denominator));
const equal = (a: Fraction, b: Fraction): boolean => compareFractions(a, b) === 0n;

describe('fractions', () => {
  it('add and multiply like numbers', () =>
    fc.assert(
      fc.property(some, some, some, (a, b, c) => {
        expect(equal(addFractions(a, b), addFractions(b, a))).toBe(true);
        expect(equal(addFractions(addFractions(a, b), c), addFractions(a, addFractions(b, c)))).toBe(true);
        const [left, right] = [multiplyFractions(a, b), multiplyFractions(a, c)];
        expect(equal(multiplyFractions(a, addFractions(b, c)), addFractions(left, right))).toBe(true);
        expect(equal(addFractions(a, ZERO), a) && equal(multiplyFractions(a, ONE), a)).toBe(true);
        expect(equal(addFractions(a, scaleFraction(a, -1n)), ZERO)).toBe(true);
      }),
    ));

  it('with one denominator keep it, so that a long sum of direct rates stays small', () =>
    fc.assert(
      fc.property(fc.array(fc.bigInt(1n, 10n ** 20n), { minLength: 1 }), positive, (numerators, denominator) => {
        const sum = numerators.map((each) => fraction(each, denominator)).reduce(addFractions, ZERO);
        expect(sum).toEqual({ numerator: numerators.reduce((a, b) => a + b), denominator });
      }),
    ));

  it('in lowest terms are the same number in the smallest parts', () =>
    fc.assert(
      fc.property(some, positive, (a, factor) => {
        const blown = fraction(a.numerator * factor, a.denominator * factor);
        expect(lowestTerms(blown)).toEqual(lowestTerms(a));
        expect(equal(lowestTerms(blown), a)).toBe(true);
      }),
    ));

  it('upside down twice are what they were, when positive', () =>
    fc.assert(
      fc.property(positive, positive, (a, b) => expect(invertFraction(invertFraction(fraction(a, b)))).toEqual(fraction(a, b))),
    ));

  it('compare like numbers', () => {
    expect(compareFractions(fraction(1n, 3n), fraction(33_333_333n, 100_000_000n))).toBeGreaterThan(0n);
    expect(compareFractions(fraction(-1n, 3n), ZERO)).toBeLessThan(0n);
    expect(roundFraction(fraction(-1n, 3n), 'up')).toBe(-1n);
    expect(roundFraction(fraction(-1n, 3n), 'ceiling')).toBe(0n);
  });

  it.each([0n, -1n])('stop on a denominator of %s and on the inverse of it, which are bugs of the caller', (amount) => {
    expect(() => fraction(1n, amount)).toThrow('denominator');
    expect(() => invertFraction({ numerator: amount, denominator: 1n })).toThrow('positive');
  });
});
