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
  { title: 'ProviderOrderCancelV1' },
);

/**
 * Asks a provider to give up what is not yet executed of an order.
 *
 * From: our services. To: that provider.
 * Frozen after its first release: a field may be added as optional; anything else is `provider-order-cancel.v2.ts`.
 */
export const ProviderOrderCancelV1 = {
  ...streamMessage({
    ...TO_PROVIDERS,
    ...DEDUPLICATED_BY_REQUEST,
    name: 'provider.order.cancel',
    version: 1,
    deduplicationRule:
      '`requestId`; for an order that never left, `originalRequestId`, so that the stream takes the order or this, never both',
    summary: 'Give up what is left of an order.',
    description:
      'Answer with `cancelled` or `rejected`, with this request’s id and `originalRequestId`. It may name a request that you never saw: answer `rejected` with `unknown_request`, remember the id, and if that request still arrives reject it with `cancelled_before_arrival`.',
    subjectTemplate: providerOrderSubject('cancel'),
    schema,
    example: {
      requestId: '1000000471',
      originalRequestId: '1000000470',
      orderId: '1000000457',
      accountRef: '1000000002',
      symbol: 'EUR/USD',
      side: 'buy',
      sentAt: '2026-01-05T10:00:05.123Z',
    },
  }),
  /**
   * The id under which the relay withdraws an order whose `sendBefore` has passed: the order's own. If the stream already
   * holds it, the order did leave; if not, it never will, unless the stream lost what it held.
   */
  withdrawalId: (cancel: ProviderOrderCancelV1): string => cancel.originalRequestId,
};

export type ProviderOrderCancelV1 = Static<typeof schema>;
