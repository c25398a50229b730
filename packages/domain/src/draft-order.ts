import type { DecisionId, LotsE8, OrderId, PriceE8 } from '@margrave/vocabulary';
import type { Order, WantedProtection } from './account.ts';
import type { ChangeBuilder, DraftOrder } from './change.ts';

export const NO_PROTECTION: WantedProtection = { stopLoss: null, takeProfit: null };

/** How an order is meant that is executed at the price of the moment, and nothing else is said of. */
export const AT_MARKET = {
  type: 'market',
  timeInForce: 'ioc',
  limitPriceE8: null,
  stopPriceE8: null,
  expiresAtMs: null,
  protection: NO_PROTECTION,
  reduceOnly: false,
} as const satisfies Partial<Order>;

/** What must be said of every order that is made. */
type Told = Pick<Order, 'clientOrderId' | 'symbol' | 'side' | 'volumeE8' | 'flow' | 'provider'>;

/** An order that nothing has become of yet: at the market and made by a client, unless told otherwise. */
export const draftOrder = (change: ChangeBuilder, told: Told & Partial<DraftOrder>): DraftOrder => ({
  orderId: change.nextId<OrderId>(),
  ...AT_MARKET,
  triggeredAtMs: null,
  origin: 'client',
  filledVolumeE8: 0n as LotsE8,
  filledNotionalE16: 0n,
  status: 'denied',
  closesPositionId: null,
  maxDeviationE8: null,
  markupE8: 0n as PriceE8,
  reservation: null,
  requestId: null,
  reason: null,
  flags: [],
  decisionId: change.nextId<DecisionId>(),
  createdAtMs: change.nowMs,
  ...told,
});
