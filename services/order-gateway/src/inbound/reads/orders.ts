import { orderView } from '@margrave/account-engine';
import type { OrderPageV1 } from '@margrave/contracts';
import type { AccountId } from '@margrave/vocabulary';
import type { OrderFilter, Records } from '../../app/records.ts';
import type { Handler } from '../call.ts';
import { givenCursor, listMark, pageWanted, type PageQuery } from '../cursor.ts';
import { malformed } from '../malformed.ts';
import { orderAddress, type OfOrder } from '../order-address.ts';
import { problemReply } from '../problem.ts';
import { JSON_TYPE, jsonReply } from '../reply.ts';
import { eventList } from './events.ts';

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
    const address = orderAddress(orderId);
    const order = address && (await records.order(accountId, address));
    return order === undefined ? problemReply('NOT_FOUND', false) : jsonReply(200, orderView(accountId, order));
  };

/** `GET /v1/accounts/{accountId}/orders/{orderId}/history` */
export const getOrderHistory =
  (records: Pick<Records, 'order' | 'orderEvents'>): Handler =>
  async ({ parameters }) => {
    const { accountId, orderId } = parameters as OfOrder;
    const address = orderAddress(orderId);
    const order = address && (await records.order(accountId, address));
    if (order === undefined) return problemReply('NOT_FOUND', false);
    const events = await records.orderEvents(accountId, order.orderId);
    return { status: 200, contentType: JSON_TYPE, body: `{"items":${eventList(accountId, events)}}` };
  };
