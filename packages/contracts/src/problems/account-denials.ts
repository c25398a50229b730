import { DENIED, MEANINGS, type DenialEntry } from './denial-entry.ts';

/** The account, or what stands on it, forbids the order. */
export const ACCOUNT_DENIALS = {
  MARGIN_EXCEEDS_FREE: {
    ...DENIED,
    title: 'Not enough free margin',
    retryable: 'never',
    detail:
      'The order needs {required} {currency} of margin; {free} {currency} is free. The largest volume that would pass is {largestVolume} lots.',
    explanation:
      'The order would raise the account’s total margin by more than is free. Free margin is equity less the margin of all positions and of all orders in flight. An order that fits exactly passes, and so does one that does not raise the margin, such as a hedge or a close. Order less, close something, or deposit.',
    numbers: {
      required: 'What the order would take: the rise of the total margin, and its commission.',
      free: 'Free margin before the order.',
      equity: 'Equity before the order.',
      marginTotal: 'Total margin before the order.',
      commission: 'The commission in `required`.',
      currency: MEANINGS.currency,
      largestVolume: 'The largest volume that would have passed, in lots; zero if none.',
      price: 'The price that the margin was reckoned at, deviation included.',
      priceAgeMs: 'The age of the quote, in milliseconds.',
      conversionPath: 'The symbols that converted the margin to the account’s currency.',
    },
  },
  ACCOUNT_NOT_ACTIVE: {
    ...DENIED,
    title: 'Account suspended',
    retryable: 'never',
    detail: 'The account is {status}.',
    explanation: 'Nothing can be traded on this account until the broker makes it active again. Ask the broker.',
    numbers: { status: 'The account’s status.' },
  },
  ACCOUNT_CLOSE_ONLY: {
    ...DENIED,
    title: 'Account may only close',
    retryable: 'never',
    detail: 'The account may close positions, not open them.',
    explanation:
      'The broker has set the account to close only. Closing positions works; orders that open do not. Ask the broker.',
    numbers: { status: 'The account’s status.' },
  },
  POSITION_NOT_OPEN: {
    ...DENIED,
    title: 'Position not open',
    retryable: 'never',
    detail: 'Position {positionId} is closed already.',
    explanation:
      'The position that was to be closed is closed: by another order, by a stop or by the broker. There is nothing left to do.',
    numbers: { positionId: MEANINGS.positionId },
  },
  POSITION_ALREADY_CLOSING: {
    ...DENIED,
    title: 'Position already closing',
    retryable: 'after',
    detail: 'Order {closingOrderId} is closing position {positionId} already.',
    explanation:
      'An order that closes this position is with the provider. If it fails the position can be closed again; follow that order.',
    numbers: { positionId: MEANINGS.positionId, closingOrderId: 'The order that closes it.' },
  },
  NOTHING_TO_REDUCE: {
    ...DENIED,
    title: 'Nothing to reduce',
    retryable: 'never',
    detail: 'No position of {symbol} is open that a {side} would reduce.',
    explanation:
      'An order with `reduceOnly` closes an open position of the other side, in house or with the provider that orders of this account go to, and never opens one.',
    numbers: { symbol: MEANINGS.symbol, side: 'The side of the order.' },
  },
  POSITIONS_NOT_OPPOSITE: {
    ...DENIED,
    title: 'Positions not opposite',
    retryable: 'never',
    detail: 'Position {positionId} cannot be closed by the other one.',
    explanation:
      'Two positions close each other when both are open, of one symbol, on opposite sides, and dealt in the same way: both in house, or with the same provider.',
    numbers: { positionId: MEANINGS.positionId },
  },
  ORDER_NOT_WORKING: {
    ...DENIED,
    title: 'Order not working',
    retryable: 'never',
    detail: 'Order {orderId} is {status}.',
    explanation:
      'Only an order that rests, waiting for its price, can be replaced or cancelled; this one is over, or a provider has it.',
    numbers: { orderId: 'The order.', status: 'Its status.' },
  },
} as const satisfies Record<string, DenialEntry>;
