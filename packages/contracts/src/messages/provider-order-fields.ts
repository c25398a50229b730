import { SIDES } from '@margrave/vocabulary';
import { Type } from 'typebox';
import { decimal, foreignId, oneOf, orderId, orNull, providerSymbol, requestId, time } from '../fields.ts';

/** Fields that several requests to a provider share, with one meaning. */
export const providerOrderFields = {
  requestId: requestId(
    'The id of this request, unique for ever. Reports carry it; a request with an id seen before changes nothing.',
  ),
  originalRequestId: requestId('The id of the request that this one is about.'),
  orderId: orderId('Our order, for people who compare books.'),
  accountRef: foreignId('Whose order it is. A reference to keep, without meaning to the provider.'),
  symbol: providerSymbol('The provider’s own symbol.'),
  side: oneOf(SIDES, 'What is to be done: `buy` or `sell`.'),
  originalSide: oneOf(SIDES, 'The side of the original request. Answers carry it, also where that request was never seen.'),
  volume: decimal('Lots.'),
  contractSize: decimal('Units of the base per lot: volume × contractSize is the number of units.'),
  maxDeviation: orNull(
    decimal(
      'In price units: how much worse than the reference the execution may be. Null: any price. A limit order has its limit instead: its `maxDeviation` is null, and any other is ignored. See “Units and prices” in “Writing a provider”.',
    ),
  ),
  referencePrice: Type.Optional(
    orNull(
      decimal(
        'The raw price that the order was decided on. Without it the deviation counts from the provider’s price at arrival.',
      ),
    ),
  ),
  sentAt: time('When the request was made.'),
  sendBefore: time('A request that arrives after this moment must be rejected with `too_late`, by the provider’s own clock.'),
} as const;
