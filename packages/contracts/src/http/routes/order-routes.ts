import { DENIAL_CODES, ORDER_STATUSES } from '@margrave/vocabulary';
import { Type } from 'typebox';
import { CLIENT_ORDER_ID_PATTERN, oneOf, symbolName } from '../../fields.ts';
import { BasketAnswerV1 } from '../basket-answer.v1.ts';
import { BasketRequestV1 } from '../basket-request.v1.ts';
import { CloseByRequestV1 } from '../close-by-request.v1.ts';
import { ClosePositionRequestV1 } from '../close-position-request.v1.ts';
import { ClosePositionsRequestV1 } from '../close-positions-request.v1.ts';
import { OrderV1 } from '../order.v1.ts';
import { OrderHistoryV1, OrderPageV1, PositionPageV1 } from '../pages.v1.ts';
import { PlaceOrderRequestV1 } from '../place-order-request.v1.ts';
import { PlacedAnswerV1 } from '../placed-answer.v1.ts';
import { ProtectedAnswerV1 } from '../protected-answer.v1.ts';
import { ProtectPositionRequestV1 } from '../protect-position-request.v1.ts';
import { ReplaceOrderRequestV1 } from '../replace-order-request.v1.ts';
import { TargetPositionRequestV1 } from '../target-position-request.v1.ts';
import { ofAccount, ofOrder, ofPosition, page, pageOnly } from './parameters.ts';
import { answer, READ_PROBLEMS, refusals, type Route } from './route.ts';

const COMMAND_HEADERS = ['Idempotent-Replayed', 'Server-Timing'] as const;

/** What any command may be refused with. */
export const COMMAND_PROBLEMS = [
  ...READ_PROBLEMS,
  'NOT_FOUND',
  'OUTCOME_UNKNOWN',
  'REQUEST_TIMEOUT',
  'IDEMPOTENCY_KEY_REUSED',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'ACCOUNT_BUSY',
] as const;

/** And what one that makes an order, by a rule besides. */
const ORDER_PROBLEMS = [...COMMAND_PROBLEMS, ...DENIAL_CODES] as const;

const placeOrder: Route = {
  operationId: 'placeOrder',
  method: 'POST',
  path: '/v1/accounts/:accountId/orders',
  scope: 'trade',
  tag: 'Orders',
  summary: 'Place an order',
  description:
    'Decides the order against the account’s margin, commits it and answers with all that it caused. `201` means committed: `filled` where it was filled in house, `queued` where a provider has to fill it, `working` where it waits for its price, `cancelled` where it may not wait. A `422` is kept as a `denied` order and uses up the key.',
  parameters: ofAccount,
  query: null,
  body: PlaceOrderRequestV1,
  answers: {
    201: answer('Committed.', PlacedAnswerV1.schema, COMMAND_HEADERS),
    ...refusals(ORDER_PROBLEMS, COMMAND_HEADERS),
  },
};

/** A command of several orders has no key of its own in its body. */
const KEYED = Type.Object({
  'idempotency-key': Type.String({
    pattern: CLIENT_ORDER_ID_PATTERN,
    description:
      'Your key of this request, unique in the account among such keys. The same key and body get the stored answer again; anything else gets 409.',
  }),
});

const placeBasket: Route = {
  operationId: 'placeBasket',
  method: 'POST',
  path: '/v1/accounts/:accountId/orders/batch',
  scope: 'trade',
  tag: 'Orders',
  summary: 'Place several orders together',
  description:
    'Decides up to 100 orders one after the other, each on what the ones before it left, and commits them together. `201` carries an answer for each leg, as it would have got by itself, refusals too. An `atomic` basket of which a leg is refused is refused as a whole with that leg’s problem, its place in `numbers.leg`: no order is kept, the keys of the legs are not used up, the basket’s is. A leg whose key was used before counts with the answer that it got then.',
  parameters: ofAccount,
  query: null,
  headers: KEYED,
  body: BasketRequestV1,
  answers: {
    201: answer('Committed.', BasketAnswerV1.schema, COMMAND_HEADERS),
    ...refusals(ORDER_PROBLEMS, COMMAND_HEADERS),
  },
};

