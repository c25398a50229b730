import assert from 'node:assert/strict';
import type { PriceE8, TimeInForce } from '@margrave/vocabulary';
import type { Order } from './account.ts';
import { watchOf, type Watch } from './triggers/watch.ts';

/** Whether an order waits with us for its price: no provider has it. */
export const isResting = ({ status, requestId }: Pick<Order, 'status' | 'requestId'>): boolean =>
  status === 'working' && requestId === null;

type Waiting = Pick<Order, 'type' | 'side' | 'limitPriceE8' | 'stopPriceE8' | 'triggeredAtMs'>;

/** Whether the next price that an order waits for is its limit; a stop-limit order waits for its stop first. */
export const waitsForLimit = ({ type, triggeredAtMs }: Pick<Waiting, 'type' | 'triggeredAtMs'>): boolean =>
  type === 'limit' || (type === 'stop_limit' && triggeredAtMs !== null);

/** The client's price that an order waits for, and which one is compared with it. */
export function waitOf(order: Waiting): { readonly watch: Watch; readonly priceE8: PriceE8 } {
  const forLimit = waitsForLimit(order);
  const priceE8 = forLimit ? order.limitPriceE8 : order.stopPriceE8;
  assert(priceE8 !== null, `a ${order.type} order waits for no price`);
  return { watch: watchOf(forLimit ? 'limit' : 'stop', order.side), priceE8 };
}

/** The client's price that an order was placed for: what its deals are measured by. Null of a market order. */
export const levelOf = ({ type, limitPriceE8, stopPriceE8 }: Pick<Order, 'type' | 'limitPriceE8' | 'stopPriceE8'>) =>
  type === 'stop' ? stopPriceE8 : limitPriceE8;

/** Whether the client's price is the order's limit or better. */
export const isWithinLimit = ({ side, limitPriceE8 }: Pick<Order, 'side' | 'limitPriceE8'>, priceE8: PriceE8): boolean => {
  assert(limitPriceE8 !== null, 'only an order with a limit is held to one');
  return side === 'buy' ? priceE8 <= limitPriceE8 : priceE8 >= limitPriceE8;
};

/** What is not had at once is given up. */
export const isImmediate = (timeInForce: TimeInForce): boolean => timeInForce === 'ioc' || timeInForce === 'fok';

const DAY_MS = 86_400_000;

/** When the day ends that a moment is of, in UTC: the end of a `day` order. */
export const dayEndMs = (nowMs: number): number => (Math.floor(nowMs / DAY_MS) + 1) * DAY_MS;

export const hasExpired = ({ expiresAtMs }: Pick<Order, 'expiresAtMs'>, nowMs: number): boolean =>
  expiresAtMs !== null && nowMs >= expiresAtMs;
