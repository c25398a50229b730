import { executionFault, type ProviderExecutionV1 } from '@margrave/contracts';
import { ok, parseE8, refuse, type LotsE8, type PriceE8, type ProviderName, type Result } from '@margrave/vocabulary';
import { hash } from 'node:crypto';
import type { Report } from './apply-reports.ts';

/** A provider's message as a report, or why it says nothing that could be applied. Its form was checked by the contract. */
export function readReport(execution: ProviderExecutionV1, provider: ProviderName): Result<Report, string> {
  const fault = executionFault(execution);
  if (fault !== undefined) return refuse(fault);
  return ok({
    provider,
    executionId: execution.executionId,
    requestId: execution.requestId,
    originalRequestId: execution.originalRequestId ?? null,
    executionType: execution.executionType,
    providerSymbol: execution.symbol,
    side: execution.side,
    lastVolumeE8: amount<LotsE8>(execution.lastVolume),
    lastPriceE8: amount<PriceE8>(execution.lastPrice),
    cumulativeVolumeE8: amount<LotsE8>(execution.cumulativeVolume),
    orderStatus: execution.orderStatus ?? null,
    reason: execution.reason ?? null,
    contentHash: contentHash(execution),
  });
}

const amount = <Amount extends bigint>(text: string | null | undefined): Amount | null =>
  text === null || text === undefined ? null : ((parseE8(text) ?? null) as Amount | null);

/** What a report means: two that differ in none of this are the same, however they are written or when they were sent. */
const MEANT = [
  'requestId',
  'originalRequestId',
  'executionType',
  'symbol',
  'side',
  'lastVolume',
  'lastPrice',
  'cumulativeVolume',
  'leavesVolume',
  'orderStatus',
  'originalExecutionId',
] as const satisfies readonly (keyof ProviderExecutionV1)[];

const contentHash = (execution: ProviderExecutionV1): string =>
  hash('sha256', JSON.stringify(MEANT.map((field) => execution[field] ?? null)), 'hex');