const listOrders: Route = {
  operationId: 'listOrders',
  method: 'GET',
  path: '/v1/accounts/:accountId/orders',
  scope: 'read',
  tag: 'Orders',
  summary: 'List orders',
  description: 'All orders of the account, denied ones too, newest first.',
  parameters: ofAccount,
  query: Type.Object(
    {
      status: Type.Optional(oneOf(ORDER_STATUSES, 'Only orders with this status.')),
      symbol: Type.Optional(symbolName('Only orders in this symbol.')),
      ...page,
    },
    { additionalProperties: false },
  ),
  body: null,
  answers: { 200: answer('A page of orders.', OrderPageV1.schema), ...refusals([...READ_PROBLEMS, 'NOT_FOUND']) },
};

const getOrder: Route = {
  operationId: 'getOrder',
  method: 'GET',
  path: '/v1/accounts/:accountId/orders/:orderId',
  scope: 'read',
  tag: 'Orders',
  summary: 'Read an order',
  description: 'By its id, or by `@` and its `clientOrderId`: so an order whose answer was lost is found again.',
  parameters: ofOrder,
  query: null,
  body: null,
  answers: { 200: answer('The order.', OrderV1.schema), ...refusals([...READ_PROBLEMS, 'NOT_FOUND']) },
};

const replaceOrder: Route = {
  operationId: 'replaceOrder',
  method: 'PUT',
  path: '/v1/accounts/:accountId/orders/:orderId',
  scope: 'trade',
  tag: 'Orders',
  summary: 'Replace a resting order',
  description:
    'Makes an order that rests another one, held to all that a new order is held to. It keeps its id, and its history shows what it was. A refusal changes nothing of it; its decision is kept. Sent again, it does the same again.',
  parameters: ofOrder,
  query: null,
  body: ReplaceOrderRequestV1,
  answers: {
    200: answer('Committed.', PlacedAnswerV1.schema, ['Server-Timing']),
    ...refusals(ORDER_PROBLEMS, ['Server-Timing']),
  },
};

const cancelOrder: Route = {
  operationId: 'cancelOrder',
  method: 'DELETE',
  path: '/v1/accounts/:accountId/orders/:orderId',
  scope: 'trade',
  tag: 'Orders',
  summary: 'Cancel a resting order',
  description:
    'Takes back an order that rests. What has been executed, or was sent to a provider, is not cancelled: `ORDER_NOT_WORKING` says how the order stands, also when it was cancelled before.',
  parameters: ofOrder,
  query: null,
  body: null,
  answers: {
    200: answer('Committed.', PlacedAnswerV1.schema, ['Server-Timing']),
    ...refusals([...COMMAND_PROBLEMS, 'ORDER_NOT_WORKING'], ['Server-Timing']),
  },
};

const getOrderHistory: Route = {
  operationId: 'getOrderHistory',
  method: 'GET',
  path: '/v1/accounts/:accountId/orders/:orderId/history',
  scope: 'read',
  tag: 'Orders',
  summary: 'Read the history of an order',
  description: 'The account’s events that the order caused, oldest first.',
  parameters: ofOrder,
  query: null,
  body: null,
  answers: { 200: answer('Its events.', OrderHistoryV1.schema), ...refusals([...READ_PROBLEMS, 'NOT_FOUND']) },
};

const listPositions: Route = {
  operationId: 'listPositions',
  method: 'GET',
  path: '/v1/accounts/:accountId/positions',
  scope: 'read',
  tag: 'Positions',
  summary: 'List open positions',
  description: 'All open positions with their price and profit at this moment, newest first.',
  parameters: ofAccount,
  query: pageOnly,
  body: null,
  answers: { 200: answer('A page of positions.', PositionPageV1.schema), ...refusals([...READ_PROBLEMS, 'NOT_FOUND']) },
};

