import { larger, SCALE_E8, smaller, type ExecutionType, type LotsE8, type PriceE8, type Side } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Account, Order, Position } from './account.ts';
import type { ApplyReport } from './command.ts';
import type { CommissionTerms } from './group.ts';
import { isOver } from './order-life.ts';
import { quoteProfitE16 } from './profit.ts';
import { Books } from './testing/books.ts';
import {
  account,
  close,
  contextOf,
  group,
  LP_A,
  lotsE8,
  market,
  moneyE8,
  order,
  position,
  priceE8,
  report,
} from './testing/build.ts';
import { withMargin } from './testing/laws.ts';

/**
 * P12: in whatever order the reports of one order arrive, the same set of them ends in the same status, volumes, positions and
 * profit at one rate. Flags apart, which say how it came about.
 */

const COMMISSION = { kind: 'per_lot', perLotE8: moneyE8('3.5'), on: 'both', minimumE8: moneyE8('0.02') } as const;
const NO_COMMISSION: CommissionTerms = { kind: 'none' };
const context = (commission: CommissionTerms = COMMISSION) =>
  contextOf(market({ EURUSD: ['1.08446', '1.08454'] }), group({ flow: 'provider', commission }));

/** A set of reports: words without a fill, each once, and fills in parts. */
interface Reports {
  readonly words: readonly ExecutionType[];
  readonly fills: readonly { readonly steps: bigint; readonly ticks: bigint }[];
}

const reports: fc.Arbitrary<Reports> = fc
  .record({
    words: fc.uniqueArray(fc.constantFrom<ExecutionType>('new', 'cancelled', 'expired', 'rejected'), { maxLength: 4 }),
    fills: fc.array(fc.record({ steps: fc.bigInt(1n, 60n), ticks: fc.bigInt(-40n, 40n) }), { maxLength: 4 }),
  })
  .map(({ words, fills }) => ({ words, fills: fills.slice(0, 5 - words.length) }))
  .filter(({ words, fills }) => words.length + fills.length >= 2);

const lotsOf = ({ fills }: Reports): bigint => fills.reduce((sum, { steps }) => sum + steps * 1_000_000n, 0n);

function* permutations<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  if (items.length === 0) yield [];
  for (const [index, item] of items.entries()) {
    for (const rest of permutations(items.toSpliced(index, 1))) yield [item, ...rest];
  }
}

const reportsOn = (of: Order, { words, fills }: Reports): readonly ApplyReport[] => [
  ...words.map((word) => report(of, word)),
  ...fills.map(({ steps, ticks }) => ({
    ...report(of, 'partial_fill'),
    lastVolumeE8: (steps * 1_000_000n) as LotsE8,
    lastPriceE8: (priceE8('1.0845') + ticks * 1_000n) as PriceE8,
  })),
];

/** Where one arrival order ended. Positions by side and size; names differ where a netting account turns around. */
function ending(books: Books, orderId: string) {
  const { account: now } = books;
  const of = books.order(orderId);
  const openProfitE16 = (held: Position): bigint => quoteProfitE16(held, priceE8('1.0845'), 100_000n) + held.profitRemainderE16;
  return {
    status: of.status,
    live: now.orders.map((each) => [each.orderId, each.status]),
    filledVolumeE8: of.filledVolumeE8,
    filledNotionalE16: of.filledNotionalE16,
    positions: now.positions
      .map((held) => ({ ...held, positionId: held.positionId === orderId ? 'its own' : 'another', version: null }))
      .map(({ openedAtMs: _openedAtMs, closedAtMs: _closedAtMs, ...held }) => held)
      .sort((a, b) => (`${a.positionId}${a.openVolumeE8}` < `${b.positionId}${b.openVolumeE8}` ? -1 : 1)),
    balanceE8: now.balanceE8,
    marginExecutedE8: now.marginExecutedE8,
    marginTotalE8: now.marginTotalE8,
    profitE16: now.positions.reduce((sum, held) => sum + openProfitE16(held), now.balanceE8 * SCALE_E8),
  };
}

