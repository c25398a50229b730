import { settledHash } from '@margrave/account-engine';
import type { Change } from '@margrave/domain';
import type { AccountId, LotsE8, OrderId, PriceE8, ProviderName, RequestId, SymbolName } from '@margrave/vocabulary';
import { applyReports, type Applied, type KnownRequest, type Report, type ReportNeeds } from './apply-reports.ts';

const LP_A = 'lp-a' as ProviderName;
const REQUEST = '1000000470' as RequestId;
const change = {} as Change;

const known: KnownRequest = {
  requestId: REQUEST,
  accountId: '1000000002' as AccountId,
  orderId: '1000000457' as OrderId,
  provider: LP_A,
  kind: 'new',
};

const report = (differs: Partial<Report> = {}): Report => ({
  provider: LP_A,
  executionId: 'lp-a-1',
  requestId: REQUEST,
  originalRequestId: null,
  executionType: 'fill',
  providerSymbol: 'EUR/USD',
  side: 'buy',
  lastVolumeE8: null,
  lastPriceE8: null,
  cumulativeVolumeE8: null,
  orderStatus: null,
  reason: null,
  contentHash: 'one',
  ...differs,
});

const needs = (
  applied: Applied = { kind: 'committed', change },
  request: KnownRequest = known,
): ReportNeeds & { readonly orders: string[] } => {
  const orders: string[] = [];
  return {
    orders,
    findRequests: (ids) => Promise.resolve(ids.includes(request.requestId) ? [request] : []),
    symbolAt: (_provider, providerSymbol) => (providerSymbol === 'EUR/USD' ? ('EURUSD' as SymbolName) : undefined),
    apply: (_accountId, command) => {
      orders.push(command.orderId);
      return Promise.resolve(applied);
    },
  };
};

describe('reports of a provider', () => {
  it('are applied to the order that their request carries', async () => {
    const world = needs();
    expect(await applyReports([report()], world)).toEqual([{ kind: 'done', change }]);
    expect(world.orders).toEqual(['1000000457']);
  });

  it('that were applied before are done again by doing nothing', async () => {
    expect(await applyReports([report()], needs({ kind: 'already_applied', contentHash: 'one' }))).toEqual([
      { kind: 'done', change: null },
    ]);
  });

  it('that contradict what was applied under the same id are put aside', async () => {
    expect(await applyReports([report()], needs({ kind: 'already_applied', contentHash: 'another' }))).toMatchObject([
      { kind: 'park' },
    ]);
  });

  it.each([
    ['volume and price agree', {}, 'done'],
    ['volume differs', { lastVolumeE8: 3_000_000n as LotsE8 }, 'park'],
    ['price differs', { lastPriceE8: 108_456_000n as PriceE8 }, 'park'],
    ['type is no execution', { executionType: 'rejected', lastVolumeE8: null, lastPriceE8: null }, 'park'],
  ] as const)('of what an operator settled before are done where their %s, else put aside', async (_, differs, kind) => {
    const stated = { volumeE8: 4_000_000n as LotsE8, priceE8: 108_455_000n as PriceE8 };
    const contentHash = settledHash({ orderId: known.orderId, ...stated });
    const said = report({ lastVolumeE8: stated.volumeE8, lastPriceE8: stated.priceE8, ...differs });
    expect(await applyReports([said], needs({ kind: 'already_applied', contentHash }))).toMatchObject([{ kind }]);
  });

  it('about nothing that we ever asked for are put aside, and the others are applied', async () => {
    const outcomes = await applyReports([report({ requestId: '1000009999' as RequestId }), report()], needs());
    expect(outcomes.map(({ kind }) => kind)).toEqual(['park', 'done']);
  });

  it('of a provider about another one’s request are put aside', async () => {
    const outcomes = await applyReports([report({ provider: 'lp-b' as ProviderName })], needs());
    expect(outcomes).toMatchObject([{ kind: 'park', why: 'request 1000000470 was made to lp-a, not to lp-b' }]);
  });

  it('that refuse a status request do not refuse the order', async () => {
    const world = needs({ kind: 'committed', change }, { ...known, kind: 'status' });
    expect(await applyReports([report({ executionType: 'rejected' })], world)).toMatchObject([{ kind: 'park' }]);
    expect(world.orders).toEqual([]);
  });

  it('of how an order stands that answer no status request are put aside', async () => {
    const world = needs();
    expect(await applyReports([report({ executionType: 'status', orderStatus: 'cancelled' })], world)).toMatchObject([
      { kind: 'park', why: 'status does not answer a new request' },
    ]);
    expect(world.orders).toEqual([]);
  });

  it('that answer a withdrawal have nothing left to say', async () => {
    const answer = report({ requestId: '1000009999' as RequestId, originalRequestId: REQUEST, executionType: 'rejected' });
    expect(await applyReports([answer], needs())).toEqual([{ kind: 'done', change: null }]);
  });

  it('that claim to answer a withdrawal cannot book anything', async () => {
    const answer = report({ requestId: '1000009999' as RequestId, originalRequestId: REQUEST, executionType: 'fill' });
    const world = needs();
    expect(await applyReports([answer], world)).toMatchObject([{ kind: 'park' }]);
    expect(world.orders).toEqual([]);
  });

  it.each<[Applied, string]>([
    [{ kind: 'no_change', refusal: { refusedAs: 'wait', why: 'no rate' } }, 'later'],
    [{ kind: 'no_change', refusal: { refusedAs: 'park', why: 'wrong side' } }, 'park'],
    [{ kind: 'not_now', why: 'the store is away' }, 'later'],
  ])('that end as %j are %s', async (applied, kind) =>
    expect(await applyReports([report()], needs(applied))).toMatchObject([{ kind }]),
  );
});
