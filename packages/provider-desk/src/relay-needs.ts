import { eventMessage, type AccountEngine } from '@margrave/account-engine';
import type { Publisher } from '@margrave/bus-nats';
import { ProviderOrderCancelV1, ProviderOrderCloseV1, ProviderOrderNewV1, STREAMS } from '@margrave/contracts';
import type { Logger } from '@margrave/runtime';
import type { Store, UnpublishedRow } from '@margrave/store-postgres';
import type { RequestId } from '@margrave/vocabulary';
import type { OutgoingMessage, RelayNeeds, UnsentRow } from './relay.ts';

export interface RelayParts {
  readonly store: Pick<Store, 'takeUnpublished' | 'loadEvents'>;
  readonly publisher: Pick<Publisher, 'publishMany'>;
  readonly engine: Pick<AccountEngine, 'submit' | 'bringUpToDate'>;
  readonly log: Pick<Logger, 'debug'>;
  readonly takeRequestId: () => Promise<RequestId>;
  readonly nowText: () => string;
  readonly olderThanMs: number;
  readonly crashAfterPublish: () => void;
}

/** How long a withdrawal may wait for its account. The relay's transaction waits with it. */
const WITHDRAW_PATIENCE_MS = 3_000;

/** How old an order may be whose id the stream has not forgotten yet when its withdrawal gets there: a turn sends all at its beginning. */
const REMEMBERED_MS = STREAMS.PROVIDER_ORDERS.duplicateWindowMs - 60_000;

export const relayNeeds = (parts: RelayParts): RelayNeeds => ({
  takeUnsent: (rowsMax, work) =>
    parts.store.takeUnpublished(rowsMax, parts.olderThanMs, async (rows) => work(await unsentRows(rows, parts))),
  send: async (messages) =>
    (await parts.publisher.publishMany(messages)).map((outcome) => {
      if (!outcome.ok) return 'not_sent';
      return outcome.value.duplicate ? 'duplicate' : 'stored';
    }),
  crashAfterPublish: parts.crashAfterPublish,
  withdraw: async (accountId, orderId) => {
    const outcome = await parts.engine.submit({
      accountId,
      command: { kind: 'withdraw', orderId },
      client: null,
      executions: [],
      patienceMs: WITHDRAW_PATIENCE_MS,
    });
    return outcome.kind === 'committed' || outcome.kind === 'no_change';
  },
  bringUpToDate: (accountIds) => {
    parts.engine
      .bringUpToDate(accountIds)
      // Their next commits do it.
      .catch((error: unknown) => parts.log.debug({ err: error }, 'Accounts could not be brought up to date in the cache'));
  },
});

async function unsentRows(rows: readonly UnpublishedRow[], parts: RelayParts): Promise<readonly UnsentRow[]> {
  const ranges = rows.flatMap((row) => (row.kind === 'events' ? [row.range] : []));
  const events = ranges.length === 0 ? [] : await parts.store.loadEvents(ranges);
  return Promise.all(
    rows.map(async (row): Promise<UnsentRow> => {
      const { outboxId, accountId } = row;
      if (row.kind === 'events') {
        const { firstSequence, lastSequence } = row.range;
        const own = events.filter(
          (event) => event.accountId === accountId && event.sequence >= firstSequence && event.sequence <= lastSequence,
        );
        return { kind: 'events', outboxId, accountId, messages: own.map(eventMessage) };
      }
      const { subject, messageId, bodyJson } = row.message;
      const { orderId, requestId } = row.request;
      const isRemembered = row.ageMs < REMEMBERED_MS;
      const expired = row.isExpired ? { orderId, requestId, isRemembered, withdrawal: await withdrawal(row, parts) } : null;
      return { kind: 'request', outboxId, accountId, message: { subject, messageId, body: bodyJson }, expired };
    }),
  );
}

/** The cancellation that goes out instead of an order that must not be sent any more, under the order's own message id. */
async function withdrawal(row: Extract<UnpublishedRow, { kind: 'message' }>, parts: RelayParts): Promise<OutgoingMessage> {
  const { request, message } = row;
  const contract = request.kind === 'close' ? ProviderOrderCloseV1 : ProviderOrderNewV1;
  const sent = contract.decode(new TextEncoder().encode(message.bodyJson));
  if (!sent.ok) throw new TypeError(`request ${request.requestId} in the outbox cannot be read: ${sent.refusal}`);
  const body: ProviderOrderCancelV1 = {
    requestId: await parts.takeRequestId(),
    originalRequestId: request.requestId,
    orderId: request.orderId,
    accountRef: sent.value.accountRef,
    symbol: sent.value.symbol,
    side: sent.value.side,
    sentAt: parts.nowText(),
  };
  return {
    subject: ProviderOrderCancelV1.subject({ provider: request.provider }),
    messageId: ProviderOrderCancelV1.withdrawalId(body),
    body: JSON.stringify(body),
  };
}
