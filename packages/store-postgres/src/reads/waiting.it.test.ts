import type { LotsE8, OrderId, PositionId, PriceE8, RequestId, SymbolName } from '@margrave/vocabulary';
import type { AccountRow, OrderRow, PositionRow } from '../rows.ts';
import { createRowMaker, emptyCommand, orderRow, positionRow } from '../testing/command-rows.ts';
import { openTestStore, type TestStore } from '../testing/test-store.ts';

const maker = createRowMaker();
const EURUSD = 'EURUSD' as SymbolName;
const LEVEL = 108_000_000n as PriceE8;
const RESTING = { status: 'working', type: 'limit', limitPriceE8: LEVEL } as const;

let test: TestStore;
let account: AccountRow;
const orders = new Map<string, OrderRow>();
const positions = new Map<string, PositionRow>();
beforeAll(async () => {
  test = await openTestStore();
  [account] = (await test.accounts(1)) as [AccountRow];
  for (const [name, changed] of Object.entries({
    first: RESTING,
    'at a provider': { ...RESTING, requestId: '6000000001' as RequestId },
    filled: { ...RESTING, status: 'filled' },
    'of another symbol': { ...RESTING, symbol: 'GBPUSD' as SymbolName },
    second: { ...RESTING, type: 'stop', limitPriceE8: null, stopPriceE8: LEVEL, expiresAtMs: maker.nowMs },
    third: RESTING,
  } satisfies Record<string, Partial<OrderRow>>)) {
    orders.set(name, orderRow(maker, account, changed));
  }
  for (const [name, changed] of Object.entries({
    'with a stop loss': { stopLossE8: LEVEL },
    'with nothing': {},
    'being closed': { stopLossE8: LEVEL, closingOrderId: '6000000002' as OrderId },
    closed: { stopLossE8: LEVEL, openVolumeE8: 0n as LotsE8, openNotionalE16: 0n, closedAtMs: maker.nowMs },
    'with a take profit': { takeProfitE8: LEVEL },
    'with a stop that follows': { trailingDistanceE8: LEVEL, trailingBestE8: LEVEL },
  } satisfies Record<string, Partial<PositionRow>>)) {
    const opening = orderRow(maker, account);
    orders.set(`opens one ${name}`, opening);
    positions.set(name, positionRow(maker, opening, changed));
  }
  const { results } = await test.store.commitBatch(test.epoch, [
    { ...emptyCommand(account), newOrders: [...orders.values()], newPositions: [...positions.values()] },
  ]);
  expect(results).toMatchObject([{ outcome: 'committed' }]);
});
afterAll(() => test.store.close());

it('orders that wait with us are read by symbol, page by page, with the group of their account', async () => {
  const request = { symbol: EURUSD, limit: 2 };
  const page = await test.store.restingOrders({ ...request, after: null });
  const { orderId, accountId, symbol, side, type, limitPriceE8, stopPriceE8, expiresAtMs, triggeredAtMs, version } =
    orders.get('second')!;
  const row = { orderId, accountId, symbol, side, type, limitPriceE8, stopPriceE8, expiresAtMs, triggeredAtMs, version };
  expect(page).toEqual([expect.objectContaining({ orderId: orders.get('first')!.orderId }), { ...row, groupId: 'standard' }]);
  const next = await test.store.restingOrders({ ...request, after: orderId });
  expect(next.map((each) => each.orderId)).toEqual([orders.get('third')!.orderId]);
  expect(await test.store.restingOrders({ ...request, after: next[0]!.orderId })).toEqual([]);
});

it('positions that are protected, and that nothing closes yet, are read the same way', async () => {
  const read = await test.store.protectedPositions({ symbol: EURUSD, after: null, limit: 100 });
  const { positionId, accountId, symbol, side, version } = positions.get('with a stop loss')!;
  const others = { takeProfitE8: null, trailingDistanceE8: null, trailingBestE8: null };
  expect(read).toEqual([
    { positionId, accountId, symbol, side, stopLossE8: LEVEL, ...others, version, groupId: 'standard' },
    expect.objectContaining({ positionId: positions.get('with a take profit')!.positionId, takeProfitE8: LEVEL }),
    expect.objectContaining({
      positionId: positions.get('with a stop that follows')!.positionId,
      trailingDistanceE8: LEVEL,
      trailingBestE8: LEVEL,
    }),
  ]);
  const after = '9000000000' as PositionId;
  expect(await test.store.protectedPositions({ symbol: EURUSD, after, limit: 100 })).toEqual([]);
});

it('of accounts the groups are read at once', async () => {
  const groups = await test.store.groupsOf([account.accountId, '9999999999' as never]);
  expect([...groups]).toEqual([[account.accountId, 'standard']]);
});
