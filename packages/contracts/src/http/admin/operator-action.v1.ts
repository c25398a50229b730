import { SETTLEMENT_DOUBTS, STAFF_ROLES } from '@margrave/vocabulary';
import { Type, type Static } from 'typebox';
import { accountId, actionId, count, decisionId, oneOf, orderId, plainText, time } from '../../fields.ts';
import { body } from '../body.ts';
import { pageOf } from '../pages.v1.ts';
import { SettleOrderRequestV1, StatedExecutionV1 } from './settle-order-request.v1.ts';

const ACTION_KINDS = ['settle'] as const;

const schema = Type.Object(
  {
    actionId: actionId('Our id of it.'),
    at: time('Database time.'),
    operator: plainText(128, 'Who: the `sub` of the token.'),
    role: oneOf(STAFF_ROLES, 'The role that permitted it.'),
    kind: oneOf(ACTION_KINDS, '`settle`: an unknown order was settled.'),
    reason: plainText(500, 'Why, in the operator’s words.'),
    accountId: accountId('On which account.'),
    orderId: orderId('Which order.'),
    accountVersion: count('The account version that it made.'),
    decisionId: decisionId('The decision that was recorded with it.'),
    executions: Type.Array(StatedExecutionV1.schema, { description: 'What was stated as executed; none: nothing was.' }),
    confirmed: Type.Array(oneOf(SETTLEMENT_DOUBTS, 'A doubt.'), { description: 'What was insisted on.' }),
  },
  { title: 'OperatorAction', description: 'What a named operator did. Never changed, and never shown to clients.' },
);

export const OperatorActionV1 = body(schema, {
  actionId: '1000000482',
  at: '2026-01-05T10:12:14.123Z',
  operator: 'dealer-3',
  role: 'dealer',
  kind: 'settle',
  reason: SettleOrderRequestV1.example.reason,
  accountId: '1000000001',
  orderId: '1000000457',
  accountVersion: '13',
  decisionId: '1000000481',
  executions: [StatedExecutionV1.example],
  confirmed: [],
});
export type OperatorActionV1 = Static<typeof schema>;

const page = pageOf('OperatorActionPage', schema);
export const OperatorActionPageV1 = body(page, { items: [OperatorActionV1.example], nextCursor: null });
export type OperatorActionPageV1 = Static<typeof page>;
