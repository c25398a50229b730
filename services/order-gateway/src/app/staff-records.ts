import type { OperatorAction, Order } from '@margrave/domain';
import type { AccountId } from '@margrave/vocabulary';
import type { Page, PageWanted } from './records.ts';

/** An order of some account. */
export interface OwnedOrder {
  readonly accountId: AccountId;
  readonly order: Order;
}

/** An action of an operator as it was recorded with its effect. */
export interface RecordedAction extends Omit<OperatorAction, 'orderVersion'> {
  readonly accountId: AccountId;
  /** The version that it made. */
  readonly accountVersion: bigint;
  readonly atMs: number;
}

/** What staff read across all accounts. */
export interface StaffRecords {
  /** Oldest first. */
  readonly unknownOrders: (page: PageWanted) => Promise<Page<OwnedOrder>>;
  /** Newest first; of one account, or of all. */
  readonly operatorActions: (accountId: AccountId | undefined, page: PageWanted) => Promise<Page<RecordedAction>>;
}
