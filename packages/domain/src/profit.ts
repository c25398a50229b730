import {
  addFractions,
  ok,
  refuse,
  roundFraction,
  SCALE_E8,
  ZERO,
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

/**
 * Profit of some lots in the quote currency, times 1e16: (close − open) × lots × contract size for a buy, mirrored for a
 * sell. `openNotionalE16` is Σ lots × open price, so that no average is ever rounded.
 */
export function quoteProfitE16(
  of: Pick<Position, 'side' | 'openVolumeE8' | 'openNotionalE16'>,
  closePriceE8: PriceE8,
  contractSize: bigint,
): bigint {
  const difference = of.openVolumeE8 * closePriceE8 - of.openNotionalE16;
  return (of.side === 'buy' ? difference : -difference) * contractSize;
}

/**
 * Floating profit of an account at the closing-side client prices, in account currency, rounded down at 1e-8.
 * Gains and losses of a symbol are converted apart, each at the rate that is worse for the client.
 */
export function floatingProfit(account: Account, dealing: Dealing, trust: Trust): Result<MoneyE8, Denial> {
  const { market, group } = dealing;
  const symbols = new Map<SymbolName, { instrument: Instrument; gains: bigint; losses: bigint }>();
  for (const position of account.positions) {
    let sums = symbols.get(position.symbol);
    if (sums === undefined) {
      const instrument = market.instrument(position.symbol);
      assert(instrument, `floatingProfit: no instrument ${position.symbol}`);
      symbols.set(position.symbol, (sums = { instrument, gains: 0n, losses: 0n }));
    }
    const prices = valuationPrices(dealing, sums.instrument, trust);
    if (!prices.ok) return prices;
    const profit = quoteProfitE16(
      position,
      position.side === 'buy' ? prices.value.bidE8 : prices.value.askE8,
      sums.instrument.contractSize,
    );
    if (profit > 0n) sums.gains += profit;
    else sums.losses -= profit;
  }
  const { floating: counts, conversion } = group.policies;
  let floating: Fraction = ZERO;
  for (const { instrument, gains, losses } of symbols.values()) {
    const rates = profitRates(market, conversion, instrument.quoteCurrency, account.currency, trust);
    if (!rates.ok) return rates;
    if (counts === 'use_all') floating = addFractions(floating, convertProfit(rates.value, gains));
    if (counts !== 'ignore') floating = addFractions(floating, convertProfit(rates.value, -losses));
  }
  return ok(roundFraction({ numerator: floating.numerator, denominator: floating.denominator * SCALE_E8 }, 'floor') as MoneyE8);
}

function valuationPrices(dealing: Dealing, instrument: Instrument, trust: Trust): Result<ClientQuote, Denial> {
  const quote = dealing.market.quote(instrument.symbol);
  if (quote === undefined) return refuse(priceUnavailable(instrument.symbol));
  if (trust === 'trusted' && quoteState(dealing.market, instrument) === 'stale') {
    return refuse(priceStale(instrument.symbol, quote.ageMs, instrument.staleLimitMs));
  }
  const prices = clientPrices(dealing, instrument, quote);
  return prices === undefined ? refuse(priceUnavailable(instrument.symbol)) : ok(prices);
}

/** Balance, credit and floating profit. */
export function equity(account: Account, dealing: Dealing, trust: Trust): Result<MoneyE8, Denial> {
  const floating = floatingProfit(account, dealing, trust);
  return floating.ok ? ok((account.balanceE8 + account.creditE8 + floating.value) as MoneyE8) : floating;
}
