import { Type, type Static } from 'typebox';
import { count, decisionId } from '../fields.ts';
import { AccountFiguresV1 } from './account.v1.ts';
import { body } from './body.ts';
import { DealV1 } from './deal.v1.ts';
import { OrderV1 } from './order.v1.ts';
import { PositionV1 } from './position.v1.ts';

const schema = Type.Object(
  {
    order: OrderV1.schema,
    deals: Type.Array(DealV1.schema, { description: 'What was executed at once; none for an order that waits for a provider.' }),
    position: Type.Union([PositionV1.schema, Type.Null()], {
      description: 'The position it opened, changed or closed; null if none yet.',
    }),
    account: AccountFiguresV1.schema,
    decisionId: decisionId('Why the command was accepted: `GET decisions/{decisionId}`.'),
    lastEventSequence: count('Follow from here: `GET events?after=`.'),
  },
  { title: 'PlacedAnswer', description: 'All that a command caused. It is committed.' },
);

export const PlacedAnswerV1 = body(schema, {
  order: OrderV1.example,
  deals: [DealV1.example],
  position: PositionV1.example,
  account: AccountFiguresV1.example,
  decisionId: '1000000459',
  lastEventSequence: '12',
});

export type PlacedAnswerV1 = Static<typeof schema>;
