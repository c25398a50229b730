import { Type, type Static } from 'typebox';
import { decimal, orNull } from '../fields.ts';
import { body } from './body.ts';
import { protectionLevelOrNull } from './protection-level.ts';

const schema = Type.Object(
  {
    stopLoss: Type.Optional(protectionLevelOrNull('Where it is to be closed at a loss; null for nowhere any more.')),
    takeProfit: Type.Optional(protectionLevelOrNull('Where it is to be closed with a gain; null for nowhere any more.')),
    trailingStop: Type.Optional(
      orNull(
        Type.Object(
          { distance: decimal('How far it stays behind, in price units.') },
          {
            additionalProperties: false,
            description:
              'A stop that follows the best price at which the position could be closed from now on, and never moves back; at the same distance as before it goes on from where it is; null for none any more.',
          },
        ),
      ),
    ),
  },
  {
    title: 'ProtectPositionRequest',
    additionalProperties: false,
    minProperties: 1,
    description: 'What a position is to be protected by; what is not named stays as it is.',
  },
);

export const ProtectPositionRequestV1 = body(schema, {
  stopLoss: { price: '1.08000' },
  takeProfit: { distance: '0.00500' },
  trailingStop: { distance: '0.00300' },
});

export type ProtectPositionRequestV1 = Static<typeof schema>;
