import { SIDES } from '@margrave/vocabulary';
import { Type, type Static } from 'typebox';
import { decimal, oneOf, orNull, requestId } from '../fields.ts';
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
    side: oneOf(SIDES, 'The side of the closing execution: `sell` closes what was bought.'),
    volume: fields.volume,
    contractSize: fields.contractSize,
    maxDeviation: fields.maxDeviation,
    price: Type.Optional(orNull(decimal('The limit of the close: the worst raw price. Without it, or null: a market order.'))),
    referencePrice: fields.referencePrice,
    sentAt: fields.sentAt,
    sendBefore: fields.sendBefore,
  },
  { title: 'ProviderOrderCloseV1' },
);

/**
 * Asks a provider to close (part of) the position that an earlier request opened.
 *
 * From: our services. To: that provider.
 * Frozen after its first release: a field may be added as optional; anything else is `provider-order-close.v2.ts`.
 */
export const ProviderOrderCloseV1 = streamMessage({
  ...TO_PROVIDERS,
  ...DEDUPLICATED_BY_REQUEST,
  name: 'provider.order.close',
  version: 1,
  summary: 'Close a position, at the market or at a limit.',
  description:
    'A market `ioc` order, or a limit one where it has a `price`, on the other side that reduces the position which `originalRequestId` opened. It is answered as a `new` order is, with this request’s id in every report. A provider that nets executes it as an order like any other.',
  subjectTemplate: providerOrderSubject('close'),
  schema,
  example: {
    requestId: '1000000480',
    originalRequestId: '1000000470',
    orderId: '1000000479',
    accountRef: '1000000002',
    symbol: 'EUR/USD',
    side: 'sell',
    volume: '0.10',
    contractSize: '100000',
    maxDeviation: '0.00020',
    referencePrice: '1.08446',
    sentAt: '2026-01-05T10:05:00.123Z',
    sendBefore: '2026-01-05T10:05:02.123Z',
  },
});

export type ProviderOrderCloseV1 = Static<typeof schema>;
