import { currencyDecimals, fitsDecimals } from '@margrave/vocabulary';
import type { Account } from '../account.ts';
import type { Change, DecisionContext } from '../change.ts';
import { accountMargin } from '../margin/account-margin.ts';
import { isOver } from '../order-life.ts';

/** What holds for every change that any command makes, whatever it was. */
export function expectLawful(
  before: Account,
  change: Change,
  { group, market }: Pick<DecisionContext, 'group' | 'market'>,
): void {
  const { account, ledger, deals, events, orders, positions } = change;
  const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);

  expect(change.before).toBe(before);
  expect(account.version).toBe(before.version + 1n);
  for (const each of [...orders, ...positions]) expect(each.version).toBe(account.version);

  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => before.lastSequence + BigInt(index) + 1n));
  expect(account.lastSequence).toBe(before.lastSequence + BigInt(events.length));

  const booked = sum(ledger.map(({ amountE8 }) => amountE8));
  expect(account.balanceE8).toBe(before.balanceE8 + booked);
  expect(booked).toBe(sum(deals.map(({ profitE8, commissionE8 }) => profitE8 - commissionE8)));
  for (const { amountE8 } of ledger) {
    expect(amountE8).not.toBe(0n);
    expect(fitsDecimals(amountE8, currencyDecimals(account.currency))).toBe(true);
  }
  expect(events.flatMap((event) => (event.type === 'ledger.entry' ? [event.entry] : []))).toEqual(ledger);
  for (const { sequence } of [...ledger, ...deals]) expect(events.some((event) => event.sequence === sequence)).toBe(true);

  expect(account.orders.some(({ status }) => isOver(status))).toBe(false);
  expect(account.positions.every(({ openVolumeE8 }) => openVolumeE8 > 0n)).toBe(true);
  for (const order of orders) expect(account.orders.includes(order)).toBe(!isOver(order.status));
  for (const position of positions) expect(account.positions.includes(position)).toBe(position.openVolumeE8 > 0n);

  const margin = accountMargin(account, { group, instrument: market.instrument });
  expect([account.marginExecutedE8, account.marginTotalE8]).toEqual([margin.executedE8, margin.totalE8]);
  const moved = account.marginExecutedE8 !== before.marginExecutedE8 || account.marginTotalE8 !== before.marginTotalE8;
  expect(events.filter(({ type }) => type === 'margin.changed')).toHaveLength(moved ? 1 : 0);

  const ids = [
    ...deals.map(({ dealId }) => dealId),
    ...ledger.flatMap((entry) => [entry.entryId, entry.houseEntryId, entry.journalId]),
  ];
  expect(new Set<string>(ids).size).toBe(ids.length);
}

/** The same account with the margin figures that its positions and orders make. */
export function withMargin(account: Account, { group, market }: Pick<DecisionContext, 'group' | 'market'>): Account {
  const { executedE8, totalE8 } = accountMargin(account, { group, instrument: market.instrument });
  return { ...account, marginExecutedE8: executedE8, marginTotalE8: totalE8 };
}

/** Frozen to the last leaf: whoever writes into it throws. */
export function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