/** Runs every arrival order of the reports on books of their own, and gives where each ended. */
function endings(before: Account, sent: Order, set: Reports, dealing = context()): readonly ReturnType<typeof ending>[] {
  return [...permutations(reportsOn(sent, set))].map((arrival, index) => {
    const books = new Books(before, dealing, { isChecked: index === 0 });
    for (const each of arrival) books.run(each);
    return ending(books, sent.orderId);
  });
}

/** Compared as texts, for there are many; shown as values where they differ. */
function endAlike<Ending>(all: readonly Ending[]): void {
  const text = (one: Ending): string =>
    JSON.stringify(one, (_key, inner: unknown) => (typeof inner === 'bigint' ? `${inner}` : inner));
  const first = all[0] === undefined ? '' : text(all[0]);
  const other = all.find((each) => text(each) !== first);
  if (other !== undefined) expect(other).toEqual(all[0]);
}

const buyInFlight = (volumeE8: bigint, told: Partial<Order> = {}): Order => ({
  ...order('4000000001', { symbol: 'EURUSD', side: 'buy', lots: '1', price: '1.08474' }, told),
  volumeE8: volumeE8 as LotsE8,
});
/** The volume that the fills are of: all of it, more than it, or less. */
const ordered = fc.constantFrom<(set: Reports) => bigint>(
  (set) => lotsOf(set) || 1_000_000n,
  (set) => lotsOf(set) + 500_000_000n,
  (set) => lotsOf(set) / 2n || 1_000_000n,
);
const somePrice = fc.bigInt(107_000n, 109_000n).map((ticks) => ticks * 1_000n);
const held = (side: Side, lots: string, openPriceE8: bigint, told: Partial<Position> = {}): Position => {
  const made = position(
    '3000000001',
    { symbol: 'EURUSD', side, lots, price: '1' },
    { flow: 'provider', provider: LP_A, commission: COMMISSION, ...told },
  );
  const openNotionalE16 = made.openVolumeE8 * openPriceE8;
  return { ...made, openNotionalE16, marginBasis: { numerator: openNotionalE16, denominator: SCALE_E8 } };
};
const ofAccount = (told: Parameters<typeof account>[0]): Account => withMargin(account(told), context());

