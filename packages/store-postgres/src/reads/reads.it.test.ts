import type { AccountId } from '@margrave/vocabulary';
import { checkPageCursor, type Page, type PageRequest } from './pages.ts';
import type { AccountRow } from '../rows.ts';
import { createRowMaker, localFill, providerOrder } from '../testing/command-rows.ts';
import { openTestStore, type TestStore } from '../testing/test-store.ts';

const FILLS = 25;

let test: TestStore;
let account: AccountRow;
let other: AccountRow;
const maker = createRowMaker();
beforeAll(async () => {
  test = await openTestStore();
  [account, other] = (await test.accounts(2)) as [AccountRow, AccountRow];
  for (let index = 0; index < FILLS; index += 1) {
    const at = { ...maker, nowMs: maker.nowMs + Math.floor(index / 3) };
    const command = index % 5 === 0 ? providerOrder(at, account, `order-${index}`) : localFill(at, account, `order-${index}`);
    await test.store.commitBatch(test.epoch, [command]);
    account = command.account;
  }
  await test.store.commitBatch(test.epoch, [localFill(maker, other, 'order-1')]);
});
afterAll(() => test.store.close());

async function everyPage<Row>(limit: number, page: (request: PageRequest) => Promise<Page<Row>>): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: PageRequest['cursor'];
  do {
    const { rows: some, next } = await page({ accountId: account.accountId, limit, cursor });
    expect(some.length).toBeLessThanOrEqual(limit);
    rows.push(...some);
    cursor = next === null ? undefined : checkPageCursor(next);
  } while (cursor !== undefined);
  return rows;
}

describe('pages', () => {
  it('give every order once, newest first, whatever their size', async () => {
    const all = await everyPage(200, test.store.pageOrders);
    expect(all).toHaveLength(FILLS);
    const ranks = all.map(({ createdAtMs, orderId }) => `${createdAtMs} ${orderId}`);
    expect(ranks).toEqual([...ranks].sort().reverse());
    for (const limit of [1, 4, 25]) expect(await everyPage(limit, test.store.pageOrders)).toEqual(all);
  });

  it('give every deal, entry and open position once', async () => {
    const fills = FILLS - Math.ceil(FILLS / 5);
    expect(await everyPage(7, test.store.pageDeals)).toHaveLength(fills);
    expect(await everyPage(7, test.store.pageLedger)).toHaveLength(fills + 1);
    expect(await everyPage(7, test.store.pageOpenPositions)).toHaveLength(fills);
  });

  it('of orders can be of some statuses and of one symbol', async () => {
    const { accountId } = account;
    const live = await test.store.pageOrders({ accountId, limit: 100, statuses: ['queued', 'unknown'] });
    expect(live.rows).toHaveLength(Math.ceil(FILLS / 5));
    expect((await test.store.pageOrders({ accountId, limit: 100, symbol: 'GBPUSD' as never })).rows).toEqual([]);
  });

  it('are never longer than five hundred rows', async () =>
    expect(test.store.pageOrders({ accountId: account.accountId, limit: 501 })).rejects.toThrow('500'));

  it('take no cursor that they did not give', () => {
    for (const unchecked of ['', '1', '1-', '-1', '1-2-3', 'a-b', "1-2'"]) expect(checkPageCursor(unchecked)).toBeUndefined();
  });
});

