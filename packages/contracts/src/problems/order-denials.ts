import { DENIED, MEANINGS, type DenialEntry } from './denial-entry.ts';

const { volume, volumeMin, volumeMax, volumeStep } = MEANINGS;
const sizes = { volume, volumeMin, volumeMax, volumeStep };

/** The order asks for what cannot be had. */
export const ORDER_DENIALS = {
  SYMBOL_UNKNOWN: {
    ...DENIED,
    title: 'Unknown symbol',
    retryable: 'never',
    detail: 'There is no symbol {symbol}.',
    explanation: 'The symbol is not listed here. Symbols are matched exactly; `GET /v1/instruments` lists them.',
    numbers: { symbol: MEANINGS.symbol },
  },
  SYMBOL_NOT_PERMITTED: {
    ...DENIED,
    title: 'Symbol not permitted',
    retryable: 'never',
    detail: 'The account may not trade {symbol}.',
    explanation: 'The symbol exists, but the account’s group does not trade it. Ask the broker.',
    numbers: { symbol: MEANINGS.symbol },
  },
  TRADE_MODE_FORBIDS: {
    ...DENIED,
    title: 'Trading restricted',
    retryable: 'never',
    detail: '{symbol} is set to {tradeMode}.',
    explanation:
      'The broker has restricted this symbol: with `close_only` positions can be closed, not opened; with `disabled` nothing can be done.',
    numbers: { symbol: MEANINGS.symbol, tradeMode: 'The trade mode of the symbol.' },
  },
  VOLUME_TOO_SMALL: {
    ...DENIED,
    title: 'Volume too small',
    retryable: 'never',
    detail: '{volume} lots is less than the smallest order, {volumeMin} lots.',
    explanation: 'Each instrument has a smallest order, `volumeMin` in `GET /v1/instruments`.',
    numbers: sizes,
  },
  VOLUME_TOO_LARGE: {
    ...DENIED,
    title: 'Volume too large',
    retryable: 'never',
    detail: '{volume} lots is more than the largest order, {volumeMax} lots.',
    explanation: 'Each instrument has a largest order, `volumeMax` in `GET /v1/instruments`. Divide the order.',
    numbers: sizes,
  },
  VOLUME_OFF_STEP: {
    ...DENIED,
    title: 'Volume off the step',
    retryable: 'never',
    detail: '{volume} lots is not a whole number of {volumeStep} lots.',
    explanation: 'Volumes are whole numbers of the instrument’s `volumeStep`. Nothing is rounded silently.',
    numbers: sizes,
  },
  VOLUME_NOT_CLOSABLE: {
    ...DENIED,
    title: 'Volume not closable',
    retryable: 'never',
    detail: 'Of the {openVolume} open lots of position {positionId} {volume} cannot be closed.',
    explanation:
      'No more can be closed than is open, and what is left must be at least the instrument’s `volumeMin`, or nobody would take it alone. Without a `volume` all that is open is closed.',
    numbers: {
      volume,
      positionId: MEANINGS.positionId,
      openVolume: 'What is open of the position, in lots.',
      volumeMin,
    },
  },
  PRICE_OFF_TICK: {
    ...DENIED,
    title: 'Price off the tick',
    retryable: 'never',
    detail: '{price} is not a whole number of {tick}.',
    explanation: 'Prices are whole numbers of the instrument’s `tick`. Nothing is rounded silently.',
    numbers: { price: 'The price asked for.', tick: 'Prices are whole numbers of this.' },
  },
  PRECISION_EXCEEDED: {
    ...DENIED,
    title: 'Too many decimals',
    retryable: 'never',
    detail: '{field} has more than {digits} decimals.',
    explanation: 'The instrument’s prices have `digits` decimals. Nothing is rounded silently.',
    numbers: { field: 'The field of the request.', digits: 'The decimals it may have.' },
  },
  STOP_TOO_CLOSE: {
    ...DENIED,
    title: 'Stop too close',
    retryable: 'never',
    detail: '{price} is closer than {distanceMin} to the market.',
    explanation: 'Stop-loss, take-profit and stop prices must keep a distance from the market.',
    numbers: {
      price: 'The level asked for.',
      distanceMin: 'The smallest distance.',
      marketPrice: 'The price it was measured from.',
    },
  },
  STOP_WRONG_SIDE: {
    ...DENIED,
    title: 'Stop on the wrong side',
    retryable: 'never',
    detail: '{price} is on the wrong side of {marketPrice}.',
    explanation:
      'A buy stop lies above the market and a sell stop below it. The stop-loss of a buy lies below the market and its take-profit above it; for a sell the other way round.',
    numbers: { price: 'The level asked for.', marketPrice: 'The price it was measured from.' },
  },
  LEVEL_FROZEN: {
    ...DENIED,
    title: 'Level frozen',
    retryable: 'after',
    detail: '{price} is within {distance} of the market, {marketPrice}: it cannot be changed now.',
    explanation:
      'What the market has nearly reached is about to be executed, and can be neither changed nor taken back until the market moves away.',
    numbers: {
      price: 'The price that is waited for.',
      marketPrice: 'The price that it is compared with.',
      distance: 'The distance within which it is frozen.',
    },
  },
  EXPIRY_PASSED: {
    ...DENIED,
    title: 'Expiry passed',
    retryable: 'never',
    detail: 'The order was to end at {expiresAt}; it is {now}.',
    explanation: 'An order must have time to wait. Times are compared with the clock of the database.',
    numbers: { expiresAt: 'When the order was to end.', now: 'When it was decided.' },
  },
  FIELD_NOT_APPLICABLE: {
    ...DENIED,
    title: 'Field not applicable',
    retryable: 'never',
    detail: 'A {type} order has no {field} that could be replaced.',
    explanation: 'A limit order has a `price`, a stop order a `stopPrice`, a stop-limit order both, until its stop was reached.',
    numbers: { field: 'The field of the request.', type: 'The type of the order.' },
  },
} as const satisfies Record<string, DenialEntry>;
