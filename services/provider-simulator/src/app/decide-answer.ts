import type { LotsE8, RequestId } from '@margrave/vocabulary';
import type { OrderState } from './book.ts';
import {
  createReportWriter,
  messageIdOf,
  sendAsBehaved,
  sendOnce,
  volumesOf,
  type Situation,
  type Subject,
  type Volumes,
} from './decision.ts';
import type { Entry } from './entry.ts';
import type { FollowUpRequest, MalformedRequest } from './request.ts';

type Answer = Extract<Entry, { kind: 'answer' }>;

const NOTHING: Volumes = { cumulativeE8: 0n as LotsE8, leavesE8: 0n as LotsE8 };

/** Answers a request about an earlier one, or one that is not understood. The book must not know it. */
export function decideAnswer(situation: Situation, request: FollowUpRequest | MalformedRequest): Entry {
  switch (request.kind) {
    case 'cancel':
      return decideCancel(situation, request);
    case 'status':
      return decideStatus(situation, request);
    case 'replace':
    case 'protect':
      return refuse(situation, request, subjectOfFollowUp(request), 'not_supported');
    case 'malformed':
      return refuse(situation, request, subjectOfRequest(request), 'malformed');
    default:
      return request satisfies never;
  }
}

type RefusedWith = 'not_supported' | 'malformed' | 'already_over' | 'unknown_request';

function refuse(
  situation: Situation,
  { requestId }: { readonly requestId: RequestId },
  subject: Subject,
  reason: RefusedWith,
  original: Answer['original'] = null,
): Answer {
  const writer = createReportWriter(situation);
  writer.rejected(subject, reason);
  const sendings = sendOnce(situation.profile.name, writer.reports);
  return { kind: 'answer', requestId, original, reports: writer.reports, sendings };
}

const subjectOfRequest = ({ requestId, symbol, side }: FollowUpRequest | MalformedRequest): Subject => ({
  requestId,
  symbol,
  side,
  providerOrderId: null,
});

const subjectOfFollowUp = (request: FollowUpRequest): Subject => ({
  ...subjectOfRequest(request),
  originalRequestId: request.originalRequestId,
});

/** The answer is about the original order: its symbol and side, whatever the request says. */
const subjectOfOriginal = (request: FollowUpRequest, { taken }: OrderState): Subject => ({
  requestId: request.requestId,
  originalRequestId: request.originalRequestId,
  symbol: taken.symbol,
  side: taken.side,
  providerOrderId: taken.providerOrderId,
});

function decideCancel(situation: Situation, request: FollowUpRequest): Answer {
  const { book, profile } = situation;
  const { requestId, originalRequestId } = request;
  const order = book.order(originalRequestId);
  if (order === undefined) {
    const forbidden = { requestId: originalRequestId, becomes: 'forbidden' } as const;
    return refuse(situation, request, subjectOfFollowUp(request), 'unknown_request', forbidden);
  }
  if (order.dueMs === null) return refuse(situation, request, subjectOfOriginal(request, order), 'already_over');
  const writer = createReportWriter(situation);
  writer.cancelled(subjectOfOriginal(request, order), null, volumesOf(order));
  // What was kept for the end, to be told in the wrong order, is told now: this is the end.
  const kept = order.taken.behaviour.reorder && !order.isSilent ? order.reports.toReversed() : [];
  return {
    kind: 'answer',
    requestId,
    original: { requestId: originalRequestId, becomes: 'cancelled' },
    reports: writer.reports,
    sendings: order.taken.behaviour.mute
      ? []
      : [...sendOnce(profile.name, writer.reports), ...sendAsBehaved(profile.name, kept, order.taken.behaviour)],
  };
}

/**
 * Everything that was ever said of the original is said again, under its own execution ids and, so that the stream does
 * not take it for a repetition and drop it, under a message id of this request; then how the original stands. Only orders
 * can be asked for: what else was requested was answered at once.
 */
function decideStatus(situation: Situation, request: FollowUpRequest): Answer {
  const { book, profile } = situation;
  const { requestId, originalRequestId } = request;
  if (book.isAnswered(originalRequestId)) return refuse(situation, request, subjectOfFollowUp(request), 'not_supported');
  const order = book.order(originalRequestId);
  const writer = createReportWriter(situation);
  if (order === undefined) writer.stands(subjectOfFollowUp(request), 'never_seen', NOTHING);
  else writer.stands(subjectOfOriginal(request, order), order.status, volumesOf(order));
  if (order?.taken.behaviour.mute === true) {
    return { kind: 'answer', requestId, original: null, reports: writer.reports, sendings: [] };
  }
  const again = (order?.reports ?? []).map(({ executionId }) => ({
    executionId,
    messageId: `${messageIdOf(profile.name, executionId)}:${requestId}`,
  }));
  return {
    kind: 'answer',
    requestId,
    original: { requestId: originalRequestId, becomes: order === undefined ? 'forbidden' : 'outspoken' },
    reports: writer.reports,
    sendings: [...again, ...sendOnce(profile.name, writer.reports)],
  };
}
