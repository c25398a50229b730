import type { UnpublishedRow } from './outbox.ts';
import type { AccountRow, CommandRows, OutboxId } from '../rows.ts';
import { createRowMaker, emptyCommand, providerOrder } from '../testing/command-rows.ts';
import { openTestStore, type TestStore } from '../testing/test-store.ts';

let test: TestStore;
const maker = createRowMaker();
beforeEach(async () => {
  test = await openTestStore();
});
afterEach(() => test.store.close());

const nothing = (): Promise<readonly OutboxId[]> => Promise.resolve([]);
const ids = (rows: readonly UnpublishedRow[]): OutboxId[] => rows.map(({ outboxId }) => outboxId);

async function placed(key: string): Promise<CommandRows> {
  const [account] = (await test.accounts(1)) as [AccountRow];
  const command = providerOrder(maker, account, key);
  await test.store.commitBatch(test.epoch, [command]);
  return command;
}

async function taken(
  work: (rows: readonly UnpublishedRow[]) => readonly OutboxId[] = () => [],
): Promise<readonly UnpublishedRow[]> {
  let seen: readonly UnpublishedRow[] = [];
  await test.store.takeUnpublished(100, 0, (rows) => {
    seen = rows;
    return Promise.resolve(work(rows));
  });
  return seen;
}

describe('the outbox', () => {
  it('offers what nobody published: a pointer to the events, and the message with its request', async () => {
    const command = await placed('offered');
    const { accountId, events } = command;
    expect(await taken()).toEqual([
      {
        kind: 'events',
        outboxId: expect.any(String),
        accountId,
        range: { accountId, firstSequence: events[0]!.sequence, lastSequence: events.at(-1)!.sequence },
      },
      {
        kind: 'message',
        outboxId: expect.any(String),
        accountId,
        message: command.messages[0],
        request: command.newRequests[0],
        isExpired: true,
        ageMs: expect.any(Number),
      },
    ]);
  });

  it('leads to the events that a pointer stands for', async () => {
    const command = await placed('pointed');
    const [pointer] = await taken();
    if (pointer?.kind !== 'events') throw new Error('the first row should point to events');
    expect(await test.store.loadEvents([pointer.range])).toEqual(command.events);
  });

  it('knows an order that must not be sent any more by database time', async () => {
    await placed('fresh');
    await test.admin("update outbox set send_before = clock_timestamp() + interval '1 minute' where message_id is not null");
    expect((await taken()).at(-1)).toMatchObject({ kind: 'message', isExpired: false });
  });

  it('says how long ago a message was committed', async () => {
    await placed('aged');
    await test.admin("update outbox set created_at = created_at - interval '1 hour' where message_id is not null");
    const [row] = (await taken()).filter(({ kind }) => kind === 'message');
    expect(row).toMatchObject({ ageMs: expect.closeTo(3_600_000, -5) as number });
  });

  it('leaves alone what is younger than asked for', async () => {
    await placed('young');
    expect(await test.store.takeUnpublished(10, 60_000, nothing)).toBe(0);
  });

  it('never gives one row to two at a time', async () => {
    for (const key of ['a', 'b', 'c']) await placed(key);
    let inner: readonly UnpublishedRow[] = [];
    await test.store.takeUnpublished(4, 0, async (outer) => {
      inner = await taken();
      expect(ids(inner).filter((id) => ids(outer).includes(id))).toEqual([]);
      await test.store.markPublished(ids(outer)); // does not wait for the one who holds them
      return [];
    });
    expect(inner).toHaveLength(2);
  });

  it('forgets what was published and offers the rest again, behind what was not tried meanwhile', async () => {
    await placed('first');
    await placed('second');
    const tried: OutboxId[] = [];
    await test.store.takeUnpublished(2, 0, (rows) => {
      tried.push(...ids(rows));
      return Promise.resolve(tried.slice(0, 1));
    });
    const again = ids(await taken());
    expect(again).toHaveLength(3);
    expect(again).not.toContain(tried[0]);
    expect(again.at(-1)).toBe(tried[1]);
  });

  it('keeps when it was first published, whoever marks it again: the silence of its provider counts from there', async () => {
    await placed('twice');
    const rows = ids(await taken());
    await test.store.markPublished(rows);
    const times = () => test.admin('select outbox_id, published_at from outbox order by outbox_id');
    const before = await times();
    await new Promise((resolve) => setTimeout(resolve, 5));
    await test.store.markPublished(rows);
    expect(await times()).toEqual(before);
  });

  it('gives rows whose turn has not come before those that were tried, though it gives only some', async () => {
    await placed('tried');
    await placed('waiting');
    const tried: OutboxId[] = [];
    await test.store.takeUnpublished(2, 0, (rows) => {
      tried.push(...ids(rows));
      return Promise.resolve([]);
    });
    await test.store.takeUnpublished(2, 0, (rows) => {
      expect(ids(rows).filter((id) => tried.includes(id))).toEqual([]);
      return nothing();
    });
  });

  it('offers all again when the work fails', async () => {
    await placed('failed');
    const failing = test.store.takeUnpublished(10, 0, () => Promise.reject(new Error('the bus is away')));
    await expect(failing).rejects.toThrow('the bus is away');
    expect(await taken()).toHaveLength(2);
  });

  it('tells how much waits and for how long', async () => {
    expect(await test.store.outboxState()).toEqual({ rows: 0, ageMs: 0 });
    await placed('waiting');
    const state = await test.store.outboxState();
    expect(state.rows).toBe(2);
    expect(state.ageMs).toBeGreaterThanOrEqual(0);
    await test.store.markPublished(ids(await taken()));
    expect(await test.store.outboxState()).toEqual({ rows: 0, ageMs: 0 });
  });
});

