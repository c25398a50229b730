import {
  addFractions,
  fraction,
  larger,
  scaleFraction,
  type LotsE8,
  type MoneyE8,
  type Side,
  type SymbolName,
} from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import type { Account, Order, Position } from '../account.ts';
import type { Group } from '../group.ts';
import type { Instrument } from '../instrument.ts';
import { isOver } from '../order-life.ts';
import { EMPTY_LEG, netLegs, partOfLeg, symbolMargin, type Leg, type MarginTerms } from './leg.ts';

export interface AccountMargin {
  readonly executedE8: MoneyE8;
  readonly totalE8: MoneyE8;
}

/** What the margin of an account depends on besides the account itself; prices are frozen in it. */
export interface MarginRules {
  readonly group: Group;
  readonly instrument: (symbol: SymbolName) => Instrument | undefined;
}

/** An order in flight, as far as margin looks at it. */
export type InFlight = Pick<
  Order,
  'symbol' | 'side' | 'volumeE8' | 'filledVolumeE8' | 'status' | 'reservation' | 'closesPositionId'
>;

export type MarginState = Pick<Account, 'leverage' | 'mode' | 'positions'> & { readonly orders: readonly InFlight[] };

/**
 * `executed`: Σ over symbols of the positions' margin. `total`: Σ over symbols of the worst that can come of the orders in
 * flight (FORMULAS.md, "In flight"): nothing, all of one kind, or several kinds filling. So what is in flight can raise the
 * total and never lower it.
 */
export function accountMargin(state: MarginState, rules: MarginRules): AccountMargin {
  let executedE8 = 0n;
  let totalE8 = 0n;
  for (const [symbol, book] of bySymbol(state)) {
    const margin = marginOfSymbol(state, rules, symbol, book);
    executedE8 += margin.executedE8;
    totalE8 += margin.totalE8;
  }
  return { executedE8: executedE8 as MoneyE8, totalE8: totalE8 as MoneyE8 };
}

interface SymbolBook {
  readonly positions: Position[];
  readonly orders: InFlight[];
}

function bySymbol(state: MarginState): Map<SymbolName, SymbolBook> {
  const books = new Map<SymbolName, SymbolBook>();
  const book = (symbol: SymbolName): SymbolBook => {
    let found = books.get(symbol);
    if (found === undefined) books.set(symbol, (found = { positions: [], orders: [] }));
    return found;
  };
  for (const position of state.positions) book(position.symbol).positions.push(position);
  for (const order of state.orders) if (!isOver(order.status)) book(order.symbol).orders.push(order);
  return books;
}

function marginOfSymbol(state: MarginState, rules: MarginRules, symbol: SymbolName, book: SymbolBook): AccountMargin {
  const instrument = rules.instrument(symbol);
  assert(instrument, `accountMargin: no instrument ${symbol}`);
  const terms = marginTerms(instrument, state.leverage, rules.group);
  const of = (legs: Record<Side, Leg>): MoneyE8 => {
    const { long, short } = state.mode === 'netting' ? netLegs(legs.buy, legs.sell) : { long: legs.buy, short: legs.sell };
    return symbolMargin(long, short, terms, rules.group.policies.hedgingMargin);
  };
  const held = { buy: legOf(book.positions, 'buy'), sell: legOf(book.positions, 'sell') };
  const executedE8 = of(held);
  let totalE8 = executedE8;
  for (const legs of outcomes(held, book)) totalE8 = larger(totalE8, of(legs));
  return { executedE8, totalE8 };
}

function marginTerms(instrument: Instrument, leverage: bigint, group: Group): MarginTerms {
  return {
    contractSize: instrument.contractSize,
    leverage: instrument.leverageCap !== null && instrument.leverageCap < leverage ? instrument.leverageCap : leverage,
    leverageCap: instrument.leverageCap,
    leverageTiers: group.policies.leverageTiers,
  };
}

function legOf(positions: readonly Position[], side: Side): Leg {
  let lotsE8 = 0n;
  let basis = EMPTY_LEG.basis;
  for (const position of positions) {
    if (position.side !== side) continue;
    lotsE8 += position.openVolumeE8;
    basis = addFractions(basis, position.marginBasis);
  }
  return { lotsE8: lotsE8 as LotsE8, basis };
}

/** A kind of order in flight fills as a whole or not at all: margin is convex in each, so the worst is at a corner. */
type Kind = (legs: Record<Side, Leg>) => Record<Side, Leg>;

function* outcomes(held: Record<Side, Leg>, book: SymbolBook): Generator<Record<Side, Leg>> {
  const kinds: Kind[] = [];
  for (const side of ['buy', 'sell'] as const) {
    const opening = book.orders.filter((order) => order.side === side && order.reservation !== null);
    if (opening.length > 0) kinds.push((legs) => ({ ...legs, [side]: opening.reduce(withOrder, legs[side]) }));
    const closing = book.orders.filter((order) => order.side !== side && order.closesPositionId !== null);
    if (closing.length > 0) kinds.push((legs) => ({ ...legs, [side]: withoutClosed(legs[side], closing, book.positions) }));
  }
  for (let chosen = 1; chosen < 1 << kinds.length; chosen += 1) {
    yield kinds.reduce((legs, kind, index) => ((chosen & (1 << index)) === 0 ? legs : kind(legs)), held);
  }
}

const remaining = (order: InFlight): LotsE8 => larger(0n as LotsE8, (order.volumeE8 - order.filledVolumeE8) as LotsE8);

function withOrder(leg: Leg, order: InFlight): Leg {
  assert(order.reservation, 'withOrder: the order reserves nothing');
  const lotsE8 = remaining(order);
  return {
    lotsE8: (leg.lotsE8 + lotsE8) as LotsE8,
    basis: addFractions(leg.basis, scaleFraction(order.reservation.unitBasis, lotsE8)),
  };
}

function withoutClosed(leg: Leg, closing: readonly InFlight[], positions: readonly Position[]): Leg {
  let { lotsE8, basis } = leg;
  for (const order of closing) {
    const position = positions.find((candidate) => candidate.positionId === order.closesPositionId);
    if (position === undefined) continue;
    const closed = remaining(order) < position.openVolumeE8 ? remaining(order) : position.openVolumeE8;
    const part = partOfLeg({ lotsE8: position.openVolumeE8, basis: position.marginBasis }, closed);
    lotsE8 = (lotsE8 - closed) as LotsE8;
    basis = addFractions(basis, fraction(-part.basis.numerator, part.basis.denominator));
  }
  return { lotsE8, basis };
}
