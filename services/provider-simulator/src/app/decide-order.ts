import { formatE8, type LotsE8 } from '@margrave/vocabulary';
import { chooseBehaviour, type Behaviour } from './behaviour.ts';
import { createReportWriter, sendingsOfStep, type Situation, type Subject, type Volumes } from './decision.ts';
import type { Entry, Rejection, TakenOrder } from './entry.ts';
import { nextExecutionNumber } from './execution-number.ts';
import { isVolumeAllowed, priceFor, type Listing, type OrderRequest, type Price } from './request.ts';
import { splitVolume } from './split-volume.ts';

/**
 * Takes an order that arrives: refused at once, or to be executed when its latency is over. It must be one that the book
 * does not know.
 *
 * @param price the provider's price of the moment, if there is one.
 */
export function decideOrder(situation: Situation, request: OrderRequest, price: Price | undefined): Entry {
  const { book, profile, at } = situation;
  const { requestId, kind, symbol, side, volumeE8, limit } = request;
  const nth = book.orderCount() + 1;
  const rests = limit?.rests === true;
  const behaviour = chooseBehaviour(profile.manners, { requestId, kind, nth, symbol, volumeE8, rests });
  if (behaviour.lose) return { kind: 'loss', requestId };

  const listing = profile.listings.get(symbol);
  const providerOrderId = String(nextExecutionNumber(book.lastExecution(), at).counter);
  const subject: Subject = { requestId, symbol, side, providerOrderId };
  const nothingYet: Volumes = { cumulativeE8: 0n as LotsE8, leavesE8: volumeE8 };
  const rejection = refusal(situation, request, listing);
  const writer = createReportWriter(situation);
  if (rejection !== undefined) writer.rejected(subject, rejection, nothingYet);
  else if (behaviour.acknowledge) writer.acknowledged(subject, nothingYet);

  const isOver = rejection !== undefined;
  return {
    kind: 'order',
    order: {
      ...takenOrder(request, providerOrderId, behaviour, price),
      parts: listing === undefined || isOver ? [] : partsOf(request, listing, behaviour),
    },
    status: isOver ? 'rejected' : 'working',
    dueMs: isOver ? null : at.ms + behaviour.latencyMs,
    reports: writer.reports,
    sendings: sendingsOfStep(
      profile.name,
      { behaviour, isSilent: behaviour.silent || behaviour.mute, isOver },
      [],
      writer.reports,
    ),
  };
}

function refusal({ book, at }: Situation, request: OrderRequest, listing: Listing | undefined): Rejection | undefined {
  if (book.isForbidden(request.requestId)) return 'cancelled_before_arrival';
  if (at.ms > request.sendBeforeMs) return 'too_late';
  if (!request.isSupported) return 'not_supported';
  if (listing === undefined) return 'unknown_symbol';
  return isVolumeAllowed(request.volumeE8, listing) ? undefined : 'volume_not_allowed';
}

function takenOrder(
  request: OrderRequest,
  providerOrderId: string,
  behaviour: Behaviour,
  price: Price | undefined,
): Omit<TakenOrder, 'parts'> {
  const { requestId, kind, symbol, side, volumeE8, limit, maxDeviationE8 } = request;
  const referencePriceE8 = request.referencePriceE8 ?? (price === undefined ? null : priceFor(side, price));
  return {
    requestId,
    kind,
    providerOrderId,
    symbol,
    side,
    volume: formatE8(volumeE8),
    ...(limit !== null && { limit: { price: formatE8(limit.priceE8), rests: limit.rests } }),
    maxDeviation: maxDeviationE8 === null ? null : formatE8(maxDeviationE8),
    referencePrice: referencePriceE8 === null ? null : formatE8(referencePriceE8),
    behaviour,
  };
}

const partsOf = ({ volumeE8, isWhole }: OrderRequest, { volumeStepE8 }: Listing, { parts }: Behaviour): readonly string[] =>
  splitVolume(volumeE8, volumeStepE8, isWhole ? 1 : parts).map((partE8) => formatE8(partE8));
