import { larger, smaller, type PriceE8 } from '@margrave/vocabulary';

/** The lowest bid and the highest ask of the quotes since the one published before, the present one included. */
export interface Extremes {
  readonly lowE8: PriceE8;
  readonly highE8: PriceE8;
}

/** `before` is null for the first quote after a publication. */
export const widenExtremes = (before: Extremes | null, quote: { readonly bidE8: PriceE8; readonly askE8: PriceE8 }): Extremes =>
  before === null
    ? { lowE8: quote.bidE8, highE8: quote.askE8 }
    : { lowE8: smaller(before.lowE8, quote.bidE8), highE8: larger(before.highE8, quote.askE8) };
