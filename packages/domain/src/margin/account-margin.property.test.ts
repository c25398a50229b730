import { absolute } from '@margrave/vocabulary';
import fc from 'fast-check';
import { world, type World, type WorldOdds } from '../testing/arbitraries.ts';
import { oracleOrder, oraclePosition, oracleTerms, toE8 } from '../testing/oracle-inputs.ts';
import { accountMargin as oracleAccountMargin } from '../testing/oracle.ts';
import { accountMargin } from './account-margin.ts';

const FRESH = { stalePercent: 0 };
/** Everything meets in two symbols. */
const CROWDED = { ...FRESH, symbols: ['EURUSD', 'XAUUSD'], ordersMax: 5 };
const HEDGED_AT = (numerator: bigint, denominator: bigint) =>
  ({ hedgingMargin: { kind: 'hedged_rate', hedgedRate: { numerator, denominator } } }) as const;

const marginOf = ({ account, group, market }: World) => accountMargin(account, { group, instrument: market.instrument });

/** The account's margin is the oracle's, who tries each and every subset of the orders in flight. */
const equalsTheOracle = (odds: WorldOdds, numRuns: number) =>
  fc.assert(
    fc.property(world(odds), (given) => {
      const { account, group, market, instruments } = given;
      const terms = oracleTerms(account, group, market, instruments);
      const expected = oracleAccountMargin(terms, account.positions.map(oraclePosition), account.orders.map(oracleOrder));
      const actual = marginOf(given);
      expect([actual.executedE8, actual.totalE8]).toEqual([toE8(expected.executed), toE8(expected.total)]);
    }),
    { numRuns },
  );

describe('the margin of an account is what exact fractions give, over every subset of the orders in flight', () => {
  it('whatever the terms', () => equalsTheOracle(FRESH, 800));
  it('by the larger leg, much of it in one symbol', () =>
    equalsTheOracle({ ...CROWDED, mode: 'hedging', policies: { hedgingMargin: { kind: 'larger_leg' } } }, 600));
  it('on a netting account, much of it in one symbol', () => equalsTheOracle({ ...CROWDED, mode: 'netting' }, 600));
  it('with covered volume at half', () => equalsTheOracle({ ...CROWDED, mode: 'hedging', policies: HEDGED_AT(1n, 2n) }, 600));
  it('with covered volume at the whole, where the dearest order alone can be worse than all of them', () =>
    equalsTheOracle({ ...CROWDED, mode: 'hedging', policies: HEDGED_AT(1n, 1n) }, 600));
});

describe('whatever is in flight', () => {
  it('the total is never less than the margin of the positions', () =>
    fc.assert(
      fc.property(world(FRESH), (given) => {
        const { executedE8, totalE8 } = marginOf(given);
        expect(totalE8).toBeGreaterThanOrEqual(executedE8);
        expect(executedE8).toBeGreaterThanOrEqual(0n);
      }),
    ));

  it('one order more never lowers the total', () =>
    fc.assert(
      fc.property(world({ ...CROWDED, ordersMax: 4 }), (given) => {
        const { account } = given;
        const without = { ...account, orders: account.orders.slice(1) };
        expect(marginOf(given).totalE8).toBeGreaterThanOrEqual(marginOf({ ...given, account: without }).totalE8);
      }),
    ));

  it('with nothing in flight the total is the margin of the positions', () =>
    fc.assert(
      fc.property(world({ ...FRESH, ordersMax: 0 }), (given) => {
        const { executedE8, totalE8 } = marginOf(given);
        expect(totalE8).toBe(executedE8);
      }),
    ));

  it('orders that are over count for nothing', () =>
    fc.assert(
      fc.property(world(FRESH), fc.constantFrom('filled', 'cancelled', 'rejected', 'expired', 'denied'), (given, status) => {
        const { account } = given;
        const over = { ...account, orders: account.orders.map((order) => ({ ...order, status })) };
        expect(marginOf({ ...given, account: over }).totalE8).toBe(marginOf(given).executedE8);
      }),
    ));
});

describe('a hedge', () => {
  const LARGER_LEG = { ...CROWDED, ordersMax: 0, mode: 'hedging', policies: { hedgingMargin: { kind: 'larger_leg' } } } as const;

  it('never raises the margin of a symbol above that of its larger leg', () =>
    fc.assert(
      fc.property(world(LARGER_LEG), (given) => {
        const { account } = given;
        const legsE8 = account.positions.map(({ symbol, side }) => {
          const positions = account.positions.filter((other) => other.symbol === symbol && other.side === side);
          return { symbol, marginE8: marginOf({ ...given, account: { ...account, positions } }).executedE8 };
        });
        const symbols = [...new Set(account.positions.map(({ symbol }) => symbol))];
        const largestE8 = symbols.map((symbol) =>
          legsE8.filter((leg) => leg.symbol === symbol).reduce((best, leg) => (leg.marginE8 > best ? leg.marginE8 : best), 0n),
        );
        expect(marginOf(given).executedE8).toBe(largestE8.reduce((sum, each) => sum + each, 0n));
      }),
    ));

  it('does not depend on the order in which positions are listed', () =>
    fc.assert(
      fc.property(world(FRESH), (given) => {
        const { account } = given;
        const turned = { ...account, positions: [...account.positions].reverse(), orders: [...account.orders].reverse() };
        expect(marginOf({ ...given, account: turned })).toEqual(marginOf(given));
      }),
    ));
});

describe('the sum of the symbols', () => {
  it('is the margin of the account', () =>
    fc.assert(
      fc.property(world(FRESH), (given) => {
        const { account } = given;
        const symbols = [...new Set([...account.positions, ...account.orders].map(({ symbol }) => symbol))];
        const parts = symbols.map((symbol) =>
          marginOf({
            ...given,
            account: {
              ...account,
              positions: account.positions.filter((each) => each.symbol === symbol),
              orders: account.orders.filter((each) => each.symbol === symbol),
            },
          }),
        );
        const difference = marginOf(given).totalE8 - parts.reduce((sum, { totalE8 }) => sum + totalE8, 0n);
        expect(absolute(difference)).toBe(0n);
      }),
    ));
});
