import { ProviderExecutionV1 } from '@margrave/contracts';
import type { ProviderName, RequestId } from '@margrave/vocabulary';
import { readReport } from './read-report.ts';

const LP_A = 'lp-a' as ProviderName;
const example: ProviderExecutionV1 = ProviderExecutionV1.example;

const hashOf = (execution: ProviderExecutionV1): string => {
  const report = readReport(execution, LP_A);
  if (!report.ok) throw new Error(report.refusal);
  return report.value.contentHash;
};

describe('a provider’s message', () => {
  it('is read as a report with exact amounts', () =>
    expect(readReport(example, LP_A)).toMatchObject({
      ok: true,
      value: { provider: 'lp-a', lastVolumeE8: 4_000_000n, lastPriceE8: 108_455_000n, side: 'buy', providerSymbol: 'EUR/USD' },
    }));

  it('is the same report when it is sent again at another time', () =>
    expect(hashOf({ ...example, transactTime: '2026-01-05T11:00:00.000Z' })).toBe(hashOf(example)));

  // Each field alone: what is not meant could be changed under an execution id that was applied.
  it.each<Partial<ProviderExecutionV1>>([
    { requestId: '1000000471' as RequestId },
    { originalRequestId: '1000000471' as RequestId },
    { executionType: 'new' },
    { symbol: 'EUR/CHF' },
    { side: 'sell' },
    { lastVolume: '0.03' },
    { lastPrice: '1.08456' },
    { cumulativeVolume: '0.05' },
    { leavesVolume: '0.05' },
    { orderStatus: 'partially_filled' },
    { originalExecutionId: 'lp-a-20260105-990' },
  ])('is another report when it says something else: %j', (other) =>
    expect(hashOf({ ...example, ...other })).not.toBe(hashOf(example)),
  );

  it('that lacks what its type needs says nothing', () =>
    expect(readReport({ ...example, lastPrice: null }, LP_A)).toEqual({ ok: false, refusal: 'partial_fill needs lastPrice' }));
});
