import { divide, unitOfDecimals, type Fraction, type MoneyE8 } from '@margrave/vocabulary';
import type { MarginPolicies } from './group.ts';

/** An exact amount (e8, as a fraction) rounded once, to the currency's minor unit: what is booked and shown. */
export function bookedMoney(exactE8: Fraction, decimals: number, rounding: MarginPolicies['moneyRounding']): MoneyE8 {
  const unit = unitOfDecimals(decimals);
  return (divide(exactE8.numerator, exactE8.denominator * unit, rounding) * unit) as MoneyE8;
}
