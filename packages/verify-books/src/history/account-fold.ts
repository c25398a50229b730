import { e8 } from '../decimal.ts';
import { roundedHalfAway } from '../rational.ts';
import type { Breaks } from './breaks.ts';
import type { LoggedEvent } from './events.ts';

/** What of an order's event a replay needs; amounts as decimal strings. */
export interface SaidOrder {
  readonly orderId: string;
  readonly clientOrderId: string | null;
  readonly symbol: string;
  readonly side: string;
  readonly volume: string;
  readonly filledVolume: string;
  readonly status: string;
  readonly flow: string;
  readonly closesPositionId: string | null;
  readonly price: string | null;
  readonly stopPrice: string | null;
  readonly reason: string | null;
  readonly decisionId: string;
}
interface SaidPosition {
  readonly positionId: string;
  readonly symbol: string;
  readonly side: string;
  readonly openVolume: string;
  readonly closingOrderId: string | null;
  readonly stopLoss: string | null;
  readonly takeProfit: string | null;
  readonly trailingStop: { readonly distance: string; readonly price: string } | null;
}
interface SaidDeal {
  readonly orderId: string;
  readonly entry: 'in' | 'out';
  readonly volume: string;
  readonly price: string;
}
interface SaidFigures {
  readonly balance: string;
  readonly marginExecuted: string;
  readonly marginTotal: string;
}

/** An order as its events leave it: what they say, and what its deals come to. */
export interface OrderState {
  readonly id: string;
  readonly accountId: string;
  version: bigint;
  status: string;
  said: SaidOrder;
  filledE8: bigint;
  notionalE16: bigint;
}

/** Stop loss, take profit, and the distance and the price of the trailing stop. */
type Levels = readonly [string | null, string | null, string | null, string | null];

/** A position as the deals leave it. */
export interface PositionState {
  readonly id: string;
  readonly accountId: string;
  readonly symbol: string;
  readonly side: string;
  version: bigint;
  openE8: bigint;
  notionalE16: bigint;
  closingOrderId: string | null;
  /** Its stop loss and its take profit, as last told. */
  levels: Levels;
}

const NO_LEVELS: Levels = [null, null, null, null];

/** Which event of an order may follow which. Written down here once more, apart from the code that makes them. */
const MAY_FOLLOW: Readonly<Record<string, readonly string[]>> = {
  '': ['accepted', 'denied'],
  // Told together with what became of it in the same commit.
  accepted: ['filled', 'queued', 'working', 'cancelled'],
  triggered: ['filled', 'queued', 'working', 'cancelled'],
  replaced: ['filled', 'queued', 'working'],
  queued: ['working', 'partially_filled', 'filled', 'rejected', 'cancelled', 'expired', 'unknown'],
  working: ['triggered', 'replaced', 'partially_filled', 'filled', 'rejected', 'cancelled', 'expired', 'unknown'],
  partially_filled: ['partially_filled', 'filled', 'cancelled', 'expired', 'unknown'],
  // Told once more when the provider contradicts itself about what it executed.
  unknown: ['unknown', 'working', 'partially_filled', 'filled', 'rejected', 'cancelled', 'expired'],
  rejected: ['rejected', 'partially_filled', 'filled', 'cancelled', 'expired'],
  expired: ['expired', 'filled', 'cancelled'],
  cancelled: ['cancelled', 'filled'],
  filled: ['filled'],
  denied: [],
};

/**
 * Folds the events of one account, from its first, into what the account must be. The amounts come from the bookings and deals
 * alone; what an event says of their sums is compared on the way.
 */
export class AccountFold {
  readonly accountId: string;
  readonly orders = new Map<string, OrderState>();
  readonly positions = new Map<string, PositionState>();
  lastSequence = 0n;
  version = 0n;
  balanceE8 = 0n;
  marginExecutedE8 = 0n;
  marginTotalE8 = 0n;
  readonly #breaks: Breaks;
  readonly #ordersOfCommit = new Set<OrderState>();

  constructor(accountId: string, breaks: Breaks) {
    this.accountId = accountId;
    this.#breaks = breaks;
  }

  take(event: LoggedEvent): void {
    this.#follow(event);
    const [kind = ''] = event.type.split('.');
    if (kind === 'order') this.#takeOrder(event, (event.data as { order: SaidOrder }).order);
    else if (kind === 'position') this.#takePosition(event, event.data as { position: SaidPosition; deal?: SaidDeal });
    else if (event.type === 'ledger.entry') this.balanceE8 += e8((event.data as { entry: { amount: string } }).entry.amount);
    else if (event.type === 'margin.changed') this.#takeFigures(event, (event.data as { figures: SaidFigures }).figures);
    else this.#breaks.add('sequences', `${this.#place(event)} is ${event.type}, which no replay knows`);
  }

