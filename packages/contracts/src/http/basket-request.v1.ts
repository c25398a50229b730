import { Type, type Static } from 'typebox';
import { body } from './body.ts';
import { PlaceOrderRequestV1 } from './place-order-request.v1.ts';

/** A basket is decided as one, and an account holds no more orders than its group lets it. */
export const LEGS_MAX = 100;

const schema = Type.Object(
  {
    orders: Type.Array(PlaceOrderRequestV1.schema, {
      minItems: 1,
      maxItems: LEGS_MAX,
      description: 'The legs, in the order in which they are decided, each on what the ones before it left.',
    }),
    atomic: Type.Optional(Type.Boolean({ description: '`true`: all legs or none. `false`, the default: each leg for itself.' })),
  },
  { title: 'BasketRequest', additionalProperties: false, description: 'Several orders to place together.' },
);

export const BasketRequestV1 = body(schema, {
  orders: [PlaceOrderRequestV1.example, { ...PlaceOrderRequestV1.example, clientOrderId: 'my-2', side: 'sell' }],
  atomic: true,
});

export type BasketRequestV1 = Static<typeof schema>;