describe('a request', () => {
  const publishedLongAgo = (request: string, ago: string) =>
    test.admin(`update outbox set published_at = clock_timestamp() - interval '${ago}' where request_id = ${request}`);
  const createdLongAgo = async () => {
    for (const table of ['provider_requests', 'outbox'])
      await test.admin(`update ${table} set created_at = created_at - interval '10 years'`);
  };

  it('that was never sent is not called silent, however old', async () => {
    await placed('unsent');
    await createdLongAgo();
    expect(await test.store.silentRequests(10)).toEqual([]);
  });

  it('is silent once its message has been out for longer than the provider’s limit, in database time', async () => {
    const { newRequests } = await placed('silent');
    const { requestId } = newRequests[0]!;
    await createdLongAgo();
    await publishedLongAgo(requestId, '4 seconds');
    expect(await test.store.silentRequests(10)).toEqual([]);
    await publishedLongAgo(requestId, '6 seconds');
    expect((await test.store.silentRequests(10)).map((request) => request.requestId)).toEqual([requestId]);
  });

  it('is owed an answer for once it was sent, and what is unknown of it, from when it was placed', async () => {
    const unsent = await placed('not sent yet');
    const ofA = async () => (await test.store.providerStates()).find(({ provider }) => provider === 'lp-a');
    expect(await ofA()).toMatchObject({ openRequests: 0, openRequestAgeMs: 0, unknownOrders: 0, unknownOrderAgeMs: 0 });
    const [{ requestId }, order] = [unsent.newRequests[0]!, unsent.newOrders[0]!];
    await publishedLongAgo(requestId, '40 seconds');
    await test.admin("update provider_requests set created_at = clock_timestamp() - interval '45 seconds'");
    await test.admin(`update orders set status = 'unknown', created_at = clock_timestamp() - interval '7 minutes'
      where order_id = ${order.orderId}`);
    const state = await ofA();
    expect(state).toMatchObject({ openRequests: 1, unknownOrders: 1 });
    expect([state?.openRequestAgeMs, state?.unknownOrderAgeMs].map((ageMs = 0) => Math.floor(ageMs / 10_000))).toEqual([4, 42]);
    expect((await test.store.providerStates()).map(({ provider }) => provider)).toContain('lp-b');
  });

  it('that was just asked about, or is over, is not called silent', async () => {
    const command = await placed('asked');
    const request = { ...command.newRequests[0]!, createdAtMs: 0 };
    await publishedLongAgo(request.requestId, '1 minute');
    await test.admin("update provider_requests set created_at = clock_timestamp() - interval '1 minute'");
    const note = (of: AccountRow, times: { askedAtMs: number | null; endedAtMs: number | null }): CommandRows => ({
      ...emptyCommand(of),
      requests: [{ ...request, ...times }],
    });
    const nowMs = test.store.databaseNowMs();
    const asked = note(command.account, { askedAtMs: nowMs, endedAtMs: null });
    await test.store.commitBatch(test.epoch, [asked]);
    expect(await test.store.silentRequests(10)).toEqual([]);
    await test.admin("update provider_requests set asked_at = asked_at - interval '31 seconds'");
    expect(await test.store.silentRequests(10)).toHaveLength(1);
    const ended = note(asked.account, { askedAtMs: null, endedAtMs: nowMs });
    await test.store.commitBatch(test.epoch, [ended]);
    expect(await test.store.silentRequests(10)).toEqual([]);
    // A fill brought the order back: an answer is owed again.
    await test.store.commitBatch(test.epoch, [note(ended.account, { askedAtMs: nowMs, endedAtMs: null })]);
    expect(await test.store.findRequests([request.requestId])).toMatchObject([{ endedAtMs: null, askedAtMs: nowMs }]);
    await test.admin("update provider_requests set asked_at = asked_at - interval '31 seconds'");
    expect(await test.store.silentRequests(10)).toHaveLength(1);
  });
});
