import { parseE8, type RequestId, type Side } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import type { Behaviour, Distortion } from './behaviour.ts';

/** How an order stands, in the words of a status report. */
export type OrderStatus = 'working' | 'partially_filled' | 'filled' | 'rejected' | 'cancelled';

export type Rejection =
  | 'too_late'
  | 'unknown_symbol'
  | 'price_moved'
  | 'no_liquidity'
  | 'volume_not_allowed'
  | 'not_supported'
  | 'unknown_request'
  | 'already_over'
  | 'cancelled_before_arrival'
  | 'malformed';

/** What the provider says of a request, with its amounts and times as the wire has them. Once made it never changes. */
export interface Report {
  readonly executionId: string;
  readonly requestId: RequestId;
  readonly originalRequestId?: RequestId;
  readonly providerOrderId: string | null;
  readonly executionType: 'new' | 'partial_fill' | 'fill' | 'rejected' | 'cancelled' | 'replaced' | 'status';
  readonly symbol: string;
  readonly side: Side;
  readonly lastVolume?: string;
  readonly lastPrice?: string;
  readonly cumulativeVolume?: string;
  readonly leavesVolume?: string;
  readonly orderStatus?: OrderStatus | 'never_seen';
  readonly reason: string | null;
  readonly transactTime: string;
}

/** A report to be published under a message id; the same report may be published more than once. */
export interface Sending {
  readonly executionId: string;
  readonly messageId: string;
  /** It is said falsely. */
  readonly distortion?: Distortion;
}

/** An order as the provider took it, for ever; what was replaced stands in the answers. */
export interface TakenOrder {
  readonly requestId: RequestId;
  readonly kind: 'new' | 'close';
  readonly providerOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  /** Lots. */
  readonly volume: string;
  /** Lots of each part in which it is to be executed; none where it was refused at once. */
  readonly parts: readonly string[];
  /** What it may cost, and whether it waits for that price; absent at the market. */
  readonly limit?: { readonly price: string; readonly rests: boolean };
  readonly maxDeviation: string | null;
  /** What the deviation counts from; null until there is a price. */
  readonly referencePrice: string | null;
  readonly behaviour: Behaviour;
}

/**
 * What an answer does to the original request: cancelled; no longer silent; never seen, and not to be executed ever; or
 * another order from then on, of this volume and limit, the parts being what is still to be executed.
 */
export type Effect =
  | { readonly requestId: RequestId; readonly becomes: 'cancelled' | 'outspoken' | 'forbidden' }
  | {
      readonly requestId: RequestId;
      readonly becomes: 'replaced';
      readonly volume: string;
      readonly price: string;
      readonly parts: readonly string[];
      readonly dueMs: number;
    };

/** What a step makes of an order. */
export interface OrderStep {
  readonly status: OrderStatus;
  /**
   * When the next part is executed, by the provider's clock; of an order that rests, before when it is not. Null when there
   * is none, whatever was said.
   */
  readonly dueMs: number | null;
}

interface Decided {
  readonly reports: readonly Report[];
  readonly sendings: readonly Sending[];
}

/**
 * One decision, and one line of the journal: plain JSON, written and synced before anybody is told. The book is what
 * these make, one after another, and nothing else.
 */
export type Entry =
  /** An order arrived. */
  | (Decided & OrderStep & { readonly kind: 'order'; readonly order: TakenOrder })
  /** Something of an order was executed, or its rest was given up. */
  | (Decided & OrderStep & { readonly kind: 'execution'; readonly requestId: RequestId })
  /** Any other request was answered. */
  | (Decided & {
      readonly kind: 'answer';
      readonly requestId: RequestId;
      readonly original: Effect | null;
    })
  /** A request got lost on the way, on purpose: it was never seen, and must not be executed ever. */
  | { readonly kind: 'loss'; readonly requestId: RequestId }
  /** The stream has these sendings, by their numbers in the order of the journal. */
  | { readonly kind: 'sent'; readonly numbers: readonly number[] };

/** An amount of an entry. We wrote it ourselves: anything else is a bug, or a journal that somebody changed. */
export function readAmount<Amount extends bigint>(text: string): Amount {
  const amountE8 = parseE8(text);
  assert(amountE8 !== undefined, `an entry has ${JSON.stringify(text)} where an amount should be`);
  return amountE8 as Amount;
}
