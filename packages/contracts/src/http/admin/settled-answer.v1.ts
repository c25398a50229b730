import { Type, type Static } from 'typebox';
import { count } from '../../fields.ts';
import { AccountFiguresV1 } from '../account.v1.ts';
import { body } from '../body.ts';
import { DealV1 } from '../deal.v1.ts';
import { OrderV1 } from '../order.v1.ts';
import { OperatorActionV1 } from './operator-action.v1.ts';

const schema = Type.Object(
  {
    action: OperatorActionV1.schema,
    order: OrderV1.schema,
    deals: Type.Array(DealV1.schema, { description: 'What was booked.' }),
    account: AccountFiguresV1.schema,
    lastEventSequence: count('Of the account’s newest event.'),
  },
  { title: 'SettledAnswer', description: 'All that the settlement caused. It is committed.' },
);

export const SettledAnswerV1 = body(schema, {
  action: OperatorActionV1.example,
  order: { ...OrderV1.example, filledVolume: '0.04', status: 'cancelled', reason: 'settled_by_operator' },
  deals: [{ ...DealV1.example, volume: '0.04', flags: ['late_fill', 'settled_by_operator'] }],
  account: AccountFiguresV1.example,
  lastEventSequence: '14',
});
export type SettledAnswerV1 = Static<typeof schema>;
