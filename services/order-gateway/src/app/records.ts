import type { Account, Deal, Dealing, DecisionRecord, LedgerEntry, Order } from '@margrave/domain';
import type {
  AccountId,
  ClientOrderId,
  DecisionId,
  DenialCode,
  EventType,
  OrderId,
  OrderStatus,
  SymbolName,
} from '@margrave/vocabulary';

/** An account as known now, and what it deals in. */
export interface AccountView extends Dealing {
  readonly account: Account;
}

/** `undefined` when there is no such account. With `sequenceMin` it contains at least that event. */
export type ViewAccount = (accountId: AccountId, sequenceMin?: bigint) => Promise<AccountView | undefined>;

/** Which page of a list that goes from the newest to the oldest: the first where there is no cursor. */
export interface PageWanted {
  readonly cursor: string | null;
  readonly limit: number;
}

/** One page of a list; `next` is the cursor of the following one, null on the last. It may hold fewer than were wanted. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

export interface OrderFilter {
  readonly status?: OrderStatus;
  readonly symbol?: SymbolName;
}

/** An order by its id, or by the key that the client gave it. */
export type OrderAddress = { readonly orderId: OrderId } | { readonly clientOrderId: ClientOrderId };

/** An event of an account as its history keeps it. */
export interface RecordedEvent {
  readonly sequence: bigint;
  readonly version: bigint;
  readonly type: EventType;
  readonly atMs: number;
  readonly by: string;
  /** JSON text, of the form that the event's contract declares. */
  readonly dataJson: string;
}

export interface RecordedEvents {
  readonly events: readonly RecordedEvent[];
  /** Of the account's newest event. */
  readonly lastSequence: bigint;
}

/** A client's booking: of its journal, the client's side. */
export type ClientEntry = Omit<LedgerEntry, 'house' | 'houseEntryId'>;

/** A decision as it was recorded, the command that was decided in words, and the code of its denial if it was one. */
export type RecordedDecision = Omit<DecisionRecord, 'command' | 'denial'> & {
  readonly command: string;
  readonly code: DenialCode | null;
};

/** The books of an account, read where they are kept: what was, not what is worth. What is another account's is not there. */
export interface Records {
  readonly orders: (accountId: AccountId, filter: OrderFilter, page: PageWanted) => Promise<Page<Order>>;
  readonly order: (accountId: AccountId, address: OrderAddress) => Promise<Order | undefined>;
  /** All of them, oldest first. */
  readonly orderEvents: (accountId: AccountId, orderId: OrderId) => Promise<readonly RecordedEvent[]>;
  readonly deals: (accountId: AccountId, page: PageWanted) => Promise<Page<Deal>>;
  readonly ledger: (accountId: AccountId, page: PageWanted) => Promise<Page<ClientEntry>>;
  /** Those with a larger sequence, oldest first, as many as wanted or fewer; `undefined` when there is no such account. */
  readonly eventsAfter: (accountId: AccountId, sequence: bigint, limit: number) => Promise<RecordedEvents | undefined>;
  readonly decision: (accountId: AccountId, decisionId: DecisionId) => Promise<RecordedDecision | undefined>;
}
