import { ORDER_TYPES, SIDES, TIMES_IN_FORCE } from '@margrave/vocabulary';
import { Type, type Static } from 'typebox';
import { clientOrderId, decimal, oneOf, positiveDecimal, symbolName, time } from '../fields.ts';
import { body } from './body.ts';
import { protectionLevel } from './protection-level.ts';

const schema = Type.Object(
  {
    clientOrderId: clientOrderId(
      'Your key of the order, unique in the account for ever. The same key and body get the stored answer again; the same key with another body gets 409 (`"0.1"` and `"0.10"` are two bodies).',
    ),
    symbol: symbolName('What to trade.'),
    side: oneOf(SIDES, '`buy` or `sell`.'),
    type: oneOf(
      ORDER_TYPES,
      '`market`: at the price of the moment. `limit`: at `price` or better, at once where it can be had. `stop`: at the market once `stopPrice` is reached. `stop_limit`: as a limit order once `stopPrice` is reached.',
    ),
    volume: decimal('Lots, a whole number of the instrument’s `volumeStep`.'),
    price: Type.Optional(
      positiveDecimal('Of a limit or stop-limit order: the worst price, a whole number of the instrument’s `tick`.'),
    ),
    stopPrice: Type.Optional(
      positiveDecimal(
        'Of a stop or stop-limit order: the price that it waits for. Above the ask for a buy, below the bid for a sell.',
      ),
    ),
    maxDeviation: Type.Optional(
      decimal(
        'Of a market order, in price units: how much worse than the price at the decision the fill may be. Without it, the instrument’s own.',
      ),
    ),
    timeInForce: Type.Optional(
      oneOf(
        TIMES_IN_FORCE,
        '`ioc`: what cannot be had at once is cancelled. `fok`: all at once or nothing. `gtc`: until it is cancelled. `day`: until midnight UTC. `gtd`: until `expiresAt`. Market orders are `ioc`, the default, or `fok`; limit orders anything, by default `gtc`; the others `gtc`, the default, `day` or `gtd`.',
      ),
    ),
    expiresAt: Type.Optional(time('Of a `gtd` order: from this moment on it is not executed.')),
    reduceOnly: Type.Optional(
      Type.Boolean({
        description:
          'Closes a position of the other side, the oldest one, and opens nothing; it needs no margin. More than is open of it is refused; an order that waited closes what is left. Not `fok`, and without `stopLoss` and `takeProfit`.',
      }),
    ),
    stopLoss: Type.Optional(
      protectionLevel(
        'Where the position that it opens is to be closed at a loss. A netting account’s position that it adds to keeps its own where none is named.',
      ),
    ),
    takeProfit: Type.Optional(protectionLevel('The same with a gain.')),
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
