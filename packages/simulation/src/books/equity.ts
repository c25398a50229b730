import type { AccountRow, PositionRow } from '@margrave/store-postgres';
import { rational, times } from '@margrave/verify-books';
import { REGISTRY } from '../world/setting.ts';

/** A quote as a decision record keeps it. */
export interface RecordedQuote {
  readonly symbol: string;
  readonly bidE8: string;
  readonly askE8: string;
}
type Rational = ReturnType<typeof rational>;

/**
 * Equity by the formulas, once more and in exact fractions: balance, credit, and what every open position would gain at the
 * client's price, converted on the side that is worse. Knows the simulated instruments only. `undefined` where a quote is missing.
 */
export function equityE8(
  account: Pick<AccountRow, 'balanceE8' | 'creditE8' | 'currency'>,
  positions: readonly PositionRow[],
  quotes: readonly RecordedQuote[],
): bigint | undefined {
  const bySymbol = new Map(quotes.map(({ symbol, bidE8, askE8 }) => [symbol, { bid: BigInt(bidE8), ask: BigInt(askE8) }]));
  let floating: Rational = [0n, 1n];
  for (const { symbol, side, openVolumeE8, openNotionalE16 } of positions) {
    const instrument = REGISTRY.instruments.find((each) => each.symbol === symbol);
    const quote = bySymbol.get(symbol);
    if (instrument === undefined || quote === undefined) return undefined;
    const half = 2n * instrument.tickE8;
    const [gain, sign] = side === 'buy' ? [quote.bid - half, 1n] : [quote.ask + half, -1n];
    const gainE16 = sign * (openVolumeE8 * gain - openNotionalE16);
    const exactE8 = times(rational(gainE16, 100_000_000n), rational(instrument.contractSize));
    const rate = rateOf(instrument.quoteCurrency, account.currency, exactE8[0] < 0n, bySymbol);
    if (rate === undefined) return undefined;
    const [a, b] = [floating, times(exactE8, rate)];
    floating = rational(a[0] * b[1] + b[0] * a[1], a[1] * b[1]);
  }
  const below = floating[0] / floating[1] - (floating[0] < 0n && floating[0] % floating[1] !== 0n ? 1n : 0n);
  return account.balanceE8 + account.creditE8 + below;
}

type Quotes = ReadonlyMap<string, { readonly bid: bigint; readonly ask: bigint }>;

/** A gain at the lower rate, a loss at the higher. Yen go over the dollar to the euro. */
function rateOf(from: string, to: string, isLoss: boolean, quotes: Quotes): Rational | undefined {
  if (from === to) return [1n, 1n];
  const inverse = (symbol: string): Rational | undefined => {
    const quote = quotes.get(symbol);
    return quote && rational(100_000_000n, isLoss ? quote.bid : quote.ask);
  };
  if (from === 'USD' && to === 'EUR') return inverse('EURUSD');
  const toDollar = from === 'JPY' ? inverse('USDJPY') : undefined;
  if (to === 'USD') return toDollar;
  const toEuro = inverse('EURUSD');
  return toDollar && toEuro && times(toDollar, toEuro);
}
