import { unitOfDecimals, type Currency, type PriceE8, type ProviderName, type SymbolName } from '@margrave/vocabulary';
import type { Instrument } from './instrument.ts';
import { isSessionOpen } from './sessions.ts';

/** The raw market of one symbol as known at the moment of a decision. */
export interface Quote {
  readonly bidE8: PriceE8;
  readonly askE8: PriceE8;
  /** The age the sender stated plus the time since it arrived. */
  readonly ageMs: number;
  readonly sequence: bigint;
}

/** What the world looked like when a decision was made: values only, so that a decision can be made again. */
export interface Market {
  /** Database time. */
  readonly nowMs: number;
  readonly configurationVersion: bigint;
  readonly instrument: (symbol: SymbolName) => Instrument | undefined;
  readonly quote: (symbol: SymbolName) => Quote | undefined;
  /** The instrument whose price is units of `quote` for one `base`, if one is listed. */
  readonly pair: (base: Currency, quote: Currency) => Instrument | undefined;
  /** Whether a provider trades it: what it does not list cannot be sent to it. */
  readonly isListedAt: (provider: ProviderName, symbol: SymbolName) => boolean;
}

/**
 * What a quote is good for. `fresh`: everything. `closed`: the last price of a closed session, good for valuation and
 * conversion. `stale`: silent while the session is open, good for nothing that risks money. `unavailable`: never seen.
 */
export type QuoteState = 'fresh' | 'closed' | 'stale' | 'unavailable';

export function quoteState(market: Market, instrument: Instrument): QuoteState {
  const quote = market.quote(instrument.symbol);
  if (quote === undefined) return 'unavailable';
  if (quote.ageMs <= instrument.staleLimitMs) return isSessionOpen(instrument.sessions, market.nowMs) ? 'fresh' : 'closed';
  return isSessionOpen(instrument.sessions, market.nowMs) ? 'stale' : 'closed';
}

export const pointE8 = (instrument: Instrument): PriceE8 => unitOfDecimals(instrument.digits) as PriceE8;

/** Which quotes a reckoning may rest on: none that is stale (whatever risks money), or whatever was seen last (facts, views). */
export type Trust = 'trusted' | 'last_seen';

export interface ObservedMarket {
  readonly market: Market;
  readonly used: () => readonly (Quote & { readonly symbol: SymbolName })[];
}

/** The same market, noting which quotes are looked at: a decision's record names what it rested on, no more. */
export function observeMarket(market: Market): ObservedMarket {
  const used = new Map<SymbolName, Quote>();
  return {
    market: {
      nowMs: market.nowMs,
      configurationVersion: market.configurationVersion,
      instrument: (symbol) => market.instrument(symbol),
      pair: (base, quote) => market.pair(base, quote),
      isListedAt: (provider, symbol) => market.isListedAt(provider, symbol),
      quote: (symbol) => {
        const quote = market.quote(symbol);
        if (quote !== undefined) used.set(symbol, quote);
        return quote;
      },
    },
    used: () => [...used].map(([symbol, quote]) => ({ symbol, ...quote })),
  };
}