  /** At the end of a commit, what the events say of filled volumes must be what the deals come to. */
  endCommit(): void {
    for (const { id, said, filledE8 } of this.#ordersOfCommit) {
      this.#breaks.compare('orders', `order ${id} at version ${this.version}`, [
        ['the filled volume said', e8(said.filledVolume), filledE8],
      ]);
    }
    this.#ordersOfCommit.clear();
  }

  #place({ sequence }: LoggedEvent): string {
    return `event ${sequence} of account ${this.accountId}`;
  }

  #follow(event: LoggedEvent): void {
    if (event.sequence !== this.lastSequence + 1n) {
      this.#breaks.add('sequences', `${this.#place(event)} follows ${this.lastSequence}`);
    }
    if (event.version < this.version) {
      this.#breaks.add('sequences', `${this.#place(event)} goes from version ${this.version} back to ${event.version}`);
    }
    if (event.version !== this.version) this.endCommit();
    [this.lastSequence, this.version] = [event.sequence, event.version];
  }

  #takeOrder(event: LoggedEvent, said: SaidOrder): void {
    const next = event.type.slice('order.'.length);
    const { orderId } = said;
    const known = this.orders.get(orderId);
    const status = known?.status ?? '';
    if (MAY_FOLLOW[status]?.includes(next) !== true) {
      this.#breaks.add('paths', `order ${orderId} went from ${status === '' ? 'nothing' : status} to ${next}`);
    }
    if (!['accepted', 'triggered', 'replaced'].includes(next) && said.status !== next) {
      this.#breaks.add('orders', `${this.#place(event)} is ${event.type} and says that order ${orderId} is ${said.status}`);
    }
    const { accountId } = this;
    const state = known ?? { id: orderId, accountId, version: 0n, status: '', said, filledE8: 0n, notionalE16: 0n };
    Object.assign(state, { version: event.version, status: next, said });
    this.orders.set(orderId, state);
    this.#ordersOfCommit.add(state);
  }

  #takePosition(event: LoggedEvent, { position: said, deal }: { position: SaidPosition; deal?: SaidDeal }): void {
    const { positionId, symbol, side } = said;
    const known = this.positions.get(positionId);
    if ((known === undefined) !== (event.type === 'position.opened')) {
      const been = known === undefined ? 'was never opened' : 'was opened before';
      this.#breaks.add('positions', `${this.#place(event)} is ${event.type} of position ${positionId}, which ${been}`);
    }
    const { accountId } = this;
    const fresh = {
      id: positionId,
      accountId,
      symbol,
      side,
      version: 0n,
      openE8: 0n,
      notionalE16: 0n,
      closingOrderId: null,
      levels: NO_LEVELS,
    };
    const state: PositionState = known ?? fresh;
    this.positions.set(positionId, state);
    state.version = event.version;
    state.closingOrderId = said.closingOrderId;
    state.levels = [said.stopLoss, said.takeProfit, said.trailingStop?.distance ?? null, said.trailingStop?.price ?? null];
    if (deal !== undefined) this.#takeDeal(event, state, deal);
    this.#breaks.compare('positions', `${this.#place(event)}, position ${positionId}`, [
      ['the side said', side, state.side],
      ['the open volume said', e8(said.openVolume), state.openE8],
      ['closed', event.type === 'position.closed', state.openE8 === 0n],
    ]);
  }

  #takeDeal(event: LoggedEvent, position: PositionState, deal: SaidDeal): void {
    const [volumeE8, priceE8] = [e8(deal.volume), e8(deal.price)];
    const order = this.orders.get(deal.orderId);
    if (order === undefined) {
      this.#breaks.add('orders', `${this.#place(event)} is a deal of order ${deal.orderId}, which no event tells of before`);
    } else {
      order.filledE8 += volumeE8;
      order.notionalE16 += volumeE8 * priceE8;
      this.#ordersOfCommit.add(order);
    }
    if (deal.entry === 'in') {
      position.openE8 += volumeE8;
      position.notionalE16 += volumeE8 * priceE8;
      return;
    }
    // A part takes its share of the cost, rounded; the last part takes what is left.
    if (volumeE8 >= position.openE8) position.notionalE16 = 0n;
    else position.notionalE16 -= roundedHalfAway(position.notionalE16 * volumeE8, position.openE8);
    position.openE8 -= volumeE8;
  }

  #takeFigures(event: LoggedEvent, figures: SaidFigures): void {
    this.#breaks.compare('accounts', this.#place(event), [['the balance said', e8(figures.balance), this.balanceE8]]);
    this.marginExecutedE8 = e8(figures.marginExecuted);
    this.marginTotalE8 = e8(figures.marginTotal);
  }
}
