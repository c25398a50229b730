import { Type, type Static } from 'typebox';
import { currency, decimal, figure, NAME_PATTERN, orNull, requestId, wholeNumber } from '../../fields.ts';
import { body } from '../body.ts';
import { OrderV1 } from '../order.v1.ts';
import { pageOf } from '../pages.v1.ts';

const AGE_MS_MAX = 3_155_760_000_000;

const schema = Type.Object(
  {
    order: OrderV1.schema,
    provider: Type.String({ pattern: NAME_PATTERN, description: 'Who is silent about it.' }),
    requestId: requestId('The request that carries it: the provider knows it by this id.'),
    ageMs: wholeNumber({ minimum: 0, maximum: AGE_MS_MAX }, 'How long ago it was placed, in milliseconds.'),
    left: decimal('Lots of which nothing is known.'),
    reservedPrice: orNull(decimal('The worst price that its reservation covers; null where it reserves nothing, as a close.')),
    reservedMargin: orNull(figure('What the account’s total margin would be less without it; null where it is over by now.')),
    currency: orNull(currency('Of `reservedMargin`.')),
  },
  { title: 'UnknownOrder', description: 'An order whose provider did not answer. Its margin stays reserved.' },
);

export const UnknownOrderV1 = body(schema, {
  order: {
    ...OrderV1.example,
    filledVolume: '0.00',
    averagePrice: null,
    status: 'unknown',
    flow: 'provider',
    reason: 'provider_silent',
  },
  provider: 'lp-a',
  requestId: '1000000470',
  ageMs: 734_000,
  left: '0.10',
  reservedPrice: '1.08474',
  reservedMargin: '108.47',
  currency: 'USD',
});
export type UnknownOrderV1 = Static<typeof schema>;

const page = pageOf('UnknownOrderPage', schema, 'oldest first');
export const UnknownOrderPageV1 = body(page, { items: [UnknownOrderV1.example], nextCursor: null });
export type UnknownOrderPageV1 = Static<typeof page>;
