import {
  addFractions,
  larger,
  scaleFraction,
  smaller,
  type Fraction,
  type LotsE8,
  type MoneyE8,
  type PositionId,
  type Side,
  type SymbolName,
} from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import type { Account, Order, Position } from '../account.ts';
import type { Group, HedgingMargin } from '../group.ts';
import type { Instrument } from '../instrument.ts';
import { isOver } from '../order-life.ts';
import { addLegs, EMPTY_LEG, netLegs, partOfLeg, symbolMargin, type Leg, type MarginTerms } from './leg.ts';

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
 * flight (FORMULAS.md, "In flight"): none, some or all of them filling. So what is in flight can raise the total and never
 * lower it.
 */
export const accountMargin = (state: MarginState, rules: MarginRules): AccountMargin => sumMargins(marginBySymbol(state, rules));

export type MarginBySymbol = ReadonlyMap<SymbolName, AccountMargin>;

/** The same symbol by symbol: a decision touches one of them, and the others stay as they were. */
export function marginBySymbol(state: MarginState, rules: MarginRules): MarginBySymbol {
  const books = new Map<SymbolName, SymbolBook>();
  const book = (symbol: SymbolName): SymbolBook => {
    let found = books.get(symbol);
    if (found === undefined) books.set(symbol, (found = { positions: [], orders: [] }));
    return found;
  };
  for (const position of state.positions) book(position.symbol).positions.push(position);
  for (const order of state.orders) if (!isOver(order.status)) book(order.symbol).orders.push(order);
  const margins = new Map<SymbolName, AccountMargin>();
  for (const [symbol, { positions, orders }] of books)
    margins.set(symbol, marginOfBook(state, rules, symbol, { positions, orders }));
  return margins;
}

/** The margin of one symbol of the account. */
export const marginOfSymbol = (state: MarginState, rules: MarginRules, symbol: SymbolName): AccountMargin =>
  marginOfBook(state, rules, symbol, {
    positions: state.positions.filter((position) => position.symbol === symbol),
    orders: state.orders.filter((order) => order.symbol === symbol && !isOver(order.status)),
  });

export function sumMargins(margins: MarginBySymbol): AccountMargin {
  let executedE8 = 0n;
  let totalE8 = 0n;
  for (const margin of margins.values()) {
    executedE8 += margin.executedE8;
    totalE8 += margin.totalE8;
  }
  return { executedE8: executedE8 as MoneyE8, totalE8: totalE8 as MoneyE8 };
}

const NO_MARGIN: AccountMargin = { executedE8: 0n as MoneyE8, totalE8: 0n as MoneyE8 };

interface SymbolBook {
  readonly positions: Position[];
  readonly orders: InFlight[];
}

function marginOfBook(state: MarginState, rules: MarginRules, symbol: SymbolName, book: SymbolBook): AccountMargin {
  if (book.positions.length === 0 && book.orders.length === 0) return NO_MARGIN;
  const instrument = rules.instrument(symbol);
  assert(instrument, `accountMargin: no instrument ${symbol}`);
  const terms = marginTerms(instrument, state.leverage, rules.group);
  const { hedgingMargin } = rules.group.policies;
  const of = (legs: Legs): MoneyE8 => {
    const { long, short } = state.mode === 'netting' ? netLegs(legs.buy, legs.sell) : { long: legs.buy, short: legs.sell };
    return symbolMargin(long, short, terms, hedgingMargin);
  };
  const held = { buy: legOf(book.positions, 'buy'), sell: legOf(book.positions, 'sell') };
  const executedE8 = of(held);
  let totalE8 = executedE8;
  for (const filled of outcomes(book.orders, state.mode, hedgingMargin)) {
    totalE8 = larger(totalE8, of(legsAfter(held, filled, book.positions)));
  }
  return { executedE8, totalE8 };
}

const marginTerms = (instrument: Instrument, leverage: bigint, group: Group): MarginTerms => ({
  contractSize: instrument.contractSize,
  leverage: instrument.leverageCap !== null && instrument.leverageCap < leverage ? instrument.leverageCap : leverage,
  leverageTiers: group.policies.leverageTiers,
});

type Legs = Readonly<Record<Side, Leg>>;

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

/** More orders in flight than this on one symbol are not tried each by itself any more. */
const SUBSETS_OF_MAX = 10;

/**
 * The fillings among which the worst one is.
 * `larger_leg` grows with what opens and shrinks with what closes, so the worst is that all opens fill and no close does.
 * On a netting account more of one kind (side, opening or closing) moves the net one way, so the worst is made of whole kinds.
 * `hedged_rate` weighs the covered volume at the price of all legs, so that the dearest orders alone can be worse than all:
 * every subset is tried, and past `SUBSETS_OF_MAX` orders whole kinds, which differ from that only as far as prices do.
 */
function outcomes(orders: readonly InFlight[], mode: MarginState['mode'], policy: HedgingMargin): Iterable<readonly InFlight[]> {
  if (orders.length === 0) return [];
  if (mode === 'hedging' && policy.kind === 'larger_leg') return [orders.filter((order) => order.reservation !== null)];
  const alone = mode === 'hedging' && orders.length <= SUBSETS_OF_MAX;
  return subsets(alone ? orders.map((order) => [order]) : kinds(orders));
}

function kinds(orders: readonly InFlight[]): readonly (readonly InFlight[])[] {
  const all = (['buy', 'sell'] as const).flatMap((side) =>
    [true, false].map((opens) => orders.filter((order) => order.side === side && (order.reservation !== null) === opens)),
  );
  return all.filter((kind) => kind.length > 0);
}

function* subsets<Item>(bundles: readonly (readonly Item[])[]): Generator<readonly Item[]> {
  for (let chosen = 1; chosen < 1 << bundles.length; chosen += 1) {
    yield bundles.flatMap((bundle, index) => ((chosen & (1 << index)) === 0 ? [] : bundle));
  }
}

/** What of an order can still fill; an over-filled one has nothing left. */
export const remainingLots = ({ volumeE8, filledVolumeE8 }: Pick<InFlight, 'volumeE8' | 'filledVolumeE8'>): LotsE8 =>
  larger(0n as LotsE8, (volumeE8 - filledVolumeE8) as LotsE8);

/** The legs when these orders have filled. Closes of one position take no more than it has. */
function legsAfter(held: Legs, filled: readonly InFlight[], positions: readonly Position[]): Legs {
  const legs = { ...held };
  const left = new Map<PositionId, LotsE8>();
  for (const order of filled) {
    const lotsE8 = remainingLots(order);
    if (order.reservation !== null) legs[order.side] = addLegs(legs[order.side], lotsAt(order.reservation.unitBasis, lotsE8));
    const closed = positions.find((position) => position.positionId === order.closesPositionId);
    if (closed === undefined) continue;
    const openE8 = left.get(closed.positionId) ?? closed.openVolumeE8;
    const closedE8 = smaller(openE8, lotsE8);
    left.set(closed.positionId, (openE8 - closedE8) as LotsE8);
    const part = partOfLeg({ lotsE8: closed.openVolumeE8, basis: closed.marginBasis }, closedE8);
    legs[closed.side] = takeLeg(legs[closed.side], part);
  }
  return legs;
}

const lotsAt = (unitBasis: Fraction, lotsE8: LotsE8): Leg => ({ lotsE8, basis: scaleFraction(unitBasis, lotsE8) });

const takeLeg = (from: Leg, part: Leg): Leg => ({
  lotsE8: (from.lotsE8 - part.lotsE8) as LotsE8,
  basis: addFractions(from.basis, scaleFraction(part.basis, -1n)),
});
