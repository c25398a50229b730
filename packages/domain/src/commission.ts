import { fraction, larger, SCALE_E8, type LotsE8, type MoneyE8 } from '@margrave/vocabulary';
import { bookedMoney } from './money.ts';
import type { CommissionTerms, MarginPolicies } from './group.ts';

/** Commission of one deal, never negative, in the account's money at its minor unit, the minimum too. */
export function dealCommission(
  terms: CommissionTerms,
  entry: 'in' | 'out',
  volumeE8: LotsE8,
  decimals: number,
  rounding: MarginPolicies['moneyRounding'],
): MoneyE8 {
  if (terms.kind === 'none') return 0n as MoneyE8;
  if (terms.on === (entry === 'in' ? 'exit' : 'entry')) return 0n as MoneyE8;
  return bookedMoney(fraction(larger(terms.perLotE8 * volumeE8, terms.minimumE8 * SCALE_E8), SCALE_E8), decimals, rounding);
}
