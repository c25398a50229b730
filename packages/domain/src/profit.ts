import {
  addFractions,
  ok,
  refuse,
  roundFraction,
  SCALE_E8,
  ZERO,
  type Currency,
  type Fraction,
  type MoneyE8,
  type PriceE8,
  type Result,
  type SymbolName,
} from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import type { Account, Position } from './account.ts';
import { clientPrices, type Dealing } from './client-price.ts';
import { convertProfit, profitRates } from './conversion.ts';
import { priceStale, priceUnavailable, type Denial } from './denial.ts';
import type { Instrument } from './instrument.ts';
import type { ClientQuote } from './quotes/index.ts';
import { quoteState, type Trust } from './market.ts';

/** What is open, or a part of it that closes. */
type Lots = Pick<Position, 'side' | 'openVolumeE8' | 'openNotionalE16'>;

/**
 * Profit of some lots in the quote currency, times 1e16: (close − open) × lots × contract size for a buy, mirrored for a
 * sell. `openNotionalE16` is Σ lots × open price, so that no average is ever rounded.
 */
export const quoteProfitE16 = (of: Lots, closePriceE8: PriceE8, contractSize: bigint): bigint =>
  profitE16(of, closePriceE8) * contractSize;

function profitE16(of: Lots, closePriceE8: PriceE8): bigint {
  const difference = of.openVolumeE8 * closePriceE8 - of.openNotionalE16;
  return of.side === 'buy' ? difference : -difference;
}

/**
 * Floating profit of an account at the closing-side client prices, in account currency, rounded down at 1e-8.
 * Gains and losses of a quote currency are converted apart, each at the rate that is worse for the client.
 */
export function floatingProfit(account: Account, dealing: Dealing, trust: Trust): Result<MoneyE8, Denial> {
  const { market, group } = dealing;
  const { floating: counts, conversion } = group.policies;
  if (counts === 'ignore') return ok(0n as MoneyE8);
  const sums = profitsByCurrency(account, dealing, trust);
  if (!sums.ok) return sums;
  let floating: Fraction = ZERO;
  for (const [currency, { gains, losses }] of sums.value) {
    const rates = profitRates(market, conversion, currency, account.currency, trust);
    if (!rates.ok) return rates;
    if (counts === 'use_all') floating = addFractions(floating, convertProfit(rates.value, gains));
    floating = addFractions(floating, convertProfit(rates.value, -losses));
  }
  return ok(roundFraction({ numerator: floating.numerator, denominator: floating.denominator * SCALE_E8 }, 'floor') as MoneyE8);
}

interface GainsAndLosses {
  gains: bigint;
  losses: bigint;
}

/** What the positions gain and lose, in each quote currency, times 1e16. */
function profitsByCurrency(
  account: Account,
  dealing: Dealing,
  trust: Trust,
): Result<ReadonlyMap<Currency, Readonly<GainsAndLosses>>, Denial> {
  const valuations = new Map<SymbolName, Valuation & GainsAndLosses>();
  for (const position of account.positions) {
    let symbol = valuations.get(position.symbol);
    if (symbol === undefined) {
      const found = valuationOf(dealing, position.symbol, trust);
      if (!found.ok) return found;
      valuations.set(position.symbol, (symbol = { ...found.value, gains: 0n, losses: 0n }));
    }
    const profit = profitE16(position, position.side === 'buy' ? symbol.prices.bidE8 : symbol.prices.askE8);
    if (profit > 0n) symbol.gains += profit;
    else symbol.losses -= profit;
  }
  const sums = new Map<Currency, GainsAndLosses>();
  for (const { instrument, gains, losses } of valuations.values()) {
    const { quoteCurrency, contractSize } = instrument;
    const sum = sums.get(quoteCurrency) ?? { gains: 0n, losses: 0n };
    sum.gains += gains * contractSize;
    sum.losses += losses * contractSize;
    sums.set(quoteCurrency, sum);
  }
  return ok(sums);
}

interface Valuation {
  readonly instrument: Instrument;
  readonly prices: ClientQuote;
}

function valuationOf(dealing: Dealing, symbol: SymbolName, trust: Trust): Result<Valuation, Denial> {
  const { market } = dealing;
  const instrument = market.instrument(symbol);
  assert(instrument, `floatingProfit: no instrument ${symbol}`);
  const quote = market.quote(symbol);
  if (quote === undefined) return refuse(priceUnavailable(symbol));
  if (trust === 'trusted' && quoteState(market, instrument) === 'stale') {
    return refuse(priceStale(symbol, quote.ageMs, instrument.staleLimitMs));
  }
  const prices = clientPrices(dealing, instrument, quote);
  return prices === undefined ? refuse(priceUnavailable(symbol)) : ok({ instrument, prices });
}

/** Balance, credit and floating profit. */
export function equity(account: Account, dealing: Dealing, trust: Trust): Result<MoneyE8, Denial> {
  const floating = floatingProfit(account, dealing, trust);
  return floating.ok ? ok((account.balanceE8 + account.creditE8 + floating.value) as MoneyE8) : floating;
}
