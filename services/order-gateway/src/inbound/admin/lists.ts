import { moneyText, orderView } from '@margrave/account-engine';
import type { OperatorActionPageV1, UnknownOrderPageV1, UnknownOrderV1 } from '@margrave/contracts';
import type { Market } from '@margrave/domain';
import { formatE8, type AccountId } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import type { AccountView, ViewAccount } from '../../app/records.ts';
import { reservedMarginE8 } from '../../app/reserved-margin.ts';
import type { OwnedOrder, StaffRecords } from '../../app/staff-records.ts';
import type { Handler } from '../call.ts';
import { ALL_ACCOUNTS, givenCursor, listMark, pageWanted, type PageQuery } from '../cursor.ts';
import { malformed } from '../malformed.ts';
import { jsonReply } from '../reply.ts';
import { actionView } from './views.ts';

export interface UnknownOrderNeeds {
  readonly staffRecords: Pick<StaffRecords, 'unknownOrders'>;
  readonly view: ViewAccount;
  readonly market: () => Market;
}

/** `GET /admin/v1/unknown-orders` */
export const listUnknownOrders =
  ({ staffRecords, view, market }: UnknownOrderNeeds): Handler =>
  async ({ query }) => {
    const mark = listMark('listUnknownOrders', ALL_ACCOUNTS, query as PageQuery);
    const wanted = pageWanted(mark, query as PageQuery);
    if (!wanted.ok) return malformed(wanted.refusal, false);
    const { items, next } = await staffRecords.unknownOrders(wanted.value);
    const accountIds = [...new Set(items.map(({ accountId }) => accountId))];
    const views = await Promise.all(accountIds.map(async (accountId) => [accountId, await view(accountId)] as const));
    const seen = new Map(views);
    const { nowMs } = market();
    return jsonReply(200, {
      items: items.map((item) => unknownOrderView(item, seen.get(item.accountId), nowMs)),
      nextCursor: givenCursor(mark, next),
    } satisfies UnknownOrderPageV1);
  };

function unknownOrderView({ accountId, order }: OwnedOrder, seen: AccountView | undefined, nowMs: number): UnknownOrderV1 {
  const { orderId, provider, requestId, reservation } = order;
  assert(provider !== null && requestId !== null, `order ${orderId} is unknown and was never sent`);
  const reservedE8 = seen && reservedMarginE8(seen, orderId);
  return {
    order: orderView(accountId, order),
    provider,
    requestId,
    ageMs: Math.max(0, Math.round(nowMs - order.createdAtMs)),
    left: formatE8(order.volumeE8 - order.filledVolumeE8, 2),
    reservedPrice: reservation === null ? null : formatE8(reservation.priceE8),
    reservedMargin: seen === undefined || reservedE8 === undefined ? null : moneyText(reservedE8, seen.account.currency),
    currency: seen?.account.currency ?? null,
  };
}

/** `GET /admin/v1/operator-actions` */
export const listOperatorActions =
  (staffRecords: Pick<StaffRecords, 'operatorActions'>): Handler =>
  async ({ query }) => {
    const mark = listMark('listOperatorActions', ALL_ACCOUNTS, query as PageQuery);
    const wanted = pageWanted(mark, query as PageQuery);
    if (!wanted.ok) return malformed(wanted.refusal, false);
    const { accountId } = query as { readonly accountId?: AccountId };
    const { items, next } = await staffRecords.operatorActions(accountId, wanted.value);
    return jsonReply(200, {
      items: items.map(actionView),
      nextCursor: givenCursor(mark, next),
    } satisfies OperatorActionPageV1);
  };
