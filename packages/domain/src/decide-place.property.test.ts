import { currencyDecimals, unitOfDecimals, type ClientOrderId, type LotsE8 } from '@margrave/vocabulary';
import { AT_MARKET } from './draft-order.ts';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Order } from './account.ts';
import type { Change, DecisionContext } from './change.ts';
import type { PlaceOrder } from './command.ts';
import { decide } from './decide.ts';
import type { Denial } from './denial.ts';
import { lots, side, world, type World, type WorldOdds } from './testing/arbitraries.ts';
import { countingIds } from './testing/build.ts';
import { deepFreeze, expectLawful, withMargin } from './testing/laws.ts';
import { fromE8, oracleOrder, oraclePosition, oracleTerms, toE8 } from './testing/oracle-inputs.ts';
import {
  accountMargin,
  check,
  clientPrice,
  commission,
  convert,
  floatingProfit,
  unitWeight,
  type OracleOrder,
} from './testing/oracle.ts';
import { NIL, plus, ratio, rounded, UNIT } from './testing/rational.ts';

interface Asked {
  readonly given: World;
  readonly context: DecisionContext;
  readonly command: PlaceOrder;
}

/** Rich and poor accounts, orders of every size: about half are refused for margin. */
const asked = (odds: WorldOdds): fc.Arbitrary<Asked> =>
  fc
    .record({ given: world(odds), index: fc.nat(8), side, lots, deviation: fc.option(fc.bigInt(0n, 50n)) })
    .map(({ given, index, side: taken, lots: volumeE8, deviation }) => {
      const instrument = given.instruments[index % given.instruments.length];
      assert(instrument);
      const context = { market: given.market, group: given.group, ids: countingIds() };
      const command: PlaceOrder = {
        kind: 'place',
        ...AT_MARKET,
        clientOrderId: 'mine' as ClientOrderId,
        symbol: instrument.symbol,
        side: taken,
        volumeE8,
        maxDeviationE8: deviation === null ? null : ((deviation * instrument.tickE8) as PlaceOrder['maxDeviationE8']),
      };
      return { given: { ...given, account: withMargin(given.account, context) }, context, command };
    });

const decidePlace = ({ given, context, command }: Asked): Change => {
  const decided = decide(given.account, command, context);
  assert(decided.ok);
  return decided.value;
};

/** The order as it would be in flight, at the worst price that it may fill at. */
function candidate({ given, command }: Asked): OracleOrder {
  const { account, group, market, instruments } = given;
  const terms = oracleTerms(account, group, market, instruments);
  const instrument = instruments.find(({ symbol }) => symbol === command.symbol);
  const price = clientPrice(terms, command.symbol, command.side === 'buy' ? 'ask' : 'bid');
  assert(instrument && price);
  const point = unitOfDecimals(instrument.digits);
  const deviation = command.maxDeviationE8 ?? instrument.defaultDeviationPoints * point;
  const worst = group.flow === 'provider' ? plus(price, fromE8(deviation)) : price;
  const unit = unitWeight(terms, command.symbol, worst);
  assert(unit);
  return { id: 'asked for', symbol: command.symbol, side: command.side, lots: fromE8(command.volumeE8), unit, closes: null };
}

/** The check of FORMULAS.md, by the oracle. */
function oracleCheck({ given, context, command }: Asked) {
  const { account, group, market, instruments } = given;
  const terms = oracleTerms(account, group, market, instruments);
  const held = account.positions.map(oraclePosition);
  const inFlight = account.orders.map(oracleOrder);
  const before = accountMargin(terms, held, inFlight).total;
  const after = accountMargin(terms, held, [...inFlight, candidate({ given, context, command })]).total;
  const floating = floatingProfit(terms, held);
  assert(floating);
  const equity = plus(fromE8(account.balanceE8 + account.creditE8), floating);
  const { commission: charged, policies } = group;
  const minorUnit = fromE8(unitOfDecimals(currencyDecimals(account.currency)));
  const entry =
    charged.kind === 'none' || charged.on === 'exit'
      ? NIL
      : commission(
          fromE8(charged.perLotE8),
          fromE8(command.volumeE8),
          fromE8(charged.minimumE8),
          minorUnit,
          policies.moneyRounding,
        );
  return { equity, before, after, entry, ...check(equity, before, after, entry) };
}

const FRESH = { stalePercent: 0, ordersMax: 3 };