describe('every arrival order of up to five reports ends alike', () => {
  it('on an order that opens, also when more was filled than ordered', () =>
    fc.assert(
      fc.property(reports, ordered, fc.constantFrom('hedging', 'netting'), (set, volumeOf, mode) => {
        const sent = buyInFlight(volumeOf(set));
        endAlike(endings(ofAccount({ mode, orders: [sent] }), sent, set));
      }),
      { numRuns: 60 },
    ));

  it('on a netting account that holds the same side, or more of the other than the order takes', () =>
    fc.assert(
      fc.property(reports, ordered, fc.constantFrom('buy', 'sell'), somePrice, (set, volumeOf, side, openPriceE8) => {
        const sent = buyInFlight(volumeOf(set));
        endAlike(
          endings(ofAccount({ mode: 'netting', orders: [sent], positions: [held(side, '9.99', openPriceE8)] }), sent, set),
        );
      }),
      { numRuns: 60 },
    ));

  it('on an order that closes, whole or in part', () =>
    fc.assert(
      fc.property(
        reports,
        fc.constantFrom('hedging', 'netting'),
        somePrice,
        fc.bigInt(0n, 50n),
        (set, mode, openPriceE8, spare) => {
          const lots = lotsOf(set) + spare * 1_000_000n;
          fc.pre(lots > 0n);
          const { books, closing } = closingOf(ofAccount({ mode, positions: [{ ...heldLots('buy', lots, openPriceE8) }] }));
          endAlike(endings(books.account, closing, set));
        },
      ),
      { numRuns: 60 },
    ));

  it('on an order that waited for its price', () =>
    fc.assert(
      fc.property(
        reports,
        ordered,
        fc.constantFrom('hedging', 'netting'),
        fc.constantFrom('limit', 'stop'),
        (set, volumeOf, mode, type) => {
          const prices = { limit: { limitPriceE8: priceE8('1.08460') }, stop: { stopPriceE8: priceE8('1.08450') } }[type];
          const rests = { status: 'working', requestId: null, reservation: null, timeInForce: 'gtc' } as const;
          const waits = buyInFlight(volumeOf(set), { ...rests, type, ...prices });
          const books = new Books(ofAccount({ mode, orders: [waits] }), context());
          const [fired] = books.run({ kind: 'trigger', orderId: waits.orderId, armedVersion: waits.version }).orders;
          fc.pre(fired?.status === 'queued');
          endAlike(endings(books.account, fired, set));
        },
      ),
      { numRuns: 60 },
    ));

  it('on the close that a stop loss, a take profit or a trailing stop makes', () =>
    fc.assert(
      fc.property(
        reports,
        fc.constantFrom('stop_loss', 'take_profit', 'trailing_stop'),
        somePrice,
        fc.bigInt(0n, 50n),
        (set, level, openPriceE8, spare) => {
          const lots = lotsOf(set) + spare * 1_000_000n;
          fc.pre(lots > 0n);
          // Of a buy that would be closed at 1.08446.
          const levels = { stopLossE8: priceE8('1.08446'), takeProfitE8: priceE8('1.08446') };
          const trailing = { trailingDistanceE8: priceE8('0.001'), trailingBestE8: priceE8('1.08546') };
          const held = { ...heldLots('buy', lots, openPriceE8), ...levels, ...trailing };
          const books = new Books(ofAccount({ positions: [held] }), context());
          const trigger = { kind: 'trigger_protection', positionId: held.positionId, armedVersion: held.version } as const;
          const reached = level === 'trailing_stop' ? { level, levelE8: priceE8('1.08446') } : { level };
          const [closing] = books.run({ ...trigger, ...reached }).orders;
          assert(closing?.origin === level && closing.status === 'queued');
          endAlike(endings(books.account, closing, set));
        },
      ),
      { numRuns: 60 },
    ));

  it('on a position that was opened at several prices, where shares of its cost must be rounded', () =>
    fc.assert(
      fc.property(reports, somePrice, somePrice, fc.bigInt(0n, 50n), (set, first, second, spare) => {
        const lots = lotsOf(set) + spare * 1_000_000n + 1_000_000n;
        const [a, b] = [heldLots('sell', 1_000_000n, first), heldLots('sell', lots, second)];
        const both = {
          ...b,
          openVolumeE8: (lots + 1_000_000n) as LotsE8,
          openNotionalE16: a.openNotionalE16 + b.openNotionalE16,
        };
        const mixed = { ...both, marginBasis: { numerator: both.openNotionalE16, denominator: SCALE_E8 } };
        const { books, closing } = closingOf(ofAccount({ positions: [mixed] }));
        endAlikeButForShares(endings(books.account, closing, set), set);
      }),
      { numRuns: 60 },
    ));

  it('in size and in all that it gained, where fills go beyond the close or a netting account turns around', () =>
    fc.assert(
      fc.property(reports, fc.boolean(), somePrice, fc.bigInt(1n, 60n), (set, closes, openPriceE8, steps) => {
        fc.pre(lotsOf(set) > 0n);
        const sent = buyInFlight(lotsOf(set));
        const positions = [{ ...heldLots('sell', steps * 1_000_000n, openPriceE8), commission: NO_COMMISSION }];
        const started = closes
          ? closingOf(ofAccount({ positions }))
          : { books: new Books(ofAccount({ mode: 'netting', orders: [sent], positions }), context()), closing: sent };
        // Without commission, of which a fill that turns around pays two.
        const all = endings(started.books.account, started.closing, set, context(NO_COMMISSION));
        endAlike(all.map(sizes));
        const profits = all.map(({ profitE16 }) => profitE16);
        const halfCents = BigInt(set.fills.length) * moneyE8('0.005') * SCALE_E8;
        expect(profits.reduce(larger) - profits.reduce(smaller)).toBeLessThanOrEqual(2n * halfCents);
      }),
      { numRuns: 60 },
    ));
});

