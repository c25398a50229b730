import {
  currencyDecimals,
  type AccountId,
  type Currency,
  type DealFlag,
  type DealId,
  type EntryId,
  type Fraction,
  type JournalId,
  type LedgerKind,
  type LotsE8,
  type MoneyE8,
  type OrderId,
  type OrderStatus,
  type PositionId,
  type PriceE8,
  type ProviderName,
  type RequestId,
  type Side,
  type SymbolName,
} from '@margrave/vocabulary';
import type { Account, Order, Position } from './account.ts';
import type { Dealing } from './client-price.ts';
import type { DecisionRecord, QuoteUsed } from './decision-record.ts';
import {
  marginBySymbol,
  marginOfSymbol,
  sumMargins,
  type AccountMargin,
  type MarginBySymbol,
  type MarginState,
} from './margin/account-margin.ts';
import { observeMarket, type ObservedMarket } from './market.ts';
import { bookedMoney } from './money.ts';
import type { OperatorAction } from './operator-action.ts';
import { isOver } from './order-life.ts';

/** Fresh ids, leased before the decision so that it needs nothing of the world. */
export interface IdSource {
  readonly next: () => string;
}

export interface DecisionContext extends Dealing {
  readonly ids: IdSource;
}

/** One execution, at the client's price. */
export interface Deal {
  readonly dealId: DealId;
  readonly orderId: OrderId;
  readonly positionId: PositionId;
  readonly symbol: SymbolName;
  readonly side: Side;
  readonly entry: 'in' | 'out';
  readonly volumeE8: LotsE8;
  readonly priceE8: PriceE8;
  readonly providerPriceE8: PriceE8 | null;
  readonly profitE8: MoneyE8;
  readonly commissionE8: MoneyE8;
  readonly currency: Currency;
  readonly provider: ProviderName | null;
  readonly executionId: string | null;
  /** The client price that its order waited for; null of a market order. */
  readonly levelE8: PriceE8 | null;
  readonly flags: readonly DealFlag[];
  readonly sequence: bigint;
  readonly executedAtMs: number;
}

/** A booking on the client's account; the house takes the other side, so that every journal sums to zero. */
export interface LedgerEntry {
  readonly entryId: EntryId;
  readonly houseEntryId: EntryId;
  readonly journalId: JournalId;
  /** Which house account: a sum, never a row with a balance. */
  readonly house: string;
  readonly currency: Currency;
  readonly amountE8: MoneyE8;
  readonly kind: LedgerKind;
  readonly dealId: DealId | null;
  readonly sequence: bigint;
  readonly bookedAtMs: number;
}

export interface Figures {
  readonly balanceE8: MoneyE8;
  readonly marginExecutedE8: MoneyE8;
  readonly marginTotalE8: MoneyE8;
}

export type OrderEventType = 'order.accepted' | 'order.triggered' | 'order.replaced' | `order.${OrderStatus}`;
export type PositionEventType = 'position.opened' | 'position.changed' | 'position.closed';

/** What happened to the account, in its one sequence. */
export type AccountEvent = { readonly sequence: bigint } & (
  | { readonly type: OrderEventType; readonly order: Order }
  | { readonly type: PositionEventType; readonly position: Position; readonly orderId: OrderId | null }
  | { readonly type: 'ledger.entry'; readonly entry: LedgerEntry; readonly orderId: OrderId }
  | { readonly type: 'margin.changed'; readonly figures: Figures }
);

/** What a provider is to be told; it leaves with the commit. */
export type ProviderInstruction =
  | {
      readonly kind: 'new' | 'close';
      readonly requestId: RequestId;
      readonly order: Order;
      /** Of a close: the request that opened the position. */
      readonly originalRequestId: RequestId | null;
      /** The raw price that the provider is to keep to, where it may not take any. */
      readonly limitPriceE8?: PriceE8;
      /** The raw price that the order was decided on; the deviation counts from it. */
      readonly referencePriceE8: PriceE8;
      readonly sendBeforeMs: number;
    }
  | { readonly kind: 'status'; readonly requestId: RequestId; readonly order: Order; readonly originalRequestId: RequestId };