describe('look-ups', () => {
  it('find an order by its id and by the client’s, in its own account only', async () => {
    const [order] = (await test.store.pageOrders({ accountId: account.accountId, limit: 1 })).rows;
    if (order === undefined || order.clientOrderId === null) throw new Error('there should be an order');
    expect(await test.store.findOrder(account.accountId, order.orderId)).toEqual(order);
    expect(await test.store.findOrderByClientKey(account.accountId, order.clientOrderId)).toEqual(order);
    expect(await test.store.findOrder(other.accountId, order.orderId)).toBeUndefined();
    expect(await test.store.findOrderByClientKey(other.accountId, order.clientOrderId)).toBeUndefined();
    expect(await test.store.findDecision(other.accountId, order.decisionId)).toBeUndefined();
    expect(await test.store.orderHistory(other.accountId, order.orderId, 0n, 10)).toEqual([]);
  });

  it('tell an order’s history in its order', async () => {
    const [order] = (await test.store.pageOrders({ accountId: account.accountId, limit: 1, statuses: ['filled'] })).rows;
    const history = await test.store.orderHistory(account.accountId, order!.orderId, 0n, 100);
    expect(history.map(({ type }) => type)).toEqual(['order.accepted', 'order.filled', 'position.opened', 'ledger.entry']);
    expect(await test.store.orderHistory(account.accountId, order!.orderId, history[1]!.sequence, 1)).toEqual([history[2]]);
  });

  it('resume the events after a sequence and name the newest', async () => {
    const found = await test.store.eventsAfter(account.accountId, account.lastSequence - 2n, 200);
    expect(found?.events.map(({ sequence }) => sequence)).toEqual([account.lastSequence - 1n, account.lastSequence]);
    expect(found?.lastSequence).toBe(account.lastSequence);
    expect(await test.store.eventsAfter('9999999999' as never, 0n, 1)).toBeUndefined();
  });
});

describe('margin', () => {
  it('is added up by currency, in its units', async () => {
    await test.admin(`update accounts set margin_executed_e8 = 100000000, margin_total_e8 = 250000000
      where account_id in (${account.accountId}, ${other.accountId})`);
    const before = `${BigInt([account.accountId, other.accountId].sort()[0]!) - 1n}` as AccountId;
    const { currency } = account;
    const sums = (after: AccountId | null, limit: number) => test.store.marginSums(after, limit);
    expect(await sums(before, 3)).toEqual({ sums: [{ currency, executed: 2, total: 5 }], next: null });
    expect((await sums(null, 100)).sums).toContainEqual({ currency, executed: 2, total: 5 });
  });

  it('is added up some accounts at a time', async () => {
    const { sums, next } = await test.store.marginSums(null, 2);
    expect([sums.length, next]).toEqual([1, '1000000002']);
    const rest = await test.store.marginSums(next, 3);
    expect(rest.next).not.toBeNull();
    expect(await test.store.marginSums('9999999999' as AccountId, 3)).toEqual({ sums: [], next: null });
  });
});

describe('the books of an account', () => {
  it('hold after commits, and do not once a balance, an entry or a count of events is tampered with', async () => {
    const [first, second] = [account.accountId, other.accountId].sort();
    const read = async () =>
      (await test.store.accountBooks(`${BigInt(first!) - 1n}` as AccountId, 2)).map(
        ({ accountId, balanceHolds, historyHolds }) => [accountId, balanceHolds, historyHolds],
      );
    expect(await read()).toEqual([
      [first, true, true],
      [second, true, true],
    ]);
    await test.admin(`update accounts set balance_e8 = balance_e8 + 1 where account_id = ${first}`);
    await test.admin(`update accounts set last_sequence = last_sequence + 1 where account_id = ${second}`);
    expect(await read()).toEqual([
      [first, false, true],
      [second, true, false],
    ]);
    await test.admin(`update accounts set balance_e8 = balance_e8 - 1 where account_id = ${first}`);
    await test.admin(
      `delete from ledger_entries where entry_id = (select max(entry_id) from ledger_entries where account_id = ${first})`,
    );
    expect((await read())[0]).toEqual([first, false, true]);
  });
});

describe('ids', () => {
  it('come in blocks that nobody gets twice, beyond those of the demo’s accounts', async () => {
    const blocks = (await Promise.all(Array.from({ length: 20 }, () => test.store.leaseIds(3)))).flat();
    expect(new Set(blocks).size).toBe(60);
    for (const first of blocks) expect(first).toBeGreaterThan(1_000_001_000n);
    expect(blocks.every((first) => first % 1_000n === 0n)).toBe(true);
  });

  it('of quote generations only grow', async () => {
    const first = await test.store.nextQuoteGeneration();
    expect(await test.store.nextQuoteGeneration()).toBeGreaterThan(first);
  });
});
