import { Type, type Static } from 'typebox';
import { decimal, orNull } from '../fields.ts';
import { streamMessage } from '../message.ts';
import { providerOrderFields as fields } from './provider-order-fields.ts';
import { DEDUPLICATED_BY_REQUEST, providerOrderSubject, TO_PROVIDERS } from './provider-order-subject.ts';

const schema = Type.Object(
  {
    requestId: fields.requestId,
    originalRequestId: fields.originalRequestId,
    orderId: fields.orderId,
    accountRef: fields.accountRef,
    symbol: fields.symbol,
    side: fields.originalSide,
    volume: decimal(
      'Lots: the whole volume the order is to have, what is filled already included. One that is not above that is rejected with `volume_not_allowed`.',
    ),
    price: orNull(decimal('The new limit price, raw, above zero; null where the order has none.')),
    stopPrice: orNull(decimal('The new stop price; null where the order has none.')),
    sentAt: fields.sentAt,
    sendBefore: fields.sendBefore,
  },
  { title: 'ProviderOrderReplaceV1' },
);

/**
 * Asks a provider to change a resting order.
 *
 * From: our services. To: that provider.
 * Frozen after its first release: a field may be added as optional; anything else is `provider-order-replace.v2.ts`.
 */
export const ProviderOrderReplaceV1 = streamMessage({
  ...TO_PROVIDERS,
  ...DEDUPLICATED_BY_REQUEST,
  name: 'provider.order.replace',
  version: 1,
  summary: 'Change volume and prices of a resting order.',
  description:
    'Only resting orders can be replaced, and none are sent yet. `originalRequestId` is the `new` request of the order, however often it was replaced before. Answer with `replaced` or `rejected`, with this request’s id and `originalRequestId`. From `replaced` on the order rests with this volume and these prices; a rejection leaves it as it was. Later fills, and whatever else is said of the order, carry the id of the `new` request.',
  subjectTemplate: providerOrderSubject('replace'),
  schema,
  example: {
    requestId: '1000000472',
    originalRequestId: '1000000470',
    orderId: '1000000457',
    accountRef: '1000000002',
    symbol: 'EUR/USD',
    side: 'buy',
    volume: '0.20',
    price: '1.08300',
    stopPrice: null,
    sentAt: '2026-01-05T10:00:05.123Z',
    sendBefore: '2026-01-05T10:00:07.123Z',
  },
});

export type ProviderOrderReplaceV1 = Static<typeof schema>;
