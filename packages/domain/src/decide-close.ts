import { fraction, ok, refuse, type LotsE8, type PriceE8, type RequestId, type Result, oppositeSide } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import type { Account, Position } from './account.ts';
import { ChangeBuilder, type Change, type DecisionContext, type DraftOrder } from './change.ts';
import { markupE8 } from './client-price.ts';
import type { ClosePosition } from './command.ts';
import { profitRates } from './conversion.ts';
import { dealingPrices, priceOf, rawPriceE8 } from './dealing-price.ts';
import { lots, word, type Denial } from './denial.ts';
import { draftOrder } from './draft-order.ts';
import { fillAtOnce, type FillTerms } from './fill.ts';
import type { Instrument } from './instrument.ts';
import { pointE8 } from './market.ts';
import { rawLimit, SEND_BEFORE_MS, type FirstEvent } from './opening.ts';
import { recordDecision } from './record-decision.ts';

/** There is no such position on the account, now or ever: the edge answers as for any address that is not there. */
export interface NoSuchPosition {
  readonly refusedAs: 'no_such_position';
}

/**
 * Decides the closing of a position or of a part of it, in the flow it was opened in. A close never fails on margin. `wasClosed`
 * is the position where it is known to have been closed before.
 */
export function decideClose(
  account: Account,
  command: ClosePosition,
  given: DecisionContext,
  wasClosed: Position | undefined,
): Result<Change, NoSuchPosition> {
  const position = account.positions.find((candidate) => candidate.positionId === command.positionId) ?? wasClosed;
  if (position === undefined) return refuse({ refusedAs: 'no_such_position' });
  const change = new ChangeBuilder(account, given, 'client');
  const order = closingOrder(position, command, change);
  const terms = mayClose(account) ?? closeTerms(account, position, order, change);
  if (!terms.ok) {
    const kept = change.putOrder({ ...order, reason: terms.refusal.code });
    change.addEvent({ type: 'order.denied', order: kept });
    return ok(change.finish(recordDecision(change, order, 'close', { denial: terms.refusal, terms: null })));
  }
  carryOutClose(change, order, position, terms.value);
  return ok(change.finish(recordDecision(change, order, 'close', { denial: null, terms: terms.value })));
}

const closingOrder = (position: Position, command: ClosePosition, change: ChangeBuilder): DraftOrder =>
  draftOrder(change, {
    clientOrderId: command.clientOrderId,
    symbol: position.symbol,
    side: oppositeSide(position.side),
    volumeE8: command.volumeE8 ?? position.openVolumeE8,
    flow: position.flow,
    provider: position.provider,
    closesPositionId: position.positionId,
  });

/** What its client may not have closed; what it has set to protect the position is carried out all the same. */
export function mayClose({ status }: Account): Result<never, Denial> | undefined {
  return status === 'suspended' ? refuse({ code: 'ACCOUNT_NOT_ACTIVE', numbers: { status: word(status) } }) : undefined;
}

/** What a position is closed on, or why it cannot be closed now. */
export function closeTerms(
  account: Account,
  position: Position,
  order: DraftOrder,
  change: ChangeBuilder,
): Result<FillTerms, Denial> {
  const { context } = change;
  const numbers = { positionId: word(position.positionId) };
  if (position.openVolumeE8 === 0n) return refuse({ code: 'POSITION_NOT_OPEN', numbers });
  if (position.closingOrderId !== null) {
    return refuse({ code: 'POSITION_ALREADY_CLOSING', numbers: { ...numbers, closingOrderId: word(position.closingOrderId) } });
  }
  const instrument = context.market.instrument(position.symbol);
  assert(instrument, `decideClose: no instrument ${position.symbol}`);
  if (instrument.tradeMode === 'disabled') {
    return refuse({
      code: 'TRADE_MODE_FORBIDS',
      numbers: { symbol: word(position.symbol), tradeMode: word(instrument.tradeMode) },
    });
  }
  const size = refusedPart(position, order.volumeE8, instrument);
  if (size !== undefined) return refuse(size);
  if (position.provider !== null && !context.market.isListedAt(position.provider, position.symbol)) {
    return refuse({ code: 'PROVIDER_UNAVAILABLE', numbers: { symbol: word(position.symbol) } });
  }
  const prices = dealingPrices(instrument, context);
  if (!prices.ok) return prices;
  const rates = profitRates(
    context.market,
    context.group.policies.conversion,
    instrument.quoteCurrency,
    account.currency,
    'trusted',
  );
  if (!rates.ok) return rates;
  const { numerator, denominator } = position.marginBasis;
  const positionBasis = fraction(numerator, denominator * position.openVolumeE8);
  return ok({
    instrument,
    priceE8: priceOf(oppositeSide(position.side), prices.value),
    unitBasis: positionBasis,
    profitRates: rates.value,
  });
}

