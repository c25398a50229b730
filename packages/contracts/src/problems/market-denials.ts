import { DENIED, MEANINGS, type DenialEntry } from './denial-entry.ts';

/** The market forbids the order now. */
export const MARKET_DENIALS = {
  PRICE_STALE: {
    ...DENIED,
    title: 'Price too old',
    retryable: 'after',
    logLevel: 'warn',
    detail: 'The last price of {symbol} is {priceAgeMs} ms old; at most {priceAgeMsMax} ms is allowed.',
    explanation:
      'The price feed of this symbol is silent although its session is open. Nothing is traded on an old price. Try again with a new key when prices move.',
    numbers: {
      symbol: MEANINGS.symbol,
      priceAgeMs: 'The age of the last quote, in milliseconds.',
      priceAgeMsMax: 'The oldest that is traded on, in milliseconds.',
    },
  },
  PRICE_UNAVAILABLE: {
    ...DENIED,
    title: 'No price',
    retryable: 'after',
    logLevel: 'warn',
    detail: 'There is no price of {symbol}.',
    explanation: 'No usable quote of this symbol has been seen yet. Try again with a new key when there is one.',
    numbers: { symbol: MEANINGS.symbol },
  },
  PRICE_MOVED: {
    ...DENIED,
    title: 'Price moved',
    retryable: 'after',
    detail: 'The price of {symbol} moved further than {maxDeviation}.',
    explanation:
      'The price at the moment of execution was worse than the one the order was placed on by more than its `maxDeviation`. Order again with a new key, or allow more.',
    numbers: {
      symbol: MEANINGS.symbol,
      price: MEANINGS.price,
      expectedPrice: 'The price the order was placed on.',
      maxDeviation: 'How much worse it could be.',
    },
  },
  CONVERSION_RATE_MISSING: {
    ...DENIED,
    title: 'No conversion rate',
    retryable: 'after',
    logLevel: 'warn',
    detail: 'There is no rate from {from} to {to}.',
    explanation:
      'The margin or the profit of this symbol must be converted to the account’s currency, and no fresh pair or path over USD or EUR gives a rate. A missing rate is never taken to be one. Try again with a new key when prices move.',
    numbers: { from: 'The currency to convert from.', to: 'The currency to convert to.' },
  },
  SESSION_CLOSED: {
    ...DENIED,
    title: 'Market closed',
    retryable: 'after',
    detail: 'The session of {symbol} is closed.',
    explanation: 'The symbol is traded in sessions and none is open now. Order again with a new key when it opens.',
    numbers: { symbol: MEANINGS.symbol },
  },
  PROVIDER_UNAVAILABLE: {
    ...DENIED,
    title: 'Provider not available',
    retryable: 'after',
    logLevel: 'warn',
    detail: 'Orders in {symbol} cannot be sent now.',
    explanation:
      'The liquidity provider that this account’s orders go to is not connected, is switched off or does not list the symbol. Try again with a new key later.',
    numbers: { symbol: MEANINGS.symbol },
  },
} as const satisfies Record<string, DenialEntry>;
