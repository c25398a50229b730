import { DENIED, MEANINGS, type DenialEntry } from './denial-entry.ts';

/** The house protects itself, or the client, from too much. */
export const LIMIT_DENIALS = {
  LIMIT_ORDERS_EXCEEDED: {
    ...DENIED,
    title: 'Too many orders',
    retryable: 'after',
    detail: 'The account has {orders} orders and positions; at most {ordersMax} are allowed.',
    explanation:
      'The group limits how many orders in flight and open positions an account may have at once. An order and the position that it makes count once between them; a close counts for nothing and is never refused for this. Close something, or wait for what is in flight.',
    numbers: {
      orders: 'How many there are.',
      requested: 'How many the order would add.',
      ordersMax: 'How many there may be.',
    },
  },
  LIMIT_EXPOSURE_EXCEEDED: {
    ...DENIED,
    title: 'Exposure too large',
    retryable: 'never',
    detail:
      'The account has {exposure} lots of {symbol} on the {side} side and asks for {volume} more; at most {exposureMax} are allowed.',
    explanation:
      'The group limits how many lots of a symbol an account may hold on one side, whatever its margin. What is in flight counts as filled, and an opposite position does not count against it. A close is never refused for this. Order less or close something.',
    numbers: {
      symbol: MEANINGS.symbol,
      side: 'The side of the order: `buy` or `sell`.',
      exposure: 'The lots held on that side, those of orders in flight included.',
      volume: MEANINGS.volume,
      exposureMax: 'The most lots that may be held on that side.',
    },
  },
  PRICE_OUTSIDE_COLLAR: {
    ...DENIED,
    title: 'Price too far from the market',
    retryable: 'never',
    detail: '{price} lies outside {collarLow} to {collarHigh}.',
    explanation: 'A price this far from the market is taken to be a mistake.',
    numbers: {
      price: 'The price asked for.',
      collarLow: 'The lowest that is accepted.',
      collarHigh: 'The highest that is accepted.',
    },
  },
  DUPLICATE_THROTTLED: {
    ...DENIED,
    title: 'Too many identical orders',
    retryable: 'after',
    logLevel: 'warn',
    detail: '{repeats} identical orders came within {windowMs} ms; at most {repeatsMax} are allowed.',
    explanation:
      'The same order again and again with ever new keys is taken to be a program gone wrong. Wait, then order with a new key.',
    numbers: {
      repeats: 'How many came.',
      repeatsMax: 'How many may come.',
      windowMs: 'In what time, in milliseconds.',
    },
  },
  KILL_SWITCH: {
    ...DENIED,
    title: 'Trading stopped',
    retryable: 'after',
    logLevel: 'warn',
    detail: 'Trading is stopped for {scope}.',
    explanation:
      'The broker has stopped new orders: for the account, the symbol, the provider or all. A person lifts it; try then with a new key.',
    numbers: { scope: 'What it is stopped for: `account`, `symbol`, `provider` or `all`.' },
  },
} as const satisfies Record<string, DenialEntry>;
