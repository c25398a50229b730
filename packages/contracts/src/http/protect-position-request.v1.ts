import { Type, type Static } from 'typebox';
import { body } from './body.ts';
import { protectionLevelOrNull } from './protection-level.ts';

const schema = Type.Object(
  {
    stopLoss: Type.Optional(protectionLevelOrNull('Where it is to be closed at a loss; null for nowhere any more.')),
    takeProfit: Type.Optional(protectionLevelOrNull('Where it is to be closed with a gain; null for nowhere any more.')),
  },
  {
    title: 'ProtectPositionRequest',
    additionalProperties: false,
    minProperties: 1,
    description: 'What a position is to be protected by; what is not named stays as it is.',
  },
);

export const ProtectPositionRequestV1 = body(schema, { stopLoss: { price: '1.08000' }, takeProfit: { distance: '0.00500' } });

export type ProtectPositionRequestV1 = Static<typeof schema>;