describe('a market order that opens', () => {
  it('is accepted exactly where the oracle’s check passes, and its record says the oracle’s numbers', () =>
    fc.assert(
      fc.property(asked(FRESH), (order) => {
        const { decision } = decidePlace(order);
        assert(decision);
        fc.pre(decision.denial?.code !== 'CONVERSION_RATE_MISSING');
        const expected = oracleCheck(order);
        assert(decision.check);
        const { equityE8, marginTotalBeforeE8, marginTotalAfterE8, commissionE8, freeAfterE8 } = decision.check;
        expect(decision.denial?.code ?? 'accepted').toBe(expected.passes ? 'accepted' : 'MARGIN_EXCEEDS_FREE');
        expect([equityE8, marginTotalBeforeE8, marginTotalAfterE8, commissionE8, freeAfterE8]).toEqual(
          [expected.equity, expected.before, expected.after, expected.entry, expected.freeAfter].map(toE8),
        );
      }),
      { numRuns: 500 },
    ));

  it('is refused for want of a rate exactly where the oracle finds none for its margin, its profit or what is open', () =>
    fc.assert(
      fc.property(asked(FRESH), (order) => {
        const { given, command } = order;
        const terms = oracleTerms(given.account, given.group, given.market, given.instruments);
        const instrument = given.market.instrument(command.symbol);
        assert(instrument);
        const wanted =
          unitWeight(terms, command.symbol, UNIT) &&
          convert(terms, instrument.quoteCurrency, given.account.currency, 'lower') &&
          floatingProfit(terms, given.account.positions.map(oraclePosition));
        const { decision } = decidePlace(order);
        // A hedge needs no equity, so a rate that only equity needs may be missing.
        if (decision?.check?.equityE8 === null) expect(wanted).toBeNull();
        else expect(decision?.denial?.code === 'CONVERSION_RATE_MISSING').toBe(wanted === null);
      }),
      { numRuns: 400 },
    ));

  it('is refused with the largest volume that passes: one step more really fails', () =>
    fc.assert(
      fc.property(asked({ ...FRESH, ordersMax: 2 }), (order) => {
        const { decision } = decidePlace(order);
        if (decision?.denial?.code !== 'MARGIN_EXCEEDS_FREE') return;
        const instrument = order.given.market.instrument(order.command.symbol);
        const largest = decision.denial.numbers['largestVolume'];
        assert(instrument && largest?.kind === 'lots');
        const codeAt = (volumeE8: bigint) =>
          decidePlace({ ...order, command: { ...order.command, volumeE8: volumeE8 as LotsE8 } }).decision?.denial?.code ??
          'accepted';
        expect(largest.valueE8).toBeLessThan(order.command.volumeE8);
        if (largest.valueE8 > 0n) expect(codeAt(largest.valueE8)).toBe('accepted');
        expect(codeAt(largest.valueE8 + instrument.volumeStepE8)).toBe('MARGIN_EXCEEDS_FREE');
      }),
      { numRuns: 400 },
    ));

  it('is refused with numbers at the minor unit, rounded so that they never promise too much', () =>
    fc.assert(
      fc.property(asked(FRESH), (order) => {
        const { decision } = decidePlace(order);
        if (decision?.denial?.code !== 'MARGIN_EXCEEDS_FREE') return;
        const { equity, before, after, entry } = oracleCheck(order);
        const minorUnit = fromE8(unitOfDecimals(currencyDecimals(order.given.account.currency)));
        const shown = (name: string) => moneyOf(decision.denial, name);
        const required = plus(plus(after, ratio(-before.over, before.under)), entry);
        expect(shown('required')).toBe(toE8(rounded(required, minorUnit, 'ceiling')));
        expect(shown('free')).toBe(toE8(rounded(plus(equity, ratio(-before.over, before.under)), minorUnit, 'floor')));
        expect(shown('equity')).toBe(toE8(rounded(equity, minorUnit, 'floor')));
        expect(shown('marginTotal')).toBe(toE8(rounded(before, minorUnit, 'ceiling')));
        expect(shown('commission')).toBe(toE8(entry));
      }),
      { numRuns: 400 },
    ));

  it('changes the account lawfully, and writes into nothing that it was given', () =>
    fc.assert(
      fc.property(asked({ stalePercent: 10, ordersMax: 3 }), (order) => {
        deepFreeze([order.given.account, order.given.group.policies, order.given.instruments, order.command]);
        const change = decidePlace(order);
        expectLawful(order.given.account, change, order.context);
        expect(change.decision?.orderId).toBe(change.orders[0]?.orderId);
        expect(change.decision?.denial === null).toBe(change.orders[0]?.status !== 'denied');
      }),
      { numRuns: 400 },
    ));

  it('is decided the same when it is decided again', () =>
    fc.assert(
      fc.property(asked({ stalePercent: 10, ordersMax: 3 }), (order) => {
        const again = { ...order, context: { ...order.context, ids: countingIds() } };
        expect(decidePlace({ ...order, context: { ...order.context, ids: countingIds() } })).toEqual(decidePlace(again));
      }),
    ));

  it('reserves in flight what the check was made with', () =>
    fc.assert(
      fc.property(asked(FRESH), (order) => {
        const { account, decision, orders } = decidePlace(order);
        const [placed] = orders as readonly [Order];
        if (placed.status !== 'queued') return;
        expect(account.marginTotalE8).toBe(decision?.check?.marginTotalAfterE8);
        expect(account.marginExecutedE8).toBe(order.given.account.marginExecutedE8);
      }),
    ));
});

function moneyOf(denial: Denial | null, name: string): bigint {
  const number = denial?.numbers[name];
  assert(number?.kind === 'money', `${name} is not money`);
  return number.valueE8;
}
