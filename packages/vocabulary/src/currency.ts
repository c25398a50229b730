import type { Currency } from './ids.ts';

/** Minor-unit decimals that differ from the usual two. */
const CURRENCY_DECIMALS: Readonly<Record<string, number>> = { JPY: 0, KRW: 0, BTC: 8, ETH: 8 };

/** Decimals in which money of a currency is booked and shown. */
export const currencyDecimals = (currency: Currency): number => CURRENCY_DECIMALS[currency] ?? 2;
