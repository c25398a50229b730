import { accountMargin } from '@margrave/domain';
import type { MoneyE8, OrderId } from '@margrave/vocabulary';
import { shownIn } from './account-figures.ts';
import type { AccountView } from './records.ts';

/** What the account's total margin would be less if the order were over, as it is shown; `undefined` where it is, by what is known here. */
export function reservedMarginE8(view: AccountView, orderId: OrderId): MoneyE8 | undefined {
  const { account, group, market } = view;
  const orders = account.orders.filter((order) => order.orderId !== orderId);
  if (orders.length === account.orders.length) return undefined;
  const without = accountMargin({ ...account, orders }, { group, instrument: market.instrument });
  return shownIn(account, view)((account.marginTotalE8 - without.totalE8) as MoneyE8);
}
