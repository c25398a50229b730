import { formatE8, type LotsE8, type PriceE8, type RequestId, type Side } from '@margrave/vocabulary';
import type { Book, OrderState } from './book.ts';
import type { Behaviour, Manners } from './behaviour.ts';
import type { OrderStatus, Report, Sending } from './entry.ts';
import { executionIdOf, nextExecutionNumber, type ExecutionNumber, type Moment } from './execution-number.ts';
import type { Listings } from './request.ts';

/** Which provider this is, and how it behaves. */
export interface ProviderProfile {
  readonly name: string;
  readonly listings: Listings;
  readonly manners: Manners;
}

/** What decisions are made on, besides the request. */
export interface Situation {
  readonly book: Book;
  readonly profile: ProviderProfile;
  readonly at: Moment;
}

/** Whose reports are being written. */
export interface Subject {
  readonly requestId: RequestId;
  readonly originalRequestId?: RequestId;
  readonly symbol: string;
  readonly side: Side;
  readonly providerOrderId: string | null;
}

export interface Volumes {
  readonly cumulativeE8: LotsE8;
  readonly leavesE8: LotsE8;
}

/** Writes the reports of one decision, each with an id that no report ever had. */
export interface ReportWriter {
  readonly reports: readonly Report[];
  readonly acknowledged: (subject: Subject, volumes: Volumes) => void;
  readonly filled: (subject: Subject, volumes: Volumes, volumeE8: LotsE8, priceE8: PriceE8) => void;
  readonly rejected: (subject: Subject, reason: string, volumes?: Volumes) => void;
  readonly cancelled: (subject: Subject, reason: string | null, volumes: Volumes) => void;
  readonly replaced: (subject: Subject, volumes: Volumes) => void;
  readonly stands: (subject: Subject, orderStatus: OrderStatus | 'never_seen', volumes: Volumes) => void;
}

const LOTS_DECIMALS_MIN = 2;
const lots = (volumeE8: LotsE8): string => (volumeE8 === 0n ? '0' : formatE8(volumeE8, LOTS_DECIMALS_MIN));

export function createReportWriter({ book, profile, at }: Situation): ReportWriter {
  const reports: Report[] = [];
  let last: ExecutionNumber | undefined = book.lastExecution();

  const write = (
    subject: Subject,
    volumes: Volumes | undefined,
    what: Pick<Report, 'executionType'> & Partial<Pick<Report, 'lastVolume' | 'lastPrice' | 'orderStatus' | 'reason'>>,
  ): void => {
    last = nextExecutionNumber(last, at);
    reports.push({
      executionId: executionIdOf(profile.name, last),
      ...subject,
      ...(volumes !== undefined && {
        cumulativeVolume: lots(volumes.cumulativeE8),
        leavesVolume: lots(volumes.leavesE8),
      }),
      reason: null,
      ...what,
      transactTime: at.text,
    });
  };

  return {
    reports,
    acknowledged: (subject, volumes) => write(subject, volumes, { executionType: 'new' }),
    filled: (subject, volumes, volumeE8, priceE8) =>
      write(subject, volumes, {
        executionType: volumes.leavesE8 === 0n ? 'fill' : 'partial_fill',
        lastVolume: lots(volumeE8),
        lastPrice: formatE8(priceE8),
      }),
    rejected: (subject, reason, volumes) => write(subject, volumes, { executionType: 'rejected', reason }),
    cancelled: (subject, reason, volumes) => write(subject, volumes, { executionType: 'cancelled', reason }),
    replaced: (subject, volumes) => write(subject, volumes, { executionType: 'replaced' }),
    stands: (subject, orderStatus, volumes) => write(subject, volumes, { executionType: 'status', orderStatus }),
  };
}

export const subjectOf = ({ taken }: OrderState): Subject => ({
  requestId: taken.requestId,
  symbol: taken.symbol,
  side: taken.side,
  providerOrderId: taken.providerOrderId,
});

export const volumesOf = ({ filledE8, volumeE8 }: OrderState): Volumes => ({
  cumulativeE8: filledE8,
  leavesE8: leavesOf(volumeE8, filledE8),
});

/** Of what was executed beyond the volume nothing is left. */
export const leavesOf = (volumeE8: LotsE8, filledE8: LotsE8): LotsE8 =>
  (filledE8 >= volumeE8 ? 0n : volumeE8 - filledE8) as LotsE8;

export const messageIdOf = (provider: string, executionId: string): string => `${provider}:${executionId}`;

/** Each report once, as a well-behaved provider sends it. */
export const sendOnce = (provider: string, reports: readonly Report[]): readonly Sending[] =>
  reports.map(({ executionId }) => ({ executionId, messageId: messageIdOf(provider, executionId) }));

const isFill = ({ executionType }: Report): boolean => executionType === 'fill' || executionType === 'partial_fill';

/** Each report once and, where the behaviour says so, again; and falsely. */
export const sendAsBehaved = (provider: string, reports: readonly Report[], behaviour: Behaviour): readonly Sending[] =>
  reports.flatMap((report) => {
    const [sending] = sendOnce(provider, [report]) as readonly [Sending];
    return [
      sending,
      ...behaviour.repeat.map((repetition, index) => ({
        ...sending,
        messageId: repetition === 'same_id' ? sending.messageId : `${sending.messageId}:repeat-${index + 1}`,
      })),
      ...(isFill(report) ? behaviour.distort : []).map((distortion) => ({
        ...sending,
        messageId: `${sending.messageId}:${distortion}`,
        distortion,
      })),
    ];
  });

/** Of what an order has to say: what was no answer, for that was told when it was given. */
export const keptBack = (reports: readonly Report[]): readonly Report[] =>
  reports.filter(({ originalRequestId }) => originalRequestId === undefined);

/**
 * What an order has said before and now says at last: nothing while it is silent; everything at its end, the last first,
 * where it tells things in the wrong order; else what is new.
 */
export function sendingsOfStep(
  provider: string,
  order: { readonly behaviour: Behaviour; readonly isSilent: boolean; readonly isOver: boolean },
  earlier: readonly Report[],
  reports: readonly Report[],
): readonly Sending[] {
  const { behaviour, isSilent, isOver } = order;
  if (isSilent) return [];
  if (!behaviour.reorder) return sendAsBehaved(provider, reports, behaviour);
  return isOver ? sendAsBehaved(provider, [...keptBack(earlier), ...reports].toReversed(), behaviour) : [];
}
