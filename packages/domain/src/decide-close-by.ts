import { divide, ok, oppositeSide, refuse, smaller, type LotsE8, type PriceE8, type Result } from '@margrave/vocabulary';
import type { Account, Position } from './account.ts';
import { ChangeBuilder, type Change, type DecisionContext, type DraftOrder } from './change.ts';
import type { CloseBy } from './command.ts';
import { closeTerms, mayClose, type NoSuchPosition } from './decide-close.ts';
import { word, type Denial } from './denial.ts';
import { draftOrder } from './draft-order.ts';
import { fillAtOnce, type FillTerms } from './fill.ts';
import { recordDecision } from './record-decision.ts';

/**
 * Decides that two opposite positions of a symbol close each other: of the larger one what is more than the smaller one has stays
 * open. Both close at the price at which the second was opened, so that no spread is paid and all that the pair has gained or
 * lost is the first one's. Nothing is dealt: a provider that holds both has them offset already.
 */
export function decideCloseBy(
  account: Account,
  command: CloseBy,
  given: DecisionContext,
  wasClosed: Position | undefined,
): Result<Change, NoSuchPosition> {
  const held = (id: Position['positionId']): Position | undefined =>
    account.positions.find(({ positionId }) => positionId === id);
  const [first, second] = [held(command.positionId) ?? wasClosed, held(command.byPositionId)];
  if (first === undefined) return refuse({ refusedAs: 'no_such_position' });
  const change = new ChangeBuilder(account, given, 'client');
  const volumeE8 = second === undefined ? first.openVolumeE8 : smaller(first.openVolumeE8, second.openVolumeE8);
  const order = closingOrder(change, first, volumeE8, command.clientOrderId);
  const terms = mayClose(account) ?? pairTerms(account, first, second, order, change);
  if (!terms.ok) {
    const kept = change.putOrder({ ...order, reason: terms.refusal.code });
    change.addEvent({ type: 'order.denied', order: kept });
    return ok(change.finish(recordDecision(change, order, 'close', { denial: terms.refusal, terms: null })));
  }
  const { pair, priceE8 } = terms.value;
  fillAtOnce(change, order, { ...pair[0].terms, priceE8 });
  fillAtOnce(change, pair[1].order, { ...pair[1].terms, priceE8 });
  return ok(change.finish(recordDecision(change, order, 'close', { denial: null, terms: { ...pair[0].terms, priceE8 } })));
}

const closingOrder = (
  change: ChangeBuilder,
  { positionId, symbol, side, flow, provider }: Position,
  volumeE8: LotsE8,
  clientOrderId: DraftOrder['clientOrderId'],
): DraftOrder =>
  draftOrder(change, { clientOrderId, symbol, side: oppositeSide(side), volumeE8, flow, provider, closesPositionId: positionId });

interface PairTerms {
  readonly pair: readonly [{ readonly terms: FillTerms }, { readonly terms: FillTerms; readonly order: DraftOrder }];
  readonly priceE8: PriceE8;
}

function pairTerms(
  account: Account,
  first: Position,
  second: Position | undefined,
  order: DraftOrder,
  change: ChangeBuilder,
): Result<PairTerms, Denial> {
  const ofFirst = closeTerms(account, first, order, change);
  if (!ofFirst.ok) return ofFirst;
  const fits =
    second !== undefined &&
    second.symbol === first.symbol &&
    second.side !== first.side &&
    second.flow === first.flow &&
    second.provider === first.provider;
  if (!fits) return refuse({ code: 'POSITIONS_NOT_OPPOSITE', numbers: { positionId: word(first.positionId) } });
  // One decision makes both.
  const other = { ...closingOrder(change, second, order.volumeE8, null), decisionId: order.decisionId };
  const ofSecond = closeTerms(account, second, other, change);
  if (!ofSecond.ok) return ofSecond;
  const priceE8 = divide(second.openNotionalE16, second.openVolumeE8, 'half_away') as PriceE8;
  return ok({ pair: [{ terms: ofFirst.value }, { terms: ofSecond.value, order: other }], priceE8 });
}