/**
 * `ended`: the provider has said its last word on the request. `asked`: its next word is owed from now on; it was silent and was
 * asked, or a fill brought an ended request back.
 */
export interface RequestNote {
  readonly requestId: RequestId;
  readonly order: Order;
  readonly kind: 'new' | 'close' | 'status';
  readonly note: 'ended' | 'asked';
}

/** All that one decision changes. The account's version is one more than the one decided on. */
export interface Change {
  readonly accountId: AccountId;
  readonly before: Account;
  readonly account: Account;
  /** Who caused it: `client`, `provider:lp-a`, `worker`, `relay`, `operator`. */
  readonly by: string;
  readonly atMs: number;
  readonly orders: readonly Order[];
  /** Changed positions; a closed one has no open volume. */
  readonly positions: readonly Position[];
  readonly deals: readonly Deal[];
  readonly ledger: readonly LedgerEntry[];
  readonly events: readonly AccountEvent[];
  readonly instructions: readonly ProviderInstruction[];
  /** What became of requests that were made before. */
  readonly requestNotes: readonly RequestNote[];
  readonly decision: DecisionRecord | null;
  readonly operatorAction: OperatorAction | null;
}

/** An order before its change is stamped on it. */
export type DraftOrder = Omit<Order, 'version' | 'updatedAtMs'>;

type Unsequenced<Event> = Event extends AccountEvent ? Omit<Event, 'sequence'> : never;

/** Gathers what one decision changes, in the order it happens, and closes it into a `Change`. */
export class ChangeBuilder {
  readonly context: DecisionContext;
  readonly #before: Account;
  readonly #market: ObservedMarket;
  readonly #by: string;
  readonly #orders = new Map<OrderId, Order>();
  readonly #positions = new Map<PositionId, Position>();
  readonly #deals: Deal[] = [];
  readonly #ledger: LedgerEntry[] = [];
  readonly #events: AccountEvent[] = [];
  readonly #instructions: ProviderInstruction[] = [];
  readonly #requestNotes: RequestNote[] = [];
  #balanceE8: MoneyE8;
  #sequence: bigint;
  #marginsBefore: MarginBySymbol | undefined;

