import type { DecisionId, OrderId } from '@margrave/vocabulary';
import type { Change, ChangeBuilder, DraftOrder } from './change.ts';
import { ENGINE_VERSION, type AskedTerms, type CheckRecord, type DecisionRecord, type LimitRecord } from './decision-record.ts';
import type { Denial } from './denial.ts';
import type { TradeTerms } from './opening.ts';

/** As far as the decision came. */
export interface Grounds {
  readonly denial: Denial | null;
  readonly terms: Partial<TradeTerms> | null;
  readonly limits?: LimitRecord;
  readonly check?: CheckRecord | null;
}

/**
 * Closes a change with a decision of its own about an order that another decision made: that one stays the order's.
 */
export const finishRecorded = (
  change: ChangeBuilder,
  order: DraftOrder,
  command: DecisionRecord['command'],
  grounds: Grounds,
): Change => change.finish(recordDecision(change, { ...order, decisionId: change.nextId<DecisionId>() }, command, grounds));

/** What a decision is about: an order, or a position. */
type Subject = Pick<DraftOrder, 'decisionId' | 'symbol' | 'side' | 'volumeE8'> &
  AskedTerms & { readonly orderId: OrderId | null };

/** What is kept of why an order was accepted or denied. */
export function recordDecision(
  change: ChangeBuilder,
  order: Subject,
  command: DecisionRecord['command'],
  of: Grounds,
): DecisionRecord {
  return {
    decisionId: order.decisionId,
    orderId: order.orderId,
    command,
    denial: of.denial,
    engineVersion: ENGINE_VERSION,
    configurationVersion: change.context.market.configurationVersion,
    accountVersion: change.before.version,
    symbol: order.symbol,
    side: order.side,
    volumeE8: order.volumeE8,
    asked: askedOf(order),
    priceE8: of.terms?.priceE8 ?? null,
    unitBasis: of.terms?.unitBasis ?? null,
    leverage: change.before.leverage,
    conversionPath: of.terms?.path ?? [],
    limits: of.limits ?? null,
    check: of.check ?? null,
    quotes: change.quotesUsed,
    decidedAtMs: change.nowMs,
  };
}

function askedOf(order: Subject): AskedTerms | null {
  const { type, timeInForce, limitPriceE8, stopPriceE8, expiresAtMs, triggeredAtMs, protection, trailingDistanceE8 } = order;
  const isProtected = protection !== undefined && (protection.stopLoss !== null || protection.takeProfit !== null);
  if ((type ?? 'market') === 'market' && !isProtected && trailingDistanceE8 === undefined) return null;
  return { type, timeInForce, limitPriceE8, stopPriceE8, expiresAtMs, triggeredAtMs, protection, trailingDistanceE8 };
}
