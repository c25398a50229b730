import type { Side } from '@margrave/vocabulary';

/** What makes an order of a price that is reached: a resting order of either type, or the protection of a position. */
export type TriggerKind = 'limit' | 'stop' | 'stop_loss' | 'take_profit';

/** Which price of the client is compared with a level, and when the level is reached. Equal is reached. */
export const WATCHES = ['bid_at_most', 'ask_at_least', 'ask_at_most', 'bid_at_least'] as const;
export type Watch = (typeof WATCHES)[number];

/**
 * A buy opens at the client's ask and closes at the client's bid, a sell the other way round, and so do their triggers
 * (FORMULAS.md, "Triggers"). `side` is that of the resting order, or of the position that is protected.
 */
const WATCH_OF: { readonly [Kind in TriggerKind]: { readonly [Of in Side]: Watch } } = {
  limit: { buy: 'ask_at_most', sell: 'bid_at_least' },
  stop: { buy: 'ask_at_least', sell: 'bid_at_most' },
  stop_loss: { buy: 'bid_at_most', sell: 'ask_at_least' },
  take_profit: { buy: 'bid_at_least', sell: 'ask_at_most' },
};

export const watchOf = (kind: TriggerKind, side: Side): Watch => WATCH_OF[kind][side];