const closePosition: Route = {
  operationId: 'closePosition',
  method: 'POST',
  path: '/v1/accounts/:accountId/positions/:positionId/close',
  scope: 'trade',
  tag: 'Positions',
  summary: 'Close a position',
  description:
    'Closes the position, or `volume` lots of it, by a market order on the other side: at once in house, or through the provider that filled it. What is left stays the same position. While a close is under way no other is taken. The answer is that of an order.',
  parameters: ofPosition,
  query: null,
  body: ClosePositionRequestV1,
  answers: {
    201: answer('Committed.', PlacedAnswerV1.schema, COMMAND_HEADERS),
    ...refusals(ORDER_PROBLEMS, COMMAND_HEADERS),
  },
};

const closeBy: Route = {
  operationId: 'closeBy',
  method: 'POST',
  path: '/v1/accounts/:accountId/positions/:positionId/close-by',
  scope: 'trade',
  tag: 'Positions',
  summary: 'Close a position by an opposite one',
  description:
    'Closes both against each other at the price at which the other one was opened, so that no spread is paid; what the larger one has more stays open. The answer is that of an order, with a deal of each position.',
  parameters: ofPosition,
  query: null,
  body: CloseByRequestV1,
  answers: {
    201: answer('Committed.', PlacedAnswerV1.schema, COMMAND_HEADERS),
    ...refusals(ORDER_PROBLEMS, COMMAND_HEADERS),
  },
};

const closePositions: Route = {
  operationId: 'closePositions',
  method: 'POST',
  path: '/v1/accounts/:accountId/positions/close-all',
  scope: 'trade',
  tag: 'Positions',
  summary: 'Close all positions, or those of a symbol or a side',
  description:
    'Closes the positions that are open when this is decided, each for itself and all in one commit: at once in house, or through the provider that filled it. `201` carries an answer for each, refusals too, such as of one that is being closed already; it has none where nothing was open.',
  parameters: ofAccount,
  query: null,
  headers: KEYED,
  body: ClosePositionsRequestV1,
  answers: {
    201: answer('Committed.', BasketAnswerV1.schema, COMMAND_HEADERS),
    ...refusals(ORDER_PROBLEMS, COMMAND_HEADERS),
  },
};

const targetPosition: Route = {
  operationId: 'targetPosition',
  method: 'POST',
  path: '/v1/accounts/:accountId/positions/target',
  scope: 'trade',
  tag: 'Positions',
  summary: 'Bring a symbol to a target',
  description:
    'Closes what is open on the other side, the oldest position first, and opens the rest at the market, until what was bought less what was sold is `netVolume`: all of it in one commit, or nothing. Orders in flight count as filled, resting ones do not. `201` carries an answer for each order; it has none where nothing is missing.',
  parameters: ofAccount,
  query: null,
  headers: KEYED,
  body: TargetPositionRequestV1,
  answers: {
    201: answer('Committed.', BasketAnswerV1.schema, COMMAND_HEADERS),
    ...refusals(ORDER_PROBLEMS, COMMAND_HEADERS),
  },
};

const protectPosition: Route = {
  operationId: 'protectPosition',
  method: 'PUT',
  path: '/v1/accounts/:accountId/positions/:positionId/protection',
  scope: 'trade',
  tag: 'Positions',
  summary: 'Protect a position',
  description:
    'Sets the stop loss, the take profit and the trailing stop of a position in one call. They follow its open volume: when one is reached, all that is open is closed, by a stop at the first price that there is. A trailing stop stays its distance behind the best price at which the position could have been closed and never moves back; `position.changed` tells where it stands at least each tenth of its distance. A refusal changes nothing; its decision is kept. Sent again, it does the same again.',
  parameters: ofPosition,
  query: null,
  body: ProtectPositionRequestV1,
  answers: {
    200: answer('Committed.', ProtectedAnswerV1.schema, ['Server-Timing']),
    ...refusals(ORDER_PROBLEMS, ['Server-Timing']),
  },
};

export const ORDER_ROUTES = {
  placeOrder,
  placeBasket,
  listOrders,
  getOrder,
  replaceOrder,
  cancelOrder,
  getOrderHistory,
  listPositions,
  closePosition,
  closeBy,
  closePositions,
  targetPosition,
  protectPosition,
};
