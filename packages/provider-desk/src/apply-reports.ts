import { settledHash } from '@margrave/account-engine';
import type { ApplyReport, Change, NoChange } from '@margrave/domain';
import type { AccountId, ExecutionType, OrderId, ProviderName, RequestId, RequestKind, SymbolName } from '@margrave/vocabulary';

/** A report of a provider, read and checked for form; whose order it is about is found by its request. */
export interface Report extends Omit<ApplyReport, 'kind' | 'orderId' | 'symbol'> {
  /** The provider's own name of what it traded. */
  readonly providerSymbol: string;
  /** Of an answer about a request: the request that was asked about, cancelled or changed. */
  readonly originalRequestId: RequestId | null;
  /** Of the whole report, to tell a repetition from a contradiction. */
  readonly contentHash: string;
}

/** The request that a report answers. */
export interface KnownRequest {
  readonly requestId: RequestId;
  readonly accountId: AccountId;
  readonly orderId: OrderId;
  readonly provider: ProviderName;
  readonly kind: RequestKind;
}

/** What became of a report whose effect was tried. */
export type Applied =
  | { readonly kind: 'committed'; readonly change: Change }
  | { readonly kind: 'already_applied'; readonly contentHash: string }
  | { readonly kind: 'no_change'; readonly refusal: NoChange }
  | { readonly kind: 'not_now'; readonly why: string };

/** What the use case needs of the world. */
export interface ReportNeeds {
  /** One read for the whole batch. */
  readonly findRequests: (requestIds: readonly RequestId[]) => Promise<readonly KnownRequest[]>;
  readonly symbolAt: (provider: ProviderName, providerSymbol: string) => SymbolName | undefined;
  /** Decides and commits; reports of one batch that are applied together share one transaction. */
  readonly apply: (accountId: AccountId, command: ApplyReport, contentHash: string) => Promise<Applied>;
}

/** `done`: booked, now or before. `park`: a person must look. `later`: the world was not ready. */
export type ReportOutcome =
  | { readonly kind: 'done'; readonly change: Change | null }
  | { readonly kind: 'park'; readonly why: string }
  | { readonly kind: 'later'; readonly why: string };

/** Applies a batch of reports, each once and each for itself: one that cannot be applied never holds up the rest. */
export async function applyReports(reports: readonly Report[], needs: ReportNeeds): Promise<readonly ReportOutcome[]> {
  const named = reports.flatMap(({ requestId, originalRequestId }) =>
    originalRequestId === null ? [requestId] : [requestId, originalRequestId],
  );
  const requests = new Map((await needs.findRequests([...new Set(named)])).map((request) => [request.requestId, request]));
  return Promise.all(reports.map((report) => applyOne(report, requests, needs)));
}

async function applyOne(
  report: Report,
  requests: ReadonlyMap<RequestId, KnownRequest>,
  needs: ReportNeeds,
): Promise<ReportOutcome> {
  const { providerSymbol, contentHash, originalRequestId, ...rest } = report;
  const request = requests.get(report.requestId);
  if (request === undefined) {
    // The answer to a withdrawal: it went out because the order never did, so there is nothing left to answer.
    const withdrawn = originalRequestId !== null && requests.get(originalRequestId)?.provider === report.provider;
    if (withdrawn && WITHDRAWAL_ANSWERS.includes(report.executionType)) return { kind: 'done', change: null };
    return park(`no request ${report.requestId} was ever made`);
  }
  if (request.provider !== report.provider) {
    return park(`request ${report.requestId} was made to ${request.provider}, not to ${report.provider}`);
  }
  if ((request.kind === 'status') !== (report.executionType === 'status')) {
    return park(`${report.executionType} does not answer a ${request.kind} request`);
  }
  const symbol = needs.symbolAt(report.provider, providerSymbol);
  const command: ApplyReport = { ...rest, kind: 'report', orderId: request.orderId, symbol };
  const applied = await needs.apply(request.accountId, command, contentHash);
  switch (applied.kind) {
    case 'committed':
      return { kind: 'done', change: applied.change };
    case 'already_applied':
      if (applied.contentHash === contentHash || applied.contentHash === settledAs(command))
        return { kind: 'done', change: null };
      return park(`execution ${report.executionId} was applied before with another content`);
    case 'no_change':
      if (applied.refusal.refusedAs === 'wait') return { kind: 'later', why: applied.refusal.why };
      return park(
        applied.refusal.refusedAs === 'park' ? applied.refusal.why : `request ${report.requestId}: ${applied.refusal.refusedAs}`,
      );
    case 'not_now':
      return { kind: 'later', why: applied.why };
    default:
      return applied satisfies never;
  }
}

/** The content under which an operator may have settled the execution before its report came. */
const settledAs = ({ orderId, lastVolumeE8, lastPriceE8 }: ApplyReport): string | undefined =>
  lastVolumeE8 === null || lastPriceE8 === null
    ? undefined
    : settledHash({ orderId, volumeE8: lastVolumeE8, priceE8: lastPriceE8 });

const WITHDRAWAL_ANSWERS: readonly ExecutionType[] = ['rejected', 'cancelled'];

const park = (why: string): ReportOutcome => ({ kind: 'park', why });
