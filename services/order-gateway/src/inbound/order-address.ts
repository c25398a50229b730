import { checkClientOrderId, checkOrderId, type AccountId } from '@margrave/vocabulary';
import type { OrderAddress } from '../app/records.ts';

/** The parameters of an address of one order. */
export interface OfOrder {
  readonly accountId: AccountId;
  readonly orderId: string;
}

/** An id, or `@` and the client's own key; `undefined` for what can be none of ours. */
export function orderAddress(text: string): OrderAddress | undefined {
  if (text.startsWith('@')) {
    const clientOrderId = checkClientOrderId(text.slice(1));
    return clientOrderId && { clientOrderId };
  }
  const orderId = checkOrderId(text);
  return orderId && { orderId };
}
