import type { Outcome } from '@margrave/account-engine';
import { ProviderOrderNewV1 } from '@margrave/contracts';
import type { EventRow, UnpublishedRow } from '@margrave/store-postgres';
import { ok, type AccountId, type ProviderName, type RequestId } from '@margrave/vocabulary';
import { relayNeeds, type RelayParts } from './relay-needs.ts';
import { relayOnce } from './relay.ts';

const MINUTE_MS = 60_000;
const requestId = ProviderOrderNewV1.example.requestId;

/** An order that waits in the outbox past its time, committed so long ago. */
const expired = (ageMs: number): UnpublishedRow => ({
  kind: 'message',
  outboxId: '7',
  accountId: '1000000002' as AccountId,
  message: {
    messageId: requestId,
    subject: 'provider.lp-a.orders.v1.new',
    bodyJson: JSON.stringify(ProviderOrderNewV1.example),
    requestId,
    sendBeforeMs: 0,
  },
  request: {
    requestId,
    accountId: '1000000002' as AccountId,
    orderId: ProviderOrderNewV1.example.orderId,
    provider: 'lp-a' as ProviderName,
    kind: 'new',
    originalRequestId: null,
    sendBeforeMs: 0,
    endedAtMs: null,
    askedAtMs: null,
    createdAtMs: 0,
  },
  isExpired: true,
  ageMs,
});

/** One turn over one row, with a stream that lets the withdrawal in. */
async function relayed(
  row: UnpublishedRow,
  outcome: Outcome = { kind: 'no_change', refusal: { refusedAs: 'nothing_to_do' } },
  events: readonly EventRow[] = [],
) {
  const sent: { readonly subject: string; readonly messageId: string }[] = [];
  const withdrawn: unknown[] = [];
  const broughtUpToDate: AccountId[] = [];
  let marked: readonly string[] = [];
  const parts: RelayParts = {
    store: {
      takeUnpublished: async (_limit, _olderThanMs, work) => {
        marked = await work([row]);
        return 1;
      },
      loadEvents: () => Promise.resolve([...events]),
    },
    publisher: {
      publishMany: (messages) => {
        sent.push(...messages.map(({ subject, messageId }) => ({ subject, messageId })));
        return Promise.resolve(messages.map(() => ok({ stream: 'PROVIDER_ORDERS', sequence: 1, duplicate: false })));
      },
    },
    engine: {
      submit: ({ command }) => {
        withdrawn.push(command);
        return Promise.resolve(outcome);
      },
      bringUpToDate: (accountIds) => {
        broughtUpToDate.push(...accountIds);
        return Promise.reject(new Error('the store is away'));
      },
    },
    log: { debug: () => undefined },
    takeRequestId: () => Promise.resolve('1000009999' as RequestId),
    nowText: () => '2026-01-05T10:00:00.000Z',
    olderThanMs: 0,
    crashAfterPublish: () => undefined,
  };
  await relayOnce(relayNeeds(parts));
  return { sent, withdrawn, marked, broughtUpToDate };
}

const WITHDRAWAL = { subject: 'provider.lp-a.orders.v1.cancel', messageId: requestId };

describe('an order that waited past its time', () => {
  it('is withdrawn under its own message id, and is over when the stream has never had it', async () =>
    expect(await relayed(expired(MINUTE_MS))).toEqual({
      sent: [WITHDRAWAL],
      withdrawn: [{ kind: 'withdraw', orderId: ProviderOrderNewV1.example.orderId }],
      marked: ['7'],
      broughtUpToDate: [],
    }));

  it.each<Outcome>([{ kind: 'busy' }, { kind: 'unknown' }, { kind: 'unavailable', why: 'the store is away' }])(
    'stays in the outbox while its end is not committed: %j',
    async (outcome) => expect((await relayed(expired(MINUTE_MS), outcome)).marked).toEqual([]),
  );

  it.each([9, 11, 600])(
    'for %i minutes, so that the stream may have forgotten it, is not over for that: its provider will be asked (P14)',
    async (minutes) =>
      expect(await relayed(expired(minutes * MINUTE_MS))).toMatchObject({ sent: [WITHDRAWAL], withdrawn: [], marked: ['7'] }),
  );
});

describe('the events that a crash left', () => {
  const accountId = '1000000002' as AccountId;
  const range = { accountId, firstSequence: 4n, lastSequence: 6n };
  const row: UnpublishedRow = { kind: 'events', outboxId: '8', accountId, range };
  const eventOf = (of: AccountId, sequence: bigint): EventRow => ({
    accountId: of,
    sequence,
    version: 9n,
    type: 'order.working',
    atMs: 0,
    by: 'relay',
    dataJson: '{}',
    orderId: null,
  });

  it('are each told, first to last, and nothing of others that were loaded beside them', async () => {
    const loaded = [
      ...[3n, 4n, 5n, 6n, 7n].map((sequence) => eventOf(accountId, sequence)),
      eventOf('1000000003' as AccountId, 5n),
    ];
    const { sent, marked } = await relayed(row, undefined, loaded);
    expect(sent.map(({ messageId }) => messageId)).toEqual(['1000000002:4', '1000000002:5', '1000000002:6']);
    expect(marked).toEqual(['8']);
  });

  it('bring their account up to date in the cache, and do not depend on it', async () =>
    expect(await relayed(row)).toMatchObject({ marked: ['8'], broughtUpToDate: [accountId] }));
});
