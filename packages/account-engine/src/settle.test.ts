import type { SettleOrder } from '@margrave/domain';
import type { LotsE8, OrderId, PriceE8, RequestId } from '@margrave/vocabulary';
import type { Submission } from './api.ts';
import { commandIds, idShares } from './command-ids.ts';
import { settledHash } from './settled-hash.ts';
import { ACCOUNT, bench, buy, EURUSD, LP_A, task } from './testing/builders.ts';

const OPERATOR = { name: 'dealer-3', role: 'dealer' } as const;
const VOLUME_E8 = 4_000_000n as LotsE8;
const PRICE_E8 = 108_454_000n as PriceE8;

/** An order that its provider left unanswered. */
async function silentOrder() {
  const { store, runAll } = bench('provider');
  const [placed] = await runAll([task(buy('mine'))]);
  if (placed === undefined || placed === 'again' || placed.kind !== 'committed') throw new Error('the order should stand');
  const [order] = placed.change.orders;
  if (order === undefined) throw new Error('there should be an order');
  const orderId = order.orderId;
  const silence = { ...buy(''), client: null, command: { kind: 'silence', orderId } as const };
  await runAll([task(silence)]);
  const version = store.orders.get(orderId)?.version ?? 0n;
  return { store, runAll, orderId, version, requestId: order.requestId as RequestId };
}

const execution = (executionId: string) => ({
  executionId,
  volumeE8: VOLUME_E8,
  priceE8: PRICE_E8,
  executedAt: '2026-01-05T10:00:00Z',
});

function settlement(orderId: OrderId, orderVersion: bigint, ids: readonly string[], key = 'operator/night'): Submission {
  const executions = ids.map(execution);
  const command: SettleOrder = {
    kind: 'settle',
    orderId,
    orderVersion,
    operator: OPERATOR,
    reason: 'By telephone',
    executions,
    confirmed: [],
  };
  return {
    accountId: ACCOUNT,
    command,
    client: { key, requestHash: ids.join(), answer: () => ({ status: 201, body: ids.join() }) },
    executions: executions.map(({ executionId, volumeE8, priceE8 }) => ({
      provider: LP_A,
      executionId,
      contentHash: settledHash({ orderId, volumeE8, priceE8 }),
    })),
    patienceMs: 3_000,
  };
}

const reportOf = (orderId: OrderId, requestId: RequestId, executionId: string): Submission => ({
  accountId: ACCOUNT,
  command: {
    kind: 'report',
    orderId,
    provider: LP_A,
    executionId,
    requestId,
    executionType: 'partial_fill',
    symbol: EURUSD,
    side: 'buy',
    lastVolumeE8: VOLUME_E8,
    lastPriceE8: PRICE_E8,
    orderStatus: null,
    cumulativeVolumeE8: null,
    reason: null,
  },
  client: null,
  executions: [{ provider: LP_A, executionId, contentHash: 'of the report' }],
  patienceMs: null,
});

describe('a settlement', () => {
  it('is one commit with its executions recorded as applied, and with who and why', async () => {
    const { store, runAll, orderId, version } = await silentOrder();
    expect(await runAll([task(settlement(orderId, version, ['desk-1', 'desk-2']))])).toMatchObject([{ kind: 'committed' }]);
    const [command] = store.batches.at(-1) ?? [];
    expect(store.batches.at(-1)).toHaveLength(1);
    expect(command?.appliedExecutions.map(({ executionId }) => executionId)).toEqual(['desk-1', 'desk-2']);
    expect(command?.operatorAction).toMatchObject({ operator: 'dealer-3', role: 'dealer', reason: 'By telephone', orderId });
    expect(command?.decision).toMatchObject({ command: 'operator_settlement', outcome: 'accepted', orderId });
    expect(command?.newOrders).toEqual([]);
    expect(command?.events.every(({ by, dataJson }) => by === 'operator' && !dataJson.includes('telephone'))).toBe(true);
    expect(JSON.parse(command?.operatorAction?.detailsJson ?? '')).toMatchObject({
      executions: [{ executionId: 'desk-1', volumeE8: '4000000', priceE8: '108454000' }, { executionId: 'desk-2' }],
    });
  });

  it('is there already when the provider reports one of its executions, and not another', async () => {
    const { store, runAll, orderId, requestId, version } = await silentOrder();
    await runAll([task(settlement(orderId, version, ['desk-1']))]);
    const settled = store.accounts.get(ACCOUNT)?.account;
    expect(await runAll([task(reportOf(orderId, requestId, 'desk-1'))])).toEqual([
      {
        kind: 'already_applied',
        executionId: 'desk-1',
        contentHash: settledHash({ orderId, volumeE8: VOLUME_E8, priceE8: PRICE_E8 }),
      },
    ]);
    expect(store.accounts.get(ACCOUNT)?.account).toBe(settled);
    expect(await runAll([task(reportOf(orderId, requestId, 'lp-2'))])).toMatchObject([
      { kind: 'committed', change: { deals: [{ flags: ['late_fill'] }] } },
    ]);
  });

  it('with an execution that was applied before is told which, and changes nothing', async () => {
    const { store, runAll, orderId, version } = await silentOrder();
    store.executions.set(`${LP_A} desk-2`, 'of a report');
    const before = store.accounts.get(ACCOUNT);
    expect(await runAll([task(settlement(orderId, version, ['desk-1', 'desk-2']))])).toEqual([
      { kind: 'already_applied', executionId: 'desk-2', contentHash: 'of a report' },
    ]);
    expect(store.accounts.get(ACCOUNT)).toBe(before);
  });

  it('that comes again, also at once, gets the stored answer', async () => {
    const { store, runAll, orderId, version } = await silentOrder();
    const twice = [task(settlement(orderId, version, ['desk-1'])), task(settlement(orderId, version, ['desk-1']))];
    expect((await runAll(twice)).map((settlement) => settlement !== 'again' && settlement.kind)).toEqual([
      'committed',
      'replayed',
    ]);
    expect(await runAll([task(settlement(orderId, version, ['desk-1']))])).toMatchObject([
      { kind: 'replayed', answer: { body: 'desk-1' } },
    ]);
    expect(store.batches.flat().filter(({ operatorAction }) => operatorAction !== null)).toHaveLength(1);
  });

  it('of an order that is over is told so, by what the store knows', async () => {
    const { runAll, orderId, version } = await silentOrder();
    await runAll([task(settlement(orderId, version, []))]);
    expect(await runAll([task(settlement(orderId, version, ['desk-1'], 'operator/later'))])).toMatchObject([
      { kind: 'no_change', refusal: { code: 'ORDER_NOT_UNKNOWN', numbers: { status: { value: 'cancelled' } } } },
    ]);
  });

  it('needs the ids of a report for each of its executions, and has their names', () => {
    const settled = settlement('1000000457' as OrderId, 1n, ['desk-1', 'desk-2', 'desk-3']);
    expect(idShares([settled, buy('mine')])).toBe(5);
    expect(commandIds(settled)).toEqual([`${ACCOUNT} operator/night`, 'lp-a desk-1', 'lp-a desk-2', 'lp-a desk-3']);
  });
});
