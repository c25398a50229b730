import { SIDES } from '@margrave/vocabulary';
import { Type, type Static } from 'typebox';
import { clientOrderId, decimal, oneOf, symbolName } from '../fields.ts';
import { PLACEABLE_ORDER_TYPES, PLACEABLE_TIMES_IN_FORCE } from '../terms.ts';
import { body } from './body.ts';

const schema = Type.Object(
  {
    clientOrderId: clientOrderId(
      'Your key of the order, unique in the account for ever. The same key and body get the stored answer again; the same key with another body gets 409 (`"0.1"` and `"0.10"` are two bodies).',
    ),
    symbol: symbolName('What to trade.'),
    side: oneOf(SIDES, '`buy` or `sell`.'),
    type: oneOf(PLACEABLE_ORDER_TYPES, '`market`: at the price of the moment.'),
    volume: decimal('Lots, a whole number of the instrument’s `volumeStep`.'),
    maxDeviation: Type.Optional(
      decimal('In price units: how much worse than the price at the decision the fill may be. Without it, the instrument’s own.'),
    ),
    timeInForce: Type.Optional(oneOf(PLACEABLE_TIMES_IN_FORCE, '`ioc`: what cannot be had at once is cancelled. The default.')),
  },
  { title: 'PlaceOrderRequest', additionalProperties: false, description: 'An order to place.' },
);

export const PlaceOrderRequestV1 = body(schema, {
  clientOrderId: 'my-1',
  symbol: 'EURUSD',
  side: 'buy',
  type: 'market',
  volume: '0.10',
  maxDeviation: '0.00020',
  timeInForce: 'ioc',
});

export type PlaceOrderRequestV1 = Static<typeof schema>;
