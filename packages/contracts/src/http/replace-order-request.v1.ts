import { TIMES_IN_FORCE } from '@margrave/vocabulary';
import { Type, type Static } from 'typebox';
import { decimal, oneOf, positiveDecimal, time } from '../fields.ts';
import { body } from './body.ts';
import { protectionLevelOrNull } from './protection-level.ts';

const schema = Type.Object(
  {
    volume: Type.Optional(decimal('Lots, a whole number of the instrument’s `volumeStep`.')),
    price: Type.Optional(positiveDecimal('Of a limit or stop-limit order: the worst price.')),
    stopPrice: Type.Optional(positiveDecimal('Of a stop or stop-limit order: the price that it waits for.')),
    timeInForce: Type.Optional(oneOf(TIMES_IN_FORCE, '`gtc`, `day` or `gtd`.')),
    expiresAt: Type.Optional(time('Of a `gtd` order, with `timeInForce`: from this moment on it is not executed.')),
    stopLoss: Type.Optional(protectionLevelOrNull('Another stop loss; null to have none any more.')),
    takeProfit: Type.Optional(protectionLevelOrNull('Another take profit; null to have none any more.')),
  },
  {
    title: 'ReplaceOrderRequest',
    additionalProperties: false,
    minProperties: 1,
    description: 'What of a resting order is to be another; what is not named stays as it is.',
  },
);

export const ReplaceOrderRequestV1 = body(schema, { price: '1.08100', volume: '0.20' });

export type ReplaceOrderRequestV1 = Static<typeof schema>;
