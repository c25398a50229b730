import { Type, type Static } from 'typebox';
import { count, decisionId } from '../fields.ts';
import { AccountFiguresV1 } from './account.v1.ts';
import { body } from './body.ts';
import { PositionV1 } from './position.v1.ts';

const schema = Type.Object(
  {
    position: PositionV1.schema,
    account: AccountFiguresV1.schema,
    decisionId: decisionId('Why it was accepted: `GET decisions/{decisionId}`.'),
    lastEventSequence: count('Follow from here: `GET events?after=`.'),
  },
  { title: 'ProtectedAnswer', description: 'The position with its protection. It is committed.' },
);

export const ProtectedAnswerV1 = body(schema, {
  position: { ...PositionV1.example, stopLoss: '1.08000', takeProfit: '1.08957' },
  account: AccountFiguresV1.example,
  decisionId: '1000000459',
  lastEventSequence: '12',
});

export type ProtectedAnswerV1 = Static<typeof schema>;
