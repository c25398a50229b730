import { moneyText } from '@margrave/account-engine';
import type { AccountFiguresV1, AccountV1 } from '@margrave/contracts';
import type { Account } from '@margrave/domain';
import { formatE8, type Currency, type MoneyE8 } from '@margrave/vocabulary';
import type { AccountFigures } from '../app/account-figures.ts';

/** An account's figures as a command's answer and the account itself carry them. */
export const figuresView = (account: Account, figures: AccountFigures): AccountFiguresV1 => ({
  balance: moneyText(figures.balanceE8, account.currency),
  equity: moneyOrNull(figures.equityE8, account.currency),
  marginExecuted: moneyText(figures.marginExecutedE8, account.currency),
  marginTotal: moneyText(figures.marginTotalE8, account.currency),
  freeMargin: moneyOrNull(figures.freeMarginE8, account.currency),
  marginLevel: figures.marginLevelE8 === null ? null : formatE8(figures.marginLevelE8, 2),
  version: `${account.version}`,
});

export const accountView = (
  account: Account,
  figures: AccountFigures,
  unpricedSymbols: AccountV1['unpricedSymbols'],
): AccountV1 => ({
  accountId: account.accountId,
  type: account.type,
  group: account.groupId,
  currency: account.currency,
  leverage: `${account.leverage}`,
  mode: account.mode,
  status: account.status,
  credit: moneyText(figures.creditE8, account.currency),
  floatingProfit: moneyOrNull(figures.floatingProfitE8, account.currency),
  ...figuresView(account, figures),
  lastEventSequence: `${account.lastSequence}`,
  unpricedSymbols,
});

export const moneyOrNull = (amountE8: MoneyE8 | null, currency: Currency): string | null =>
  amountE8 === null ? null : moneyText(amountE8, currency);