  constructor(before: Account, context: DecisionContext, by: string) {
    this.#market = observeMarket(context.market);
    this.context = { ...context, market: this.#market.market };
    this.#before = before;
    this.#by = by;
    this.#balanceE8 = before.balanceE8;
    this.#sequence = before.lastSequence;
  }

  get before(): Account {
    return this.#before;
  }

  get version(): bigint {
    return this.#before.version + 1n;
  }

  get nowMs(): number {
    return this.context.market.nowMs;
  }

  /** The quotes that anything was reckoned with so far. */
  get quotesUsed(): readonly QuoteUsed[] {
    return this.#market.used();
  }

  /** The account's margin before the change, symbol by symbol. */
  get marginsBefore(): MarginBySymbol {
    const { group, market } = this.context;
    this.#marginsBefore ??= marginBySymbol(this.#before, { group, instrument: market.instrument });
    return this.#marginsBefore;
  }

  nextId<Id extends string>(): Id {
    return this.context.ids.next() as Id;
  }

  /** The newest state of a position, as changed so far. */
  position(positionId: PositionId): Position | undefined {
    const changed = this.#positions.get(positionId);
    if (changed !== undefined) return changed.openVolumeE8 > 0n ? changed : undefined;
    return this.#before.positions.find((position) => position.positionId === positionId);
  }

  /** Open positions, as changed so far. */
  openPositions(): readonly Position[] {
    if (this.#positions.size === 0) return this.#before.positions;
    const kept = this.#before.positions.filter((position) => !this.#positions.has(position.positionId));
    return [...kept, ...this.#positions.values()].filter((position) => position.openVolumeE8 > 0n);
  }

  /** Orders that are not over, as changed so far. */
  liveOrders(): readonly Order[] {
    const orders = [...this.#before.orders.filter(({ orderId }) => !this.#orders.has(orderId)), ...this.#orders.values()];
    return orders.filter(({ status }) => !isOver(status));
  }

  putOrder(order: DraftOrder): Order {
    const stamped = { ...order, version: this.version, updatedAtMs: this.nowMs };
    this.#orders.set(order.orderId, stamped);
    return stamped;
  }

  putPosition(position: Omit<Position, 'version' | 'closedAtMs'>): Position {
    const stamped = { ...position, version: this.version, closedAtMs: position.openVolumeE8 === 0n ? this.nowMs : null };
    this.#positions.set(position.positionId, stamped);
    return stamped;
  }

  addDeal(deal: Deal): void {
    this.#deals.push(deal);
  }

  /** Books an amount (at the currency's minor unit) for the client, against a house account. Nothing is booked for zero. */
  book(kind: LedgerKind, amountE8: MoneyE8, house: string, deal: { readonly dealId: DealId; readonly orderId: OrderId }): void {
    if (amountE8 === 0n) return;
    this.#balanceE8 = (this.#balanceE8 + amountE8) as MoneyE8;
    const entry: LedgerEntry = {
      entryId: this.nextId<EntryId>(),
      houseEntryId: this.nextId<EntryId>(),
      journalId: this.nextId<JournalId>(),
      house,
      currency: this.#before.currency,
      amountE8,
      kind,
      dealId: deal.dealId,
      sequence: this.#sequence + 1n,
      bookedAtMs: this.nowMs,
    };
    this.#ledger.push(entry);
    this.addEvent({ type: 'ledger.entry', entry, orderId: deal.orderId });
  }

  /** An exact e8 amount at the account currency's minor unit. */
  money(exactE8: Fraction): MoneyE8 {
    return bookedMoney(exactE8, currencyDecimals(this.#before.currency), this.context.group.policies.moneyRounding);
  }

  addEvent(event: Unsequenced<AccountEvent>): bigint {
    this.#sequence += 1n;
    this.#events.push({ ...event, sequence: this.#sequence });
    return this.#sequence;
  }

  instruct(instruction: ProviderInstruction): void {
    this.#instructions.push(instruction);
  }

  /** Notes what became of the request that carries the order. */
  noteRequest(order: Order, note: RequestNote['note']): void {
    if (order.requestId === null) return;
    const kind = order.closesPositionId === null ? 'new' : 'close';
    this.#requestNotes.push({ requestId: order.requestId, order, kind, note });
  }

  /** The status request about the order is answered. */
  endStatusRequest(requestId: RequestId, order: Order): void {
    this.#requestNotes.push({ requestId, order, kind: 'status', note: 'ended' });
  }

  /** One decision touches few symbols: the margin of the others stays as it was. */
  #marginAfter(changed: MarginState): AccountMargin {
    const { group, market } = this.context;
    const margins = new Map(this.marginsBefore);
    const touched = new Set([...this.#orders.values(), ...this.#positions.values()].map(({ symbol }) => symbol));
    for (const symbol of touched) {
      margins.set(symbol, marginOfSymbol(changed, { group, instrument: market.instrument }, symbol));
    }
    return sumMargins(margins);
  }

  /** Reckons both margin figures anew and closes the change. */
  finish(decision: DecisionRecord | null = null, operatorAction: OperatorAction | null = null): Change {
    const [orders, positions] = [this.liveOrders(), this.openPositions()];
    const changed = { ...this.#before, balanceE8: this.#balanceE8, version: this.version, orders, positions };
    const margin = this.#marginAfter(changed);
    const figures = { balanceE8: this.#balanceE8, marginExecutedE8: margin.executedE8, marginTotalE8: margin.totalE8 };
    if (margin.executedE8 !== this.#before.marginExecutedE8 || margin.totalE8 !== this.#before.marginTotalE8) {
      this.addEvent({ type: 'margin.changed', figures });
    }
    const account: Account = { ...changed, ...figures, lastSequence: this.#sequence };
    return {
      accountId: account.accountId,
      before: this.#before,
      account,
      by: this.#by,
      atMs: this.nowMs,
      orders: [...this.#orders.values()],
      positions: [...this.#positions.values()],
      deals: this.#deals,
      ledger: this.#ledger,
      events: this.#events,
      instructions: this.#instructions,
      requestNotes: this.#requestNotes,
      decision,
      operatorAction,
    };
  }
}