/**
 * What speaks against closing so much. All that is open may be closed, whatever the instrument says of volumes: executions, or new
 * terms of the instrument, may have left what could not be ordered. A part leaves no such rest.
 */
function refusedPart(position: Position, volumeE8: LotsE8, instrument: Instrument): Denial | undefined {
  const { positionId, openVolumeE8 } = position;
  if (volumeE8 === openVolumeE8) return undefined;
  const { volumeMinE8, volumeMaxE8, volumeStepE8 } = instrument;
  const numbers = { volume: lots(volumeE8), volumeMin: lots(volumeMinE8) };
  const sizes = { ...numbers, volumeMax: lots(volumeMaxE8), volumeStep: lots(volumeStepE8) };
  if (volumeE8 < volumeMinE8) return { code: 'VOLUME_TOO_SMALL', numbers: sizes };
  if (volumeE8 % volumeStepE8 !== 0n) return { code: 'VOLUME_OFF_STEP', numbers: sizes };
  if (openVolumeE8 - volumeE8 >= volumeMinE8) return undefined;
  return {
    code: 'VOLUME_NOT_CLOSABLE',
    numbers: { ...numbers, positionId: word(positionId), openVolume: lots(openVolumeE8) },
  };
}

/** Closes at once in house, or through the provider that holds the position. `first` is told before it. */
export function carryOutClose(
  change: ChangeBuilder,
  order: DraftOrder,
  position: Position,
  terms: FillTerms,
  first: FirstEvent = 'order.accepted',
): void {
  if (position.flow === 'local') fillAtOnce(change, order, terms, first);
  else closeAtProvider(change, order, position, terms.instrument, first);
}

function closeAtProvider(
  change: ChangeBuilder,
  order: DraftOrder,
  position: Position,
  instrument: Instrument,
  first: FirstEvent,
): void {
  const requestId = change.nextId<RequestId>();
  const queued = change.putOrder({
    ...order,
    status: 'queued',
    markupE8: markupE8(change.context.group, instrument),
    maxDeviationE8: deviationOf(order, instrument),
    requestId,
  });
  change.addEvent({ type: first, order: queued });
  change.addEvent({ type: 'order.queued', order: queued });
  const closing = change.putPosition({ ...position, closingOrderId: order.orderId });
  change.addEvent({ type: 'position.changed', position: closing, orderId: order.orderId });
  change.instruct({
    kind: 'close',
    requestId,
    order: queued,
    originalRequestId: position.openingRequestId,
    ...rawLimit(queued),
    referencePriceE8: rawPriceE8(change.context.market, order),
    sendBeforeMs: change.nowMs + SEND_BEFORE_MS,
  });
}

/** A stop is executed at the first price that there is, and a limit is its own bound. */
const deviationOf = ({ type, maxDeviationE8 }: DraftOrder, instrument: Instrument): PriceE8 | null =>
  type === 'market' ? (maxDeviationE8 ?? ((instrument.defaultDeviationPoints * pointE8(instrument)) as PriceE8)) : null;
