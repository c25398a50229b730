import { orderView } from '@margrave/account-engine';
import type { OrderPageV1 } from '@margrave/contracts';
import { checkClientOrderId, checkOrderId, type AccountId } from '@margrave/vocabulary';
import type { OrderAddress, OrderFilter, Records } from '../../app/records.ts';
import type { Handler } from '../call.ts';
import { givenCursor, listMark, pageWanted, type PageQuery } from '../cursor.ts';
import { malformed } from '../malformed.ts';
import { problemReply } from '../problem.ts';
import { JSON_TYPE, jsonReply } from '../reply.ts';
import { eventList } from './events.ts';

interface OfOrder {
  readonly accountId: AccountId;
  readonly orderId: string;
}

/** `GET /v1/accounts/{accountId}/orders` */
export const listOrders =
  (records: Pick<Records, 'orders'>): Handler =>
  async ({ parameters, query }) => {
    const { accountId } = parameters as { readonly accountId: AccountId };
    const mark = listMark('listOrders', accountId, query as PageQuery);
    const wanted = pageWanted(mark, query as PageQuery);
    if (!wanted.ok) return malformed(wanted.refusal, false);
    const { items, next } = await records.orders(accountId, query as OrderFilter, wanted.value);
    return jsonReply(200, {
      items: items.map((order) => orderView(accountId, order)),
      nextCursor: givenCursor(mark, next),
    } satisfies OrderPageV1);
  };

/** `GET /v1/accounts/{accountId}/orders/{orderId}` */
export const getOrder =
  (records: Pick<Records, 'order'>): Handler =>
  async ({ parameters }) => {
    const { accountId, orderId } = parameters as OfOrder;
    const address = addressOf(orderId);
    const order = address && (await records.order(accountId, address));
    return order === undefined ? problemReply('NOT_FOUND', false) : jsonReply(200, orderView(accountId, order));
  };

/** `GET /v1/accounts/{accountId}/orders/{orderId}/history` */
export const getOrderHistory =
  (records: Pick<Records, 'order' | 'orderEvents'>): Handler =>
  async ({ parameters }) => {
    const { accountId, orderId } = parameters as OfOrder;
    const address = addressOf(orderId);
    const order = address && (await records.order(accountId, address));
    if (order === undefined) return problemReply('NOT_FOUND', false);
    const events = await records.orderEvents(accountId, order.orderId);
    return { status: 200, contentType: JSON_TYPE, body: `{"items":${eventList(accountId, events)}}` };
  };

/** An id, or `@` and the client's own key; `undefined` for what can be none of ours. */
function addressOf(text: string): OrderAddress | undefined {
  if (text.startsWith('@')) {
    const clientOrderId = checkClientOrderId(text.slice(1));
    return clientOrderId && { clientOrderId };
  }
  const orderId = checkOrderId(text);
  return orderId && { orderId };
}
