import { formatE8, type LotsE8, type RequestId } from '@margrave/vocabulary';
import type { OrderState } from './book.ts';
import {
  createReportWriter,
  keptBack,
  messageIdOf,
  sendAsBehaved,
  sendOnce,
  volumesOf,
  type Situation,
  type Subject,
  type Volumes,
} from './decision.ts';
import type { Entry, Rejection } from './entry.ts';
import { isVolumeAllowed, type AnsweredRequest, type FollowUpRequest, type ReplaceRequest } from './request.ts';
import { splitVolume } from './split-volume.ts';

type Answer = Extract<Entry, { kind: 'answer' }>;

const NOTHING: Volumes = { cumulativeE8: 0n as LotsE8, leavesE8: 0n as LotsE8 };

/** Answers a request about an earlier one, or one that is not understood. The book must not know it. */
export function decideAnswer(situation: Situation, request: AnsweredRequest): Entry {
  switch (request.kind) {
    case 'cancel':
      return decideCancel(situation, request);
    case 'status':
      return decideStatus(situation, request);
    case 'replace':
      return decideReplace(situation, request);
    case 'protect':
      return refuse(situation, request, subjectOfFollowUp(request), 'not_supported');
    case 'malformed':
      return refuse(situation, request, subjectOfRequest(request), 'malformed');
    default:
      return request satisfies never;
  }
}

function refuse(
  situation: Situation,
  { requestId }: { readonly requestId: RequestId },
  subject: Subject,
  reason: Rejection,
  original: Answer['original'] = null,
): Answer {
  const writer = createReportWriter(situation);
  writer.rejected(subject, reason);
  const sendings = sendOnce(situation.profile.name, writer.reports);
  return { kind: 'answer', requestId, original, reports: writer.reports, sendings };
}

const subjectOfRequest = ({ requestId, symbol, side }: AnsweredRequest): Subject => ({
  requestId,
  symbol,
  side,
  providerOrderId: null,
});

const subjectOfFollowUp = (request: FollowUpRequest | ReplaceRequest): Subject => ({
  ...subjectOfRequest(request),
  originalRequestId: request.originalRequestId,
});

/** The answer is about the original order: its symbol and side, whatever the request says. */
const subjectOfOriginal = (request: FollowUpRequest | ReplaceRequest, { taken }: OrderState): Subject => ({
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
  const kept = order.taken.behaviour.reorder && !order.isSilent ? keptBack(order.reports).toReversed() : [];
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
 * Gives an order that rests another volume and limit. What is executed already counts, and there must be more; who wants no
 * more than that cancels. One that was never seen is left as it is: if it arrives after all it is taken as it says.
 */
function decideReplace(situation: Situation, request: ReplaceRequest): Answer {
  const { book, profile, at } = situation;
  const { requestId, originalRequestId, volumeE8, limitPriceE8 } = request;
  const order = book.order(originalRequestId);
  const subject = order === undefined ? subjectOfFollowUp(request) : subjectOfOriginal(request, order);
  if (at.ms > request.sendBeforeMs) return refuse(situation, request, subject, 'too_late');
  if (order === undefined) return refuse(situation, request, subject, 'unknown_request');
  if (order.dueMs === null) return refuse(situation, request, subject, 'already_over');
  if (order.taken.limit?.rests !== true || limitPriceE8 === null) return refuse(situation, request, subject, 'not_supported');
  const listing = profile.listings.get(order.taken.symbol);
  if (listing === undefined) return refuse(situation, request, subject, 'unknown_symbol');
  const leavesE8 = (volumeE8 - order.filledE8) as LotsE8;
  if (leavesE8 <= 0n || !isVolumeAllowed(volumeE8, listing)) return refuse(situation, request, subject, 'volume_not_allowed');

  const { behaviour } = order.taken;
  const writer = createReportWriter(situation);
  writer.replaced(subject, { cumulativeE8: order.filledE8, leavesE8 });
  return {
    kind: 'answer',
    requestId,
    original: {
      requestId: originalRequestId,
      becomes: 'replaced',
      volume: formatE8(volumeE8),
      price: formatE8(limitPriceE8),
      parts: splitVolume(leavesE8, listing.volumeStepE8, behaviour.parts).map((partE8) => formatE8(partE8)),
      dueMs: Math.max(order.dueMs, at.ms + profile.manners.latencyMinMs),
    },
    reports: writer.reports,
    sendings: behaviour.mute ? [] : sendOnce(profile.name, writer.reports),
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
