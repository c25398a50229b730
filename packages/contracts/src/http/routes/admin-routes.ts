import { SETTLEMENT_CODES, STAFF_ROLES } from '@margrave/vocabulary';
import { Type } from 'typebox';
import { accountId, CLIENT_ORDER_ID_PATTERN, orderId } from '../../fields.ts';
import { OperatorActionPageV1 } from '../admin/operator-action.v1.ts';
import { SettledAnswerV1 } from '../admin/settled-answer.v1.ts';
import { SettleOrderRequestV1 } from '../admin/settle-order-request.v1.ts';
import { UnknownOrderPageV1 } from '../admin/unknown-order.v1.ts';
import { COMMAND_PROBLEMS } from './order-routes.ts';
import { page, pageOnly } from './parameters.ts';
import { answer, READ_PROBLEMS, refusals, type Route } from './route.ts';

const staff = { scope: 'staff', tag: 'Unknown orders' } as const;
const HEADERS = ['Idempotent-Replayed'] as const;

const listUnknownOrders: Route = {
  ...staff,
  roles: STAFF_ROLES,
  operationId: 'listUnknownOrders',
  method: 'GET',
  path: '/admin/v1/unknown-orders',
  summary: 'List unknown orders',
  description: 'Orders of all accounts whose provider did not answer, oldest first.',
  parameters: null,
  query: pageOnly,
  body: null,
  answers: { 200: answer('A page of orders.', UnknownOrderPageV1.schema), ...refusals(READ_PROBLEMS) },
};

const settleOrder: Route = {
  ...staff,
  roles: ['dealer'],
  operationId: 'settleOrder',
  method: 'POST',
  path: '/admin/v1/accounts/:accountId/orders/:orderId/settle',
  summary: 'Settle an unknown order',
  description:
    'Books what the provider is known to have executed, and ends the rest, in one commit with your name and reason. Without executions the order is ended and its reservation released. A report of the provider that comes afterwards and agrees changes nothing; one of another execution is booked and flagged as late. A refusal changes nothing and does not use up the key.',
  parameters: Type.Object(
    { accountId: accountId('The account.'), orderId: orderId('The order.') },
    { additionalProperties: false },
  ),
  headers: Type.Object({
    'idempotency-key': Type.String({
      pattern: CLIENT_ORDER_ID_PATTERN,
      description:
        'Your key of this settlement, unique in the account. The same key, body and token’s `sub` get the stored answer again; anything else gets 409.',
    }),
  }),
  query: null,
  body: SettleOrderRequestV1,
  answers: {
    201: answer('Committed.', SettledAnswerV1.schema, HEADERS),
    ...refusals([...COMMAND_PROBLEMS, ...SETTLEMENT_CODES]),
  },
};

const listOperatorActions: Route = {
  ...staff,
  roles: STAFF_ROLES,
  operationId: 'listOperatorActions',
  method: 'GET',
  path: '/admin/v1/operator-actions',
  summary: 'List what operators did',
  description: 'Who did what and why, on all accounts or on one, newest first.',
  parameters: null,
  query: Type.Object({ accountId: Type.Optional(accountId('Only on this account.')), ...page }, { additionalProperties: false }),
  body: null,
  answers: { 200: answer('A page of actions.', OperatorActionPageV1.schema), ...refusals(READ_PROBLEMS) },
};

export const STAFF_ROUTES = { listUnknownOrders, settleOrder, listOperatorActions };
