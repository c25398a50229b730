import assert from 'node:assert/strict';
import { ok, refuse, type PriceE8, type Result } from '@margrave/vocabulary';
import type { Order } from './account.ts';
import { clientPrices, type Dealing } from './client-price.ts';
import { priceStale, priceUnavailable, word, type Denial } from './denial.ts';
import type { Instrument } from './instrument.ts';
import { quoteState, type Market } from './market.ts';
import type { ClientQuote } from './quotes/index.ts';

/** The raw price that an order takes; there is one, for the order was just priced on it. */
export function rawPriceE8(market: Market, order: Pick<Order, 'symbol' | 'side'>): PriceE8 {
  const quote = market.quote(order.symbol);
  assert(quote, `no quote of ${order.symbol}, on which an order was priced`);
  return order.side === 'buy' ? quote.askE8 : quote.bidE8;
}

/** The client's prices of an instrument, if they may be dealt on now. */
export function dealingPrices(instrument: Instrument, context: Dealing): Result<ClientQuote, Denial> {
  const { symbol } = instrument;
  const quote = context.market.quote(symbol);
  const state = quoteState(context.market, instrument);
  if (state === 'closed') return refuse({ code: 'SESSION_CLOSED', numbers: { symbol: word(symbol) } });
  if (quote === undefined) return refuse(priceUnavailable(symbol));
  if (state === 'stale') return refuse(priceStale(symbol, quote.ageMs, instrument.staleLimitMs));
  const prices = clientPrices(context, instrument, quote);
  return prices === undefined ? refuse(priceUnavailable(symbol)) : ok(prices);
}

/** The client's price at which an order of this side opens or closes. */
export const priceOf = (side: Order['side'], { bidE8, askE8 }: ClientQuote): PriceE8 => (side === 'buy' ? askE8 : bidE8);
