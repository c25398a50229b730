import type { ChangeBuilder, DraftOrder } from './change.ts';
import { ENGINE_VERSION, type CheckRecord, type DecisionRecord } from './decision-record.ts';
import type { Denial } from './denial.ts';
import type { TradeTerms } from './fill.ts';

/** What is kept of why an order was accepted or denied. */
export function recordDecision(
  change: ChangeBuilder,
  order: DraftOrder,
  command: DecisionRecord['command'],
  of: { readonly denial: Denial | null; readonly terms: Partial<TradeTerms> | null; readonly check: CheckRecord | null },
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
    priceE8: of.terms?.priceE8 ?? null,
    unitBasis: of.terms?.unitBasis ?? null,
    leverage: change.before.leverage,
    conversionPath: of.terms?.path ?? [],
    check: of.check,
    quotes: change.quotesUsed,
    decidedAtMs: change.nowMs,
  };
}
