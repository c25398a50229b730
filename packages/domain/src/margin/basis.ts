import {
  fraction,
  multiplyFractions,
  ok,
  SCALE_E8,
  type Currency,
  type Fraction,
  type PriceE8,
  type Result,
  type SymbolName,
} from '@margrave/vocabulary';
import { conversionRate } from '../conversion.ts';
import type { Denial } from '../denial.ts';
import type { MarginPolicies } from '../group.ts';
import type { Instrument } from '../instrument.ts';
import type { Market, Trust } from '../market.ts';

/** FX margin is reckoned in the base currency, everything else in the quote currency (policy `marginCurrency`, its defaults). */
export const marginCurrency = (instrument: Instrument): Currency =>
  instrument.class === 'fx' ? instrument.baseCurrency : instrument.quoteCurrency;

/**
 * What one unit of the contract weighs in margin at a price, in account currency and before leverage: the unit basis.
 * FX, base currency: the rate base → account. Where the account is kept in the quote currency that rate is the price itself,
 * by side. Others, quote currency: price × the rate quote → account. The rate is the one that is worse for the client.
 */
export function unitBasis(
  market: Market,
  policies: MarginPolicies,
  instrument: Instrument,
  accountCurrency: Currency,
  priceE8: PriceE8,
  trust: Trust,
): Result<{ readonly basis: Fraction; readonly path: readonly SymbolName[] }, Denial> {
  const price = fraction(priceE8, SCALE_E8);
  const currency = marginCurrency(instrument);
  if (currency === instrument.baseCurrency && accountCurrency === instrument.quoteCurrency) {
    return ok({ basis: price, path: [] });
  }
  const side = policies.conversion === 'mid' ? 'mid' : 'higher';
  const rate = conversionRate(market, currency, accountCurrency, side, trust);
  if (!rate.ok) return rate;
  const basis = currency === instrument.baseCurrency ? rate.value.rate : multiplyFractions(price, rate.value.rate);
  return ok({ basis, path: rate.value.path });
}
