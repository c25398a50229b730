import { larger, NOTHING, over, plus, rational, roundedUp, smaller, times, type Rational } from './rational.ts';

/** What the margin of one symbol of one account is reckoned from, as the store holds it. */
export interface SymbolHolding {
  readonly mode: 'hedging' | 'netting';
  readonly contractSize: bigint;
  readonly leverage: bigint;
  readonly leverageCap: bigint | null;
  readonly tiers: readonly { readonly upToLotsE8: bigint | null; readonly leverage: bigint }[];
  /** The hedged rate, or null for the larger leg. */
  readonly hedgedRate: Rational | null;
  readonly positions: readonly Holding[];
  /** What can still fill: whole amounts, each alone. `closes` names the position that it takes away from. */
  readonly inFlight: readonly (Holding & { readonly closes: string | null })[];
}

export interface Holding {
  readonly id: string;
  readonly side: 'buy' | 'sell';
  readonly lotsE8: bigint;
  /** Σ lots (e8) × what a unit weighs in account currency. */
  readonly weight: Rational;
}

interface Leg {
  readonly lotsE8: bigint;
  readonly weight: Rational;
}

/** More in flight than this on one symbol is tried kind by kind, which is the worst for the policies there are. */
const SUBSETS_OF_MAX = 10;

/**
 * Margin of the positions, and the worst over every subset of what is in flight, both in e8 and
 * rounded up once.
 */
export function symbolMargins(holding: SymbolHolding): { readonly executedE8: bigint; readonly totalE8: bigint } {
  const summed = { ...holding, positions: untouchedSummed(holding) };
  const executedE8 = roundedUp(marginOf(summed, []));
  let totalE8 = executedE8;
  for (const filled of subsets(holding.inFlight)) {
    const margin = roundedUp(marginOf(summed, filled));
    if (margin > totalE8) totalE8 = margin;
  }
  return { executedE8, totalE8 };
}

/** What nothing in flight closes weighs the same in every subset: it is summed once a side, not once a subset. */
function untouchedSummed({ positions, inFlight }: SymbolHolding): readonly Holding[] {
  const closing = new Set(inFlight.map(({ closes }) => closes));
  const untouched = positions.filter(({ id }) => !closing.has(id));
  const sums = (['buy', 'sell'] as const).map((side) => ({ id: `what else is held, ${side}`, side, ...leg(untouched, side) }));
  return [...positions.filter(({ id }) => closing.has(id)), ...sums.filter(({ lotsE8 }) => lotsE8 > 0n)];
}

type InFlight = SymbolHolding['inFlight'][number];

function* subsets(inFlight: readonly InFlight[]): Generator<readonly InFlight[]> {
  const units =
    inFlight.length <= SUBSETS_OF_MAX
      ? inFlight.map((order) => [order])
      : [true, false].flatMap((closing) =>
          (['buy', 'sell'] as const).map((side) =>
            inFlight.filter((order) => order.side === side && (order.closes !== null) === closing),
          ),
        );
  for (let mask = 1; mask < 2 ** units.length; mask += 1) yield units.filter((_, index) => (mask >> index) % 2 === 1).flat();
}

function marginOf(holding: SymbolHolding, filled: readonly InFlight[]): Rational {
  const left = new Map(holding.positions.map((position) => [position.id, position]));
  const added: Holding[] = [];
  for (const order of filled) {
    if (order.closes === null) added.push(order);
    else {
      const position = left.get(order.closes);
      // Two may close one position: the first of them was given up, the position closed again, and then the first came back.
      if (position === undefined || position.lotsE8 === 0n) continue;
      const lotsE8 = position.lotsE8 > order.lotsE8 ? position.lotsE8 - order.lotsE8 : 0n;
      left.set(order.closes, { ...position, lotsE8, weight: times(position.weight, rational(lotsE8, position.lotsE8)) });
    }
  }
  const all = [...left.values(), ...added];
  const [long, short] = [leg(all, 'buy'), leg(all, 'sell')];
  if (holding.mode === 'netting') return legMargin(holding, netted(long, short));
  if (holding.hedgedRate === null || long.lotsE8 === 0n || short.lotsE8 === 0n) {
    return larger(legMargin(holding, long), legMargin(holding, short));
  }
  const [more, less] = long.lotsE8 >= short.lotsE8 ? [long, short] : [short, long];
  const covered = part({ lotsE8: long.lotsE8 + short.lotsE8, weight: plus(long.weight, short.weight) }, less.lotsE8);
  const uncovered = part(more, more.lotsE8 - less.lotsE8);
  return plus(times(legMargin(holding, covered), holding.hedgedRate), legMargin(holding, uncovered));
}

const leg = (all: readonly Holding[], side: Holding['side']): Leg => ({
  lotsE8: all.filter((each) => each.side === side).reduce((sum, each) => sum + each.lotsE8, 0n),
  weight: all.filter((each) => each.side === side).reduce((sum, each) => plus(sum, each.weight), NOTHING),
});

const part = (whole: Leg, lotsE8: bigint): Leg =>
  whole.lotsE8 === 0n ? whole : { lotsE8, weight: times(whole.weight, rational(lotsE8, whole.lotsE8)) };

const netted = (long: Leg, short: Leg): Leg =>
  long.lotsE8 >= short.lotsE8 ? part(long, long.lotsE8 - short.lotsE8) : part(short, short.lotsE8 - long.lotsE8);

function legMargin(holding: SymbolHolding, of: Leg): Rational {
  if (of.lotsE8 === 0n) return NOTHING;
  const notional = times(of.weight, rational(holding.contractSize));
  const capped = (leverage: bigint): Rational =>
    holding.leverageCap === null ? rational(leverage) : smaller(rational(leverage), rational(holding.leverageCap));
  if (holding.tiers.length === 0) return over(notional, capped(holding.leverage));
  let margin = NOTHING;
  let fromE8 = 0n;
  for (const tier of holding.tiers) {
    const toE8 = tier.upToLotsE8 === null || tier.upToLotsE8 > of.lotsE8 ? of.lotsE8 : tier.upToLotsE8;
    if (toE8 <= fromE8) break;
    const slice = times(notional, rational(toE8 - fromE8, of.lotsE8));
    margin = plus(margin, over(slice, capped(tier.leverage)));
    fromE8 = toE8;
  }
  return margin;
}
