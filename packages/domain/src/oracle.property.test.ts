import {
  currencyDecimals,
  fraction,
  SCALE_E8,
  unitOfDecimals,
  type Currency,
  type Fraction,
  type LotsE8,
  type PriceE8,
} from '@margrave/vocabulary';
import fc from 'fast-check';
import { clientPrices } from './client-price.ts';
import { dealCommission } from './commission.ts';
import { conversionRate, convertProfit, profitRates } from './conversion.ts';
import { unitBasis } from './margin/basis.ts';
import { bookedMoney } from './money.ts';
import { equity, floatingProfit, quoteProfitE16 } from './profit.ts';
import { commissionTerms, lots, world, type World } from './testing/arbitraries.ts';
import { fromE8, fromFraction, oraclePosition, oracleTerms, toE8 } from './testing/oracle-inputs.ts';
import {
  clientPrice,
  commission,
  convert,
  convertedProfit,
  floatingProfit as oracleFloatingProfit,
  profit,
  unitWeight,
} from './testing/oracle.ts';
import { per, ratio, rounded } from './testing/rational.ts';

/** The domain against the oracle: equal as exact fractions, difference zero. */

const CURRENCIES = ['USD', 'EUR', 'JPY', 'GBP', 'CHF', 'AUD', 'XAU', 'GER', 'BTC', 'NOK'] as Currency[];
const termsOf = ({ account, group, market, instruments }: World) => oracleTerms(account, group, market, instruments);
const rationalOrNull = (of: { readonly ok: true; readonly value: Fraction } | { readonly ok: false }) =>
  of.ok ? fromFraction(of.value) : null;

describe('a conversion rate', () => {
  it.each(['higher', 'lower', 'mid'] as const)('is the %s one, direct, inverse, over USD or over EUR, or there is none', (side) =>
    fc.assert(
      fc.property(
        world({ stalePercent: 25 }),
        fc.constantFrom(...CURRENCIES),
        fc.constantFrom(...CURRENCIES),
        (given, from, to) => {
          const rate = conversionRate(given.market, from, to, side, 'trusted');
          expect(rate.ok ? fromFraction(rate.value.rate) : null).toEqual(convert(termsOf(given), from, to, side));
          if (!rate.ok) expect(rate.refusal.code).toBe('CONVERSION_RATE_MISSING');
        },
      ),
      { numRuns: 400 },
    ),
  );

  it('there and back again costs the client the spread, never the house', () =>
    fc.assert(
      fc.property(
        world({ stalePercent: 0 }),
        fc.constantFrom(...CURRENCIES),
        fc.constantFrom(...CURRENCIES),
        (given, from, to) => {
          const there = conversionRate(given.market, from, to, 'lower', 'trusted');
          const back = conversionRate(given.market, to, from, 'lower', 'trusted');
          if (!there.ok || !back.ok) return;
          const { numerator, denominator } = there.value.rate;
          expect(numerator * back.value.rate.numerator <= denominator * back.value.rate.denominator).toBe(true);
        },
      ),
    ));
});

describe('a price of a group', () => {
  it('is the raw price ± half the markup, on the tick, away from the middle', () =>
    fc.assert(
      fc.property(world({ stalePercent: 0 }), fc.nat(8), (given, index) => {
        const instrument = given.instruments[index];
        const quote = instrument && given.market.quote(instrument.symbol);
        if (instrument === undefined || quote === undefined) return;
        const prices = clientPrices(given, instrument, quote);
        const terms = termsOf(given);
        expect(prices && [fromE8(prices.bidE8), fromE8(prices.askE8)]).toEqual([
          clientPrice(terms, instrument.symbol, 'bid'),
          clientPrice(terms, instrument.symbol, 'ask'),
        ]);
      }),
    ));
});

describe('what a unit weighs in margin', () => {
  it('is base → account for FX, price × quote → account for everything else', () =>
    fc.assert(
      fc.property(world({ stalePercent: 25 }), fc.nat(8), fc.bigInt(1n, 10n ** 13n), (given, index, price) => {
        const instrument = given.instruments[index];
        if (instrument === undefined) return;
        const { account, group, market } = given;
        const basis = unitBasis(market, group.policies, instrument, account.currency, price as PriceE8, 'trusted');
        expect(basis.ok ? fromFraction(basis.value.basis) : null).toEqual(
          unitWeight(termsOf(given), instrument.symbol, fromE8(price)),
        );
      }),
      { numRuns: 400 },
    ));
});

