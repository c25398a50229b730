import { divide, ok, oppositeSide, refuse, type DecisionId, type PriceE8, type Result } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import type { Account, Position } from './account.ts';
import { ChangeBuilder, type Change, type DecisionContext } from './change.ts';
import type { ProtectPosition, TriggerProtection } from './command.ts';
import { dealingPrices, priceOf } from './dealing-price.ts';
import { carryOutClose, closeTerms, type NoSuchPosition } from './decide-close.ts';
import type { NotTriggered } from './decide-trigger.ts';
import { word, type Denial } from './denial.ts';
import { draftOrder, NO_PROTECTION } from './draft-order.ts';
import type { Instrument } from './instrument.ts';
import { frozen, protectionAt, refusedProtection } from './protection.ts';
import { recordDecision } from './record-decision.ts';
import { isWithinLimit } from './resting.ts';

/**
 * Decides what a position is protected by: levels as prices, or as distances from the price at which it was opened. They lie where
 * the market does not reach them at once. If they may not be set, all stays as it is.
 */
export function decideProtect(
  account: Account,
  command: ProtectPosition,
  given: DecisionContext,
  wasClosed: Position | undefined,
): Result<Change, NoSuchPosition> {
  const position = account.positions.find((candidate) => candidate.positionId === command.positionId) ?? wasClosed;
  if (position === undefined) return refuse({ refusedAs: 'no_such_position' });
  const change = new ChangeBuilder(account, given, 'client');
  const denial = refusedLevels(change, position, command);
  if (denial === undefined) {
    const levels = protectionAt({ ...NO_PROTECTION, ...command.protection }, position.side, openPriceE8(change, position));
    const protectedNow = change.putPosition({
      ...position,
      ...(command.protection.stopLoss === undefined ? {} : { stopLossE8: levels.stopLossE8 }),
      ...(command.protection.takeProfit === undefined ? {} : { takeProfitE8: levels.takeProfitE8 }),
    });
    change.addEvent({ type: 'position.changed', position: protectedNow, orderId: null });
  }
  const { symbol, side, openVolumeE8: volumeE8 } = position;
  const subject = {
    decisionId: change.nextId<DecisionId>(),
    orderId: null,
    symbol,
    side,
    volumeE8,
    protection: { ...NO_PROTECTION, ...command.protection },
  };
  return ok(change.finish(recordDecision(change, subject, 'protect', { denial: denial ?? null, terms: null })));
}

/** The average price at which the position was opened, on the tick: distances count from it. */
function openPriceE8(change: ChangeBuilder, { symbol, openNotionalE16, openVolumeE8 }: Position): PriceE8 {
  const tickE8 = instrumentOf(change, symbol).tickE8;
  return openVolumeE8 === 0n
    ? (0n as PriceE8)
    : ((divide(openNotionalE16, openVolumeE8 * tickE8, 'half_away') * tickE8) as PriceE8);
}

function refusedLevels(change: ChangeBuilder, position: Position, { protection }: ProtectPosition): Denial | undefined {
  const { status } = change.before;
  if (status === 'suspended') return { code: 'ACCOUNT_NOT_ACTIVE', numbers: { status: word(status) } };
  if (position.openVolumeE8 === 0n) return { code: 'POSITION_NOT_OPEN', numbers: { positionId: word(position.positionId) } };
  const wanted = { ...NO_PROTECTION, ...protection };
  const setsNone = wanted.stopLoss === null && wanted.takeProfit === null;
  const instrument = instrumentOf(change, position.symbol);
  const prices = dealingPrices(instrument, change.context);
  // Taking a level away needs no market.
  if (!prices.ok) return setsNone ? undefined : prices.refusal;
  const closingPriceE8 = priceOf(oppositeSide(position.side), prices.value);
  const changed = [
    protection.stopLoss === undefined ? null : position.stopLossE8,
    protection.takeProfit === undefined ? null : position.takeProfitE8,
  ];
  for (const levelE8 of changed) {
    const denial = levelE8 === null ? undefined : frozen(levelE8, closingPriceE8, instrument);
    if (denial !== undefined) return denial;
  }
  if (setsNone) return undefined;
  return refusedProtection(
    wanted,
    position.side,
    { openE8: openPriceE8(change, position), marketE8: closingPriceE8 },
    instrument,
  );
}

function instrumentOf({ context }: ChangeBuilder, symbol: Position['symbol']): Instrument {
  const instrument = context.market.instrument(symbol);
  assert(instrument, `no instrument ${symbol} of a position`);
  return instrument;
}

/**
 * The price has reached what a position is protected by: it is closed, all of it, by an order of the house. A stop loss at the
 * first price that there is, whatever it is by now; a take profit only where the price is still there. While it cannot be dealt on
 * the protection stays, and so it does while another order is closing the position.
 */
export function decideProtectionTrigger(
  account: Account,
  { positionId, level, armedVersion }: TriggerProtection,
  given: DecisionContext,
): Result<Change, NotTriggered> {
  const position = account.positions.find((candidate) => candidate.positionId === positionId);
  const levelE8 = level === 'stop_loss' ? position?.stopLossE8 : position?.takeProfitE8;
  if (position?.version !== armedVersion || position.closingOrderId !== null || levelE8 === undefined || levelE8 === null) {
    return refuse({ refusedAs: 'nothing_to_do' });
  }
  const change = new ChangeBuilder(account, given, level);
  const { symbol, openVolumeE8: volumeE8, flow, provider } = position;
  const order = draftOrder(change, {
    ...(level === 'stop_loss' ? { type: 'stop', stopPriceE8: levelE8 } : { type: 'limit', limitPriceE8: levelE8 }),
    clientOrderId: null,
    symbol,
    side: oppositeSide(position.side),
    volumeE8,
    flow,
    provider,
    closesPositionId: positionId,
    triggeredAtMs: change.nowMs,
    origin: level,
  });
  const terms = closeTerms(account, position, order, change);
  if (!terms.ok) return refuse({ refusedAs: 'not_tradable' });
  if (level === 'take_profit' && !isWithinLimit(order, terms.value.priceE8)) return refuse({ refusedAs: 'not_reached' });
  carryOutClose(change, order, position, terms.value);
  return ok(change.finish(recordDecision(change, order, 'trigger', { denial: null, terms: terms.value })));
}
