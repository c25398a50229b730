import type { AccountId, OrderId, RequestId } from '@margrave/vocabulary';

/** What a crash, or a bus that was away, left in the outbox. */
export type UnsentRow =
  | {
      readonly kind: 'events';
      readonly outboxId: string;
      readonly accountId: AccountId;
      readonly messages: readonly OutgoingMessage[];
    }
  | {
      readonly kind: 'request';
      readonly outboxId: string;
      readonly accountId: AccountId;
      readonly message: OutgoingMessage;
      readonly expired: ExpiredOrder | null;
    };

/** An order that must not be sent any more, and how it is withdrawn instead. */
export interface ExpiredOrder {
  readonly orderId: OrderId;
  readonly requestId: RequestId;
  readonly withdrawal: OutgoingMessage;
  /** The order is so young that the stream knows its id still, if it ever had it. */
  readonly isRemembered: boolean;
}

export interface OutgoingMessage {
  readonly subject: string;
  readonly messageId: string;
  readonly body: string;
}

export type SendOutcome = 'stored' | 'duplicate' | 'not_sent';

export interface RelayNeeds {
  /** Gives rows nobody else works on to `work` and marks those it returns as published, in one transaction. */
  readonly takeUnsent: (rowsMax: number, work: (rows: readonly UnsentRow[]) => Promise<readonly string[]>) => Promise<number>;
  /** Each acknowledged by the stream; one outcome a message, in order. */
  readonly send: (messages: readonly OutgoingMessage[]) => Promise<readonly SendOutcome[]>;
  readonly crashAfterPublish: () => void;
  /** As far as the stream knows the order never left, and it never will: cancelled, and asked about. Says whether that is committed. */
  readonly withdraw: (accountId: AccountId, orderId: OrderId) => Promise<boolean>;
  /**
   * Who committed on these accounts may have died before it wrote them to the cache, where they would be old for as long as they
   * rest. Does not wait.
   */
  readonly bringUpToDate: (accountIds: readonly AccountId[]) => void;
}

/** How many rows one turn looks at: one that found so many has more to do. */
export const RELAY_ROWS_MAX = 200;

/**
 * One turn of the relay: sends what is still in the outbox. An order past its `sendBefore` is not sent but withdrawn, under
 * the message id that the order itself has: the stream lets exactly one of the two in, so its answer says whether the order ever
 * left; a stream that lost its store says that none did, so the provider is asked all the same. Of an order that the stream may
 * have forgotten it says nothing: that one counts as sent, its margin stays, and its provider is asked like any that is silent.
 * Returns how many rows it looked at.
 */
export const relayOnce = (needs: RelayNeeds): Promise<number> =>
  needs.takeUnsent(RELAY_ROWS_MAX, async (rows) => {
    const outgoing = rows.map((row) => {
      if (row.kind === 'events') return row.messages;
      return [row.expired === null ? row.message : row.expired.withdrawal];
    });
    const outcomes = await needs.send(outgoing.flat());
    needs.crashAfterPublish();
    const sent: string[] = [];
    const told = new Set<AccountId>();
    let next = 0;
    for (const [index, row] of rows.entries()) {
      const ofRow = outcomes.slice(next, (next += outgoing[index]?.length ?? 0));
      if (ofRow.includes('not_sent')) continue;
      if (row.kind === 'request' && row.expired?.isRemembered === true && ofRow[0] === 'stored') {
        // It never left. If this cannot be committed, or we die here, the next turn finds the withdrawal a duplicate and
        // takes the order for sent: then it becomes unknown, and the provider, asked, says that it never saw it.
        if (!(await needs.withdraw(row.accountId, row.expired.orderId))) continue;
      }
      if (row.kind === 'events') told.add(row.accountId);
      sent.push(row.outboxId);
    }
    if (told.size > 0) needs.bringUpToDate([...told]);
    return sent;
  });
