import { formatE8, parseE8, type RequestId } from '@margrave/vocabulary';
import type { Distortion } from './behaviour.ts';
import type { Report } from './entry.ts';

/** No request of any house has it. */
const NOBODYS_REQUEST = '999999999999999999' as RequestId;

/**
 * The body of a false report. Another price is said under the execution id of the truth, which it contradicts; everything else
 * claims an execution of its own.
 *
 * @param symbols what the provider trades; another symbol is one of them.
 */
export function distortedBody(report: Report, distortion: Distortion, symbols: readonly string[]): string {
  const own: Report = { ...report, executionId: `${report.executionId}-${distortion}` };
  switch (distortion) {
    case 'other_price':
      return JSON.stringify({ ...report, lastPrice: formatE8(((parseE8(report.lastPrice ?? '') ?? 0n) * 10_001n) / 10_000n) });
    case 'other_symbol':
      return JSON.stringify({ ...own, symbol: symbols.find((symbol) => symbol !== report.symbol) ?? 'NONE' });
    case 'other_side':
      return JSON.stringify({ ...own, side: report.side === 'buy' ? 'sell' : 'buy' });
    case 'unknown_request':
      return JSON.stringify({ ...own, requestId: NOBODYS_REQUEST });
    case 'malformed':
      return JSON.stringify(own).slice(0, -1);
    default:
      return distortion satisfies never;
  }
}
