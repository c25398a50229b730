import { bookedMoney, equity, floatingProfit, type Account, type Dealing } from '@margrave/domain';
import { currencyDecimals, divide, fraction, SCALE_E8, type MoneyE8, type SymbolName } from '@margrave/vocabulary';

/** The figures of an account as they are shown: money at the currency's minor unit. */
export interface AccountFigures {
  readonly balanceE8: MoneyE8;
  readonly creditE8: MoneyE8;
  /** Null while a price or a rate is missing, and so are the figures that rest on it. */
  readonly floatingProfitE8: MoneyE8 | null;
  readonly equityE8: MoneyE8 | null;
  readonly marginExecutedE8: MoneyE8;
  readonly marginTotalE8: MoneyE8;
  readonly freeMarginE8: MoneyE8 | null;
  /** Percent, two decimals; null without margin. */
  readonly marginLevelE8: bigint | null;
}

const PERCENT_UNIT_E8 = SCALE_E8 / 100n;

/**
 * Figures at the prices that were seen last, however old: a view, on which nothing is decided. Free margin and level are
 * reckoned from the figures shown, so that a reader who does the same sum gets the same result.
 */
export function accountFigures(account: Account, dealing: Dealing): AccountFigures {
  const shown = shownIn(account, dealing);
  const floating = floatingProfit(account, withAllFloating(dealing), 'last_seen');
  const worth = equity(account, dealing, 'last_seen');
  const marginTotalE8 = shown(account.marginTotalE8);
  const equityE8 = worth.ok ? shown(worth.value) : null;
  return {
    balanceE8: shown(account.balanceE8),
    creditE8: shown(account.creditE8),
    floatingProfitE8: floating.ok ? shown(floating.value) : null,
    equityE8,
    marginExecutedE8: shown(account.marginExecutedE8),
    marginTotalE8,
    freeMarginE8: equityE8 === null ? null : ((equityE8 - marginTotalE8) as MoneyE8),
    marginLevelE8: equityE8 === null || marginTotalE8 <= 0n ? null : marginLevelE8(equityE8, marginTotalE8),
  };
}

/** Held symbols whose price, or whose rate to the account's currency, is missing. */
export function unpricedSymbols(account: Account, dealing: Dealing): readonly SymbolName[] {
  const bySymbol = Map.groupBy(account.positions, (position) => position.symbol);
  return [...bySymbol]
    .filter(([, positions]) => !floatingProfit({ ...account, positions }, dealing, 'last_seen').ok)
    .map(([symbol]) => symbol);
}

/** What is shown of profit counts in full, whatever the group's policy lets count in the equity. */
export const withAllFloating = (dealing: Dealing): Dealing =>
  dealing.group.policies.floating === 'use_all'
    ? dealing
    : { ...dealing, group: { ...dealing.group, policies: { ...dealing.group.policies, floating: 'use_all' } } };

/** Rounds an amount of the account to its currency's minor unit, as the group's policy says. */
export function shownIn(account: Account, { group }: Dealing): (amountE8: MoneyE8) => MoneyE8 {
  const decimals = currencyDecimals(account.currency);
  return (amountE8) => bookedMoney(fraction(amountE8, 1n), decimals, group.policies.moneyRounding);
}

const marginLevelE8 = (equityE8: MoneyE8, marginTotalE8: MoneyE8): bigint =>
  divide(equityE8 * 100n * SCALE_E8, marginTotalE8 * PERCENT_UNIT_E8, 'half_away') * PERCENT_UNIT_E8;
