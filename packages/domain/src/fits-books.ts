import { absolute, LIMIT_E8 } from '@margrave/vocabulary';
import type { Change } from './change.ts';

/** Whether every figure of a change is within what an e8 amount may be: what a provider reports can be anything. */
export function fitsBooks({ account, orders, deals }: Change): boolean {
  const amounts = [
    account.balanceE8,
    account.marginTotalE8,
    ...orders.map(({ filledVolumeE8 }) => filledVolumeE8),
    ...account.positions.map(({ openVolumeE8 }) => openVolumeE8),
    ...deals.flatMap(({ priceE8, profitE8, commissionE8 }) => [priceE8, profitE8, commissionE8]),
  ];
  return amounts.every((amountE8) => absolute<bigint>(amountE8) <= LIMIT_E8);
}
