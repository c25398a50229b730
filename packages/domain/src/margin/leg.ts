import assert from 'node:assert/strict';
import {
  addFractions,
  compareFractions,
  divide,
  fraction,
  scaleFraction,
  smaller,
  ZERO,
  type Fraction,
  type LotsE8,
  type MoneyE8,
} from '@margrave/vocabulary';
import type { HedgingMargin, LeverageTier } from '../group.ts';

/** One side of one symbol: how much, and the Σ of lots × unit basis that its margin is reckoned from. */
export interface Leg {
  readonly lotsE8: LotsE8;
  /** Σ lots (e8) × unit basis, in account currency; see `Position.marginBasis`. */
  readonly basis: Fraction;
}

export const EMPTY_LEG: Leg = { lotsE8: 0n as LotsE8, basis: ZERO };

export const addLegs = (a: Leg, b: Leg): Leg => ({
  lotsE8: (a.lotsE8 + b.lotsE8) as LotsE8,
  basis: addFractions(a.basis, b.basis),
});

/** The part of a leg that some of its lots make, at the leg's own weighted price. */
export const partOfLeg = (leg: Leg, lotsE8: LotsE8): Leg =>
  lotsE8 === leg.lotsE8 ? leg : { lotsE8, basis: fraction(leg.basis.numerator * lotsE8, leg.basis.denominator * leg.lotsE8) };

/** What turns a leg into margin. */
export interface MarginTerms {
  readonly contractSize: bigint;
  /** The smaller of the account's leverage and the instrument's cap; no tier goes beyond it. */
  readonly leverage: bigint;
  readonly leverageTiers: readonly LeverageTier[];
}

/** Margin of one leg, exact: contract size × basis ÷ leverage, each slice of its lots at the smaller of its tier's and that. */
export function legMargin(leg: Leg, terms: MarginTerms): Fraction {
  if (leg.lotsE8 === 0n) return ZERO;
  const notional = scaleFraction(leg.basis, terms.contractSize);
  if (terms.leverageTiers.length === 0) {
    return { numerator: notional.numerator, denominator: notional.denominator * terms.leverage };
  }
  let lotsOverLeverage = ZERO;
  let fromE8 = 0n;
  for (const tier of terms.leverageTiers) {
    const toE8 = tier.upToLotsE8 === null || tier.upToLotsE8 > leg.lotsE8 ? leg.lotsE8 : tier.upToLotsE8;
    if (toE8 <= fromE8) break;
    lotsOverLeverage = addFractions(lotsOverLeverage, fraction(toE8 - fromE8, smaller(terms.leverage, tier.leverage)));
    fromE8 = toE8;
  }
  assert(fromE8 === leg.lotsE8, 'leverage tiers must end with an unbounded one');
  return fraction(
    notional.numerator * lotsOverLeverage.numerator,
    notional.denominator * leg.lotsE8 * lotsOverLeverage.denominator,
  );
}

/**
 * Margin of one symbol from its two legs (FORMULAS.md, "Margin of a symbol on a hedging account"), rounded up once, at 1e-8.
 *
 * `larger_leg`: the larger of the two legs' margins, each at its own weighted price.
 * `hedged_rate` (MetaTrader 5, basic hedged): what is covered at the weighted price of all legs over the hedged contract size
 * (`hedgedRate` of the contract), the rest at the larger leg's weighted price.
 */
export function symbolMargin(long: Leg, short: Leg, terms: MarginTerms, policy: HedgingMargin): MoneyE8 {
  return roundUp(hedgedMargin(long, short, terms, policy));
}

function hedgedMargin(long: Leg, short: Leg, terms: MarginTerms, policy: HedgingMargin): Fraction {
  if (short.lotsE8 === 0n) return legMargin(long, terms);
  if (long.lotsE8 === 0n) return legMargin(short, terms);
  switch (policy.kind) {
    case 'larger_leg': {
      const [ofLong, ofShort] = [legMargin(long, terms), legMargin(short, terms)];
      return compareFractions(ofLong, ofShort) >= 0n ? ofLong : ofShort;
    }
    case 'hedged_rate': {
      const [larger, smaller] = long.lotsE8 >= short.lotsE8 ? [long, short] : [short, long];
      const covered = legMargin(partOfLeg(addLegs(long, short), smaller.lotsE8), terms);
      const uncoveredLotsE8 = (larger.lotsE8 - smaller.lotsE8) as LotsE8;
      const uncovered = uncoveredLotsE8 === 0n ? ZERO : legMargin(partOfLeg(larger, uncoveredLotsE8), terms);
      return addFractions(
        fraction(covered.numerator * policy.hedgedRate.numerator, covered.denominator * policy.hedgedRate.denominator),
        uncovered,
      );
    }
    default:
      return policy satisfies never;
  }
}

const roundUp = (margin: Fraction): MoneyE8 => divide(margin.numerator, margin.denominator, 'up') as MoneyE8;

/** What is left on a netting account when both sides have filled: the difference, at the larger side's own price. */
export function netLegs(long: Leg, short: Leg): { readonly long: Leg; readonly short: Leg } {
  const net = (long.lotsE8 - short.lotsE8) as LotsE8;
  if (net === 0n) return { long: EMPTY_LEG, short: EMPTY_LEG };
  return net > 0n
    ? { long: partOfLeg(long, net), short: EMPTY_LEG }
    : { long: EMPTY_LEG, short: partOfLeg(short, -net as LotsE8) };
}
