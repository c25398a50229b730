import type { Currency, DenialCode, LotsE8, MoneyE8, PriceE8, SymbolName } from '@margrave/vocabulary';

/** A refusal's numbers, typed by what they are, so that an edge can print them without knowing the rule. */
export type DenialNumber =
  | { readonly kind: 'money'; readonly valueE8: MoneyE8; readonly currency: Currency }
  | { readonly kind: 'lots'; readonly valueE8: LotsE8 }
  | { readonly kind: 'price'; readonly valueE8: PriceE8 }
  | { readonly kind: 'count'; readonly value: bigint }
  | { readonly kind: 'milliseconds'; readonly value: number }
  /** Database time, epoch milliseconds. */
  | { readonly kind: 'time'; readonly value: number }
  | { readonly kind: 'word'; readonly value: string };

/**
 * Why we, not the provider, turned an order away. `code` is closed; `numbers` are the facts of this one refusal, named as they
 * are printed. An order is refused for one reason, the first in the order of the checks.
 */
export interface Denial {
  readonly code: DenialCode;
  readonly numbers: Readonly<Record<string, DenialNumber>>;
}

export const money = (valueE8: MoneyE8, currency: Currency): DenialNumber => ({ kind: 'money', valueE8, currency });
export const lots = (valueE8: LotsE8): DenialNumber => ({ kind: 'lots', valueE8 });
export const price = (valueE8: PriceE8): DenialNumber => ({ kind: 'price', valueE8 });
export const count = (value: bigint): DenialNumber => ({ kind: 'count', value });
export const milliseconds = (value: number): DenialNumber => ({ kind: 'milliseconds', value });
export const time = (value: number): DenialNumber => ({ kind: 'time', value });
export const word = (value: string): DenialNumber => ({ kind: 'word', value });

export const priceUnavailable = (symbol: SymbolName): Denial => ({
  code: 'PRICE_UNAVAILABLE',
  numbers: { symbol: word(symbol) },
});
export const priceStale = (symbol: SymbolName, ageMs: number, ageMsMax: number): Denial => ({
  code: 'PRICE_STALE',
  numbers: { symbol: word(symbol), priceAgeMs: milliseconds(ageMs), priceAgeMsMax: milliseconds(ageMsMax) },
});
