/** Why a provider refuses a request: the word goes into `reason` of a `rejected` report. A word we do not know is kept as it is. */
export const PROVIDER_REJECT_REASONS = {
  too_late: 'The request arrived after its `sendBefore`.',
  unknown_symbol: 'The provider does not trade this symbol.',
  market_closed: 'The market of this symbol is closed.',
  price_moved: 'No price within `maxDeviation`, or of an `ioc` or `fok` limit order none at the limit or better, was to be had.',
  no_liquidity: 'Nothing at all could be executed.',
  volume_not_allowed:
    'The volume is too small, too large or off the provider’s step; of a replace also: not above what is filled.',
  not_supported: 'The provider does not do this kind of request, order type or time in force.',
  unknown_request: 'The provider never saw `originalRequestId` as a `new` request (answer to cancel, replace, close, protect).',
  already_over: 'The original request is over, or its position is closed: there is nothing left to do.',
  cancelled_before_arrival: 'The request was cancelled, or reported `never_seen`, before it arrived.',
  malformed: 'The request could not be read.',
  internal: 'Anything else. The provider promises that nothing was executed.',
} as const;
export type ProviderRejectReason = keyof typeof PROVIDER_REJECT_REASONS;