const sizes = ({ status, positions, filledVolumeE8, filledNotionalE16 }: ReturnType<typeof ending>) => {
  const lotsOn = (side: Side) =>
    positions.filter((each) => each.side === side).reduce((sum, each) => sum + each.openVolumeE8, 0n);
  return { status, filledVolumeE8, filledNotionalE16, buy: lotsOn('buy'), sell: lotsOn('sell') };
};

function heldLots(side: Side, lots: bigint, openPriceE8: bigint): Position {
  const one = held(side, '1', openPriceE8);
  return {
    ...one,
    openVolumeE8: lots as LotsE8,
    openNotionalE16: lots * openPriceE8,
    marginBasis: { numerator: lots * openPriceE8, denominator: SCALE_E8 },
  };
}

/** The account with a close of its position on the way to the provider. */
function closingOf(before: Account) {
  const books = new Books(before, context());
  const [closing] = books.run(close('3000000001')).orders;
  assert(closing && !isOver(closing.status));
  return { books, closing };
}

/**
 * A share of a cost that no e16 writes is rounded: what is left may differ by that in the sixteenth decimal. What it gains more
 * was realised less, to the last digit.
 */
function endAlikeButForShares(all: readonly ReturnType<typeof ending>[], { fills }: Reports): void {
  endAlike(
    all.map((each) => ({
      ...each,
      positions: each.positions.map((left) => ({ ...left, openNotionalE16: null, profitRemainderE16: null })),
    })),
  );
  for (const [index] of all[0]?.positions.entries() ?? []) {
    const costs = all.map(({ positions }) => positions[index]?.openNotionalE16 ?? 0n);
    const spread = costs.reduce(larger) - costs.reduce(smaller);
    expect(spread).toBeLessThanOrEqual(BigInt(fills.length));
  }
}

describe('reports that come twice', () => {
  it('and are words, not fills, change nothing the second time but the version', () =>
    fc.assert(
      fc.property(reports, (set) => {
        const sent = buyInFlight(lotsOf(set) || lotsE8('1'));
        const before = ofAccount({ orders: [sent] });
        const once = new Books(before, context());
        const twice = new Books(before, context());
        for (const each of reportsOn(sent, set)) {
          once.run(each);
          twice.run(each);
          if (each.executionType !== 'partial_fill') twice.run(each);
        }
        expect(ending(twice, '4000000001')).toEqual(ending(once, '4000000001'));
      }),
    ));
});

describe('an order that fell silent meanwhile', () => {
  it('is known again by the same reports, wherever the silence fell', () =>
    fc.assert(
      fc.property(reports, fc.nat(5), fc.boolean(), (set, after, turned) => {
        const sent = buyInFlight(lotsOf(set) + lotsE8('1'));
        const before = ofAccount({ orders: [sent] });
        const [heard, silent] = [new Books(before, context()), new Books(before, context())];
        const arrival = turned ? reportsOn(sent, set).toReversed() : reportsOn(sent, set);
        for (const [index, each] of arrival.entries()) {
          heard.run(each);
          if (index === after) silent.try({ kind: 'silence', orderId: sent.orderId });
          silent.run(each);
        }
        // A rejection that contradicts fills, an acknowledgement of what was acknowledged: neither says how the order stands.
        if (silent.order(sent.orderId).status === 'unknown') return;
        expect(ending(silent, sent.orderId)).toEqual(ending(heard, sent.orderId));
      }),
    ));
});
