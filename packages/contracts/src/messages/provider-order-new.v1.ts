import { ORDER_TYPES, TIMES_IN_FORCE } from '@margrave/vocabulary';
import { Type, type Static } from 'typebox';
import { decimal, oneOf, orNull } from '../fields.ts';
import { streamMessage } from '../message.ts';
import { providerOrderFields as fields } from './provider-order-fields.ts';
import { DEDUPLICATED_BY_REQUEST, providerOrderSubject, TO_PROVIDERS } from './provider-order-subject.ts';

const schema = Type.Object(
  {
    requestId: fields.requestId,
    orderId: fields.orderId,
    accountRef: fields.accountRef,
    symbol: fields.symbol,
    side: fields.side,
    type: oneOf(
      ORDER_TYPES,
      '`market` and `limit` are sent: stops wait with us. Reject what you do not do with `not_supported`.',
    ),
    volume: fields.volume,
    contractSize: fields.contractSize,
    price: orNull(
      decimal(
        'Limit price, raw, above zero: the worst price at which a limit or stop-limit order may be executed. Null for market and stop orders.',
      ),
    ),
    stopPrice: orNull(decimal('Stop price; null for market and limit orders.')),
    maxDeviation: fields.maxDeviation,
    referencePrice: fields.referencePrice,
    timeInForce: oneOf(
      TIMES_IN_FORCE,
      '`ioc`: execute what can be had at once, cancel the rest. `fok`: all of it at once, or nothing. `gtc`: rest until executed or cancelled. So far only `ioc` and `fok` are sent.',
    ),
    sentAt: fields.sentAt,
    sendBefore: fields.sendBefore,
  },
  { title: 'ProviderOrderNewV1' },
);

/**
 * Asks a provider to execute an order.
 *
 * From: whoever accepted the order. To: that provider.
 * Frozen after its first release: a field may be added as optional; anything else is `provider-order-new.v2.ts`.
 */
export const ProviderOrderNewV1 = streamMessage({
  ...TO_PROVIDERS,
  ...DEDUPLICATED_BY_REQUEST,
  name: 'provider.order.new',
  version: 1,
  summary: 'Execute this order.',
  description:
    'A new order. Answer with `new` (optional), then `partial_fill` and `fill` reports, or `rejected`, or `cancelled` for what an `ioc` order could not get. A `gtc` limit order is answered with `new` at once, and rests; see “Limit orders” in “Writing a provider”.',
  subjectTemplate: providerOrderSubject('new'),
  schema,
  example: {
    requestId: '1000000470',
    orderId: '1000000457',
    accountRef: '1000000002',
    symbol: 'EUR/USD',
    side: 'buy',
    type: 'market',
    volume: '0.10',
    contractSize: '100000',
    price: null,
    stopPrice: null,
    maxDeviation: '0.00020',
    referencePrice: '1.08454',
    timeInForce: 'ioc',
    sentAt: '2026-01-05T10:00:00.123Z',
    sendBefore: '2026-01-05T10:00:02.123Z',
  },
});

export type ProviderOrderNewV1 = Static<typeof schema>;
