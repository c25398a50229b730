import { Type, type Static } from 'typebox';
import { decimal, orNull, requestId } from '../fields.ts';
import { streamMessage } from '../message.ts';
import { providerOrderFields as fields } from './provider-order-fields.ts';
import { DEDUPLICATED_BY_REQUEST, providerOrderSubject, TO_PROVIDERS } from './provider-order-subject.ts';

const schema = Type.Object(
  {
    requestId: fields.requestId,
    originalRequestId: requestId('The `new` request that opened the position.'),
    orderId: fields.orderId,
    accountRef: fields.accountRef,
    symbol: fields.symbol,
    side: fields.originalSide,
    stopLoss: orNull(decimal('Raw price at which the position is to be closed at a loss; null takes the level away.')),
    takeProfit: orNull(decimal('Raw price at which the position is to be closed at a gain; null takes the level away.')),
    sentAt: fields.sentAt,
    sendBefore: fields.sendBefore,
  },
  { title: 'ProviderOrderProtectV1' },
);

/**
 * Tells a provider that keeps protective levels itself which levels a position has.
 *
 * From: our services. To: that provider.
 * Frozen after its first release: a field may be added as optional; anything else is `provider-order-protect.v2.ts`.
 */
export const ProviderOrderProtectV1 = streamMessage({
  ...TO_PROVIDERS,
  ...DEDUPLICATED_BY_REQUEST,
  name: 'provider.order.protect',
  version: 1,
  summary: 'Set stop-loss and take-profit of a position.',
  description:
    'For providers that keep protective levels themselves; none are sent yet. Answer with `replaced` or `rejected`, with this request’s id and `originalRequestId`.',
  subjectTemplate: providerOrderSubject('protect'),
  schema,
  example: {
    requestId: '1000000473',
    originalRequestId: '1000000470',
    orderId: '1000000457',
    accountRef: '1000000002',
    symbol: 'EUR/USD',
    side: 'buy',
    stopLoss: '1.08000',
    takeProfit: null,
    sentAt: '2026-01-05T10:00:05.123Z',
    sendBefore: '2026-01-05T10:00:07.123Z',
  },
});

export type ProviderOrderProtectV1 = Static<typeof schema>;