describe('floating profit and equity', () => {
  it('are what exact fractions give, or refused where a price or a rate is missing', () =>
    fc.assert(
      fc.property(world({ stalePercent: 5 }), (given) => {
        const { account } = given;
        const expected = oracleFloatingProfit(termsOf(given), account.positions.map(oraclePosition));
        const floating = floatingProfit(account, given, 'trusted');
        expect(floating.ok ? floating.value : null).toBe(expected === null ? null : toE8(expected));
        const worth = equity(account, given, 'trusted');
        expect(worth.ok ? worth.value : null).toBe(
          expected === null ? null : account.balanceE8 + account.creditE8 + toE8(expected),
        );
      }),
      { numRuns: 600 },
    ));
});

describe('a realized profit', () => {
  it('is (close − open) × lots × contract for a buy, mirrored for a sell, then converted', () =>
    fc.assert(
      fc.property(world({ stalePercent: 10 }), fc.nat(5), fc.bigInt(1n, 10n ** 13n), (given, index, closeE8) => {
        const held = given.account.positions[index];
        const instrument = held && given.market.instrument(held.symbol);
        if (held === undefined || instrument === undefined) return;
        const { market, group, account } = given;
        const { openPrice, lots: openLots } = oraclePosition(held);
        const expected = profit(held.side, openLots, ratio(instrument.contractSize), openPrice, fromE8(closeE8));
        const inQuote = quoteProfitE16(held, closeE8 as PriceE8, instrument.contractSize);
        expect(ratio(inQuote, SCALE_E8 * SCALE_E8)).toEqual(expected);
        const rates = profitRates(market, group.policies.conversion, instrument.quoteCurrency, account.currency, 'trusted');
        const converted = rates.ok ? { ok: true as const, value: convertProfit(rates.value, inQuote) } : { ok: false as const };
        const exact = rationalOrNull(converted);
        expect(exact && per(exact, ratio(SCALE_E8 * SCALE_E8))).toEqual(
          convertedProfit(termsOf(given), instrument.quoteCurrency, expected),
        );
      }),
      { numRuns: 400 },
    ));
});

const moneyRounding = fc.constantFrom('half_away' as const, 'half_even' as const, 'down' as const);

describe('money', () => {
  it('meets the minor unit of its currency as its group rounds', () =>
    fc.assert(
      fc.property(
        fc.bigInt(-(10n ** 15n), 10n ** 15n),
        fc.oneof(fc.constantFrom(1n, 2n, 4n, 8n), fc.bigInt(1n, 10n ** 6n)),
        fc.constantFrom('JPY', 'USD', 'BTC'),
        moneyRounding,
        (numerator, denominator, currency, rounding) => {
          const decimals = currencyDecimals(currency as Currency);
          const expected = rounded(ratio(numerator, denominator * SCALE_E8), fromE8(unitOfDecimals(decimals)), rounding);
          expect(bookedMoney(fraction(numerator, denominator), decimals, rounding)).toBe(toE8(expected));
        },
      ),
      { numRuns: 1_000 },
    ));
});

describe('the commission of a deal', () => {
  it('is per lot or the minimum, at the minor unit, and only on the side that it is charged on', () =>
    fc.assert(
      fc.property(
        commissionTerms,
        fc.constantFrom('in' as const, 'out' as const),
        lots,
        fc.constantFrom(0, 2, 8),
        moneyRounding,
        (terms, entry, volumeE8, decimals, rounding) => {
          const charged = dealCommission(terms, entry, volumeE8, decimals, rounding);
          if (terms.kind === 'none' || terms.on === (entry === 'in' ? 'exit' : 'entry')) return expect(charged).toBe(0n);
          const minorUnit = fromE8(unitOfDecimals(decimals));
          const { perLotE8, minimumE8 } = terms;
          const expected = commission(fromE8(perLotE8), fromE8(volumeE8), fromE8(minimumE8), minorUnit, rounding);
          return expect(charged).toBe(toE8(expected));
        },
      ),
      { numRuns: 1_000 },
    ));

  it('does not fall with the volume', () =>
    fc.assert(
      fc.property(commissionTerms, lots, lots, moneyRounding, (terms, less, more, rounding) => {
        const of = (volumeE8: LotsE8) => dealCommission(terms, 'in', volumeE8, 2, rounding);
        expect(of((less + more) as LotsE8)).toBeGreaterThanOrEqual(of(less));
      }),
    ));
});
