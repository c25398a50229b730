import { divide, ok, oppositeSide, refuse, type DecisionId, type PriceE8, type Result } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import type { Account, Position } from './account.ts';
import { ChangeBuilder, type Change, type DecisionContext } from './change.ts';
import type { ProtectionReached, ProtectPosition, TriggerProtection } from './command.ts';
import { dealingPrices, priceOf } from './dealing-price.ts';
import { carryOutClose, closeTerms, type NoSuchPosition } from './decide-close.ts';
import type { NotTriggered } from './decide-trigger.ts';
import { word, type Denial } from './denial.ts';
import { draftOrder, NO_PROTECTION } from './draft-order.ts';
import type { Instrument } from './instrument.ts';
import { frozen, protectionAt, refusedDistance, refusedProtection } from './protection.ts';
import { recordDecision } from './record-decision.ts';
import { isWithinLimit } from './resting.ts';
import { isBetter, trailingLevelE8, trailingOf } from './trailing.ts';

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
  const checked = checkedLevels(change, position, command);
  if (checked.ok) {
    const levels = protectionAt({ ...NO_PROTECTION, ...command.protection }, position.side, openPriceE8(change, position));
    const protectedNow = change.putPosition({
      ...position,
      ...(command.protection.stopLoss === undefined ? {} : { stopLossE8: levels.stopLossE8 }),
      ...(command.protection.takeProfit === undefined ? {} : { takeProfitE8: levels.takeProfitE8 }),
      ...followed(position, command.trailingDistanceE8, checked.value),
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
    trailingDistanceE8: command.trailingDistanceE8,
  };
  const denial = checked.ok ? null : checked.refusal;
  return ok(change.finish(recordDecision(change, subject, 'protect', { denial, terms: null })));
}

/** A stop at another distance follows from the price of now; at the same it goes on, for it never moves back. */
function followed(
  { trailingDistanceE8: keptE8 }: Position,
  distanceE8: PriceE8 | null | undefined,
  closingPriceE8: PriceE8 | null,
): Partial<Pick<Position, 'trailingDistanceE8' | 'trailingBestE8'>> {
  if (distanceE8 === undefined || distanceE8 === keptE8) return {};
  return { trailingDistanceE8: distanceE8, trailingBestE8: distanceE8 === null ? null : closingPriceE8 };
}

/** The average price at which the position was opened, on the tick: distances count from it. */
function openPriceE8(change: ChangeBuilder, { symbol, openNotionalE16, openVolumeE8 }: Position): PriceE8 {
  const tickE8 = instrumentOf(change, symbol).tickE8;
  return openVolumeE8 === 0n
    ? (0n as PriceE8)
    : ((divide(openNotionalE16, openVolumeE8 * tickE8, 'half_away') * tickE8) as PriceE8);
}

/** What speaks against these levels, or the price at which the position would be closed now: null where none is set, and there is none. */
function checkedLevels(
  change: ChangeBuilder,
  position: Position,
  { protection, trailingDistanceE8 }: ProtectPosition,
): Result<PriceE8 | null, Denial> {
  const { status } = change.before;
  if (status === 'suspended') return refuse({ code: 'ACCOUNT_NOT_ACTIVE', numbers: { status: word(status) } });
  if (position.openVolumeE8 === 0n)
    return refuse({ code: 'POSITION_NOT_OPEN', numbers: { positionId: word(position.positionId) } });
  const wanted = { ...NO_PROTECTION, ...protection };
  const setsNone = wanted.stopLoss === null && wanted.takeProfit === null && (trailingDistanceE8 ?? null) === null;
  const instrument = instrumentOf(change, position.symbol);
  const prices = dealingPrices(instrument, change.context);
  // Taking a level away needs no market.
  if (!prices.ok) return setsNone ? ok(null) : prices;
  const closingPriceE8 = priceOf(oppositeSide(position.side), prices.value);
  const changed = [
    protection.stopLoss === undefined ? null : position.stopLossE8,
    protection.takeProfit === undefined ? null : position.takeProfitE8,
    trailingDistanceE8 === undefined ? null : trailingStopE8(position),
  ];
  for (const levelE8 of changed) {
    const denial = levelE8 === null ? undefined : frozen(levelE8, closingPriceE8, instrument);
    if (denial !== undefined) return refuse(denial);
  }
  const openE8 = openPriceE8(change, position);
  const denial =
    refusedProtection(wanted, position.side, { openE8, marketE8: closingPriceE8 }, instrument) ??
    refusedDistance(trailingDistanceE8 ?? null, position.side, closingPriceE8, instrument);
  return denial === undefined ? ok(closingPriceE8) : refuse(denial);
}

const trailingStopE8 = (position: Position): PriceE8 | null => {
  const trailing = trailingOf(position);
  return trailing === undefined ? null : trailingLevelE8(position.side, trailing);
};

function instrumentOf({ context }: ChangeBuilder, symbol: Position['symbol']): Instrument {
  const instrument = context.market.instrument(symbol);
  assert(instrument, `no instrument ${symbol} of a position`);
  return instrument;
}

/**
 * The price has reached what a position is protected by: it is closed, all of it, by an order of the house. A stop, trailing or
 * not, at the first price that there is, whatever it is by now; a take profit only where the price is still there. While it cannot
 * be dealt on the protection stays, and so it does while another order is closing the position.
 */
export function decideProtectionTrigger(
  account: Account,
  command: TriggerProtection,
  given: DecisionContext,
): Result<Change, NotTriggered> {
  const { positionId, level, armedVersion } = command;
  const position = account.positions.find((candidate) => candidate.positionId === positionId);
  const levelE8 = position && levelReached(position, command);
  if (position?.version !== armedVersion || position.closingOrderId !== null || levelE8 === undefined || levelE8 === null) {
    return refuse({ refusedAs: 'nothing_to_do' });
  }
  const change = new ChangeBuilder(account, given, level);
  const { symbol, openVolumeE8: volumeE8, flow, provider } = position;
  const order = draftOrder(change, {
    ...(level === 'take_profit' ? { type: 'limit', limitPriceE8: levelE8 } : { type: 'stop', stopPriceE8: levelE8 }),
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

/** Null where it has none such. A trailing stop has stood where it is kept, at least. */
function levelReached(position: Position, reached: ProtectionReached): PriceE8 | null {
  switch (reached.level) {
    case 'stop_loss':
      return position.stopLossE8;
    case 'take_profit':
      return position.takeProfitE8;
    case 'trailing_stop': {
      const keptE8 = trailingStopE8(position);
      return keptE8 === null || isBetter(position.side, keptE8, reached.levelE8) ? keptE8 : reached.levelE8;
    }
    default:
      return reached satisfies never;
  }
}
