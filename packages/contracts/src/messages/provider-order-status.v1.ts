import { Type, type Static } from 'typebox';
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
    sentAt: fields.sentAt,
  },
  { title: 'ProviderOrderStatusV1' },
);

/**
 * Asks a provider what became of a request that it left unanswered.
 *
 * From: provider-worker. To: that provider.
 * Frozen after its first release: a field may be added as optional; anything else is `provider-order-status.v2.ts`.
 */
export const ProviderOrderStatusV1 = streamMessage({
  ...TO_PROVIDERS,
  ...DEDUPLICATED_BY_REQUEST,
  name: 'provider.order.status',
  version: 1,
  from: 'provider-worker',
  summary: 'Say what became of a request.',
  description:
    'Publish again, unchanged and with their own execution ids, all reports of the original request; then one report of type `status` with this request’s id. Whoever answers `never_seen` must never execute that request afterwards.',
  subjectTemplate: providerOrderSubject('status'),
  schema,
  example: {
    requestId: '1000000474',
    originalRequestId: '1000000470',
    orderId: '1000000457',
    accountRef: '1000000002',
    symbol: 'EUR/USD',
    side: 'buy',
    sentAt: '2026-01-05T10:00:05.123Z',
  },
});

export type ProviderOrderStatusV1 = Static<typeof schema>;
