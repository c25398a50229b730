import { FLOWS, ORDER_ORIGINS, ORDER_STATUSES, ORDER_TYPES, SIDES, TIMES_IN_FORCE } from '@margrave/vocabulary';
import { Type, type Static } from 'typebox';
import { accountId, clientOrderId, count, decimal, decisionId, flags, oneOf, orNull, orderId, plainText } from '../fields.ts';
import { positionId, symbolName, time } from '../fields.ts';
import { body } from './body.ts';
import { ORDER_FLAG_MEANINGS, REASON_MEANING } from './flags.ts';
import { protectionLevelOrNull } from './protection-level.ts';

const schema = Type.Object(
  {
    orderId: orderId('Our id of the order.'),
    clientOrderId: orNull(clientOrderId('The client’s key of the order; null for an order that the house made.')),
    accountId: accountId('Whose order it is.'),
    symbol: symbolName('What is traded.'),
    side: oneOf(SIDES, '`buy` or `sell`; an order that closes a bought position is a `sell`.'),
    type: oneOf(ORDER_TYPES, '`market`: at the price of the moment. The others wait for a price.'),
    timeInForce: oneOf(TIMES_IN_FORCE, 'How long it may wait.'),
    price: orNull(decimal('The worst price of a limit or stop-limit order; null of others.')),
    stopPrice: orNull(decimal('The price that a stop or stop-limit order waits for; null of others.')),
    expiresAt: orNull(time('From this moment on it is not executed; null where no time ends it.')),
    triggeredAt: orNull(time('When the price reached what it waited for, of a stop-limit order its stop; null before.')),
    isResting: Type.Boolean({
      description: 'Whether it waits with the broker for its price: then it can be replaced and cancelled.',
    }),
    reduceOnly: Type.Boolean({ description: 'Whether it closes what is open on the other side and opens nothing.' }),
    stopLoss: protectionLevelOrNull('Where the position that it opens is closed at a loss; null for nowhere.'),
    takeProfit: protectionLevelOrNull('Where the position that it opens is closed with a gain; null for nowhere.'),
    origin: oneOf(
      ORDER_ORIGINS,
      'What made it: a client, or the stop loss, take profit or trailing stop of the position that it closes.',
    ),
    volume: decimal('Lots ordered.'),
    filledVolume: decimal('Lots filled so far.'),
    averagePrice: orNull(decimal('Volume-weighted price of the fills, rounded to 8 decimals; null while nothing is filled.')),
    status: oneOf(
      ORDER_STATUSES,
      '`denied`: we refused it. `queued`: sent to a provider, not confirmed. `working`: it waits for its price (`isResting`), or was acknowledged by the provider. `rejected`: the provider refused it. `unknown`: the provider was silent; its margin stays reserved.',
    ),
    flow: oneOf(FLOWS, '`local`: filled in house. `provider`: filled by a liquidity provider.'),
    closesPositionId: orNull(
      positionId(
        'The position that this order closes; null for an order that opens, and for one that is to reduce until it does.',
      ),
    ),
    maxDeviation: orNull(decimal('In price units: how much worse than the price at the decision the fill may be.')),
    reason: orNull(plainText(200, REASON_MEANING)),
    flags: flags('What a reader should look at twice: of its deals, and of itself.', ORDER_FLAG_MEANINGS),
    decisionId: decisionId('The decision that accepted or denied it.'),
    createdAt: time('When it was accepted or denied.'),
    updatedAt: time('When it last changed.'),
    version: count('The account version of its last change.'),
  },
  { title: 'Order', description: 'An order: an intent, and what became of it.' },
);

export const OrderV1 = body(schema, {
  orderId: '1000000457',
  clientOrderId: 'my-1',
  accountId: '1000000001',
  symbol: 'EURUSD',
  side: 'buy',
  type: 'market',
  timeInForce: 'ioc',
  price: null,
  stopPrice: null,
  expiresAt: null,
  triggeredAt: null,
  isResting: false,
  reduceOnly: false,
  stopLoss: null,
  takeProfit: null,
  origin: 'client',
  volume: '0.10',
  filledVolume: '0.10',
  averagePrice: '1.08457',
  status: 'filled',
  flow: 'local',
  closesPositionId: null,
  maxDeviation: '0.00020',
  reason: null,
  flags: [],
  decisionId: '1000000459',
  createdAt: '2026-01-05T10:00:00.123Z',
  updatedAt: '2026-01-05T10:00:00.123Z',
  version: '12',
});

export type OrderV1 = Static<typeof schema>;
