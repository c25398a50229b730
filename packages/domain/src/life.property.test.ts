import { EXECUTION_TYPES, type ClientOrderId, type LotsE8, type PriceE8 } from '@margrave/vocabulary';
import { AT_MARKET } from './draft-order.ts';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Account, Order, Position } from './account.ts';
import type { DecisionContext } from './change.ts';
import type { ApplyReport, Command, ReportedStatus } from './command.ts';
import { isOver } from './order-life.ts';
import { lots, side } from './testing/arbitraries.ts';
import { Books } from './testing/books.ts';
import { account, close, contextOf, group, market, moneyE8, report } from './testing/build.ts';

const SYMBOLS = ['EURUSD', 'USDJPY', 'EURGBP'] as const;
const LISTED = { EURUSD: [1.0845, 5], USDJPY: [151.42, 3], EURGBP: [0.8519, 5], GBPUSD: [1.2731, 5] } as const;
const STATUSES: readonly ReportedStatus[] = [
  'never_seen',
  'working',
  'partially_filled',
  'filled',
  'cancelled',
  'rejected',
  'expired',
];

/** A market that moves by whole points from step to step. */
const marketAt = (points: number) =>
  market(
    Object.fromEntries(
      Object.entries(LISTED).map(([symbol, [price, digits]]) => {
        const bid = price + points / 10 ** digits;
        return [symbol, [bid.toFixed(digits), (bid + 12 / 10 ** digits).toFixed(digits)]];
      }),
    ),
  );

interface Step {
  readonly what: 'place' | 'close' | 'report' | 'silence' | 'withdraw';
  readonly which: number;
  readonly symbol: (typeof SYMBOLS)[number];
  readonly side: 'buy' | 'sell';
  readonly lots: LotsE8;
  readonly points: number;
  readonly type: ApplyReport['executionType'];
  readonly orderStatus: ReportedStatus;
  readonly price: bigint;
}

const step: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom('place', 'place', 'close', 'report', 'report', 'report', 'silence', 'withdraw'),
  which: fc.nat(20),
  symbol: fc.constantFrom(...SYMBOLS),
  side,
  lots,
  points: fc.integer({ min: -300, max: 300 }),
  type: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('fill', 'partial_fill') },
    { weight: 2, arbitrary: fc.constantFrom(...EXECUTION_TYPES) },
  ),
  orderStatus: fc.constantFrom(...STATUSES),
  price: fc.oneof(
    { weight: 8, arbitrary: fc.bigInt(50_000_000n, 20_000_000_000n) },
    { weight: 1, arbitrary: fc.bigInt(-(10n ** 20n), 10n ** 20n) },
  ),
});

/** The command that the step means to these books, if it means any. */
function commandOf(books: Books, given: Step): Command | undefined {
  const orders = [...books.orders.values()];
  const order = orders[given.which % Math.max(1, orders.length)];
  switch (given.what) {
    case 'place':
      return {
        kind: 'place',
        ...AT_MARKET,
        clientOrderId: 'x' as ClientOrderId,
        symbol: given.symbol as never,
        side: given.side,
        volumeE8: given.lots,
        maxDeviationE8: null,
      };
    case 'close': {
      const positions = [...books.positions.values()];
      const position = positions[given.which % Math.max(1, positions.length)];
      return position && { ...close(position.positionId), volumeE8: given.points > 0 ? given.lots : null };
    }
    case 'report': {
      if (order === undefined || order.requestId === null) return undefined;
      const told = { lastVolumeE8: given.lots, lastPriceE8: given.price as PriceE8, orderStatus: given.orderStatus };
      return { ...report(order, given.type), ...told };
    }
    case 'silence':
    case 'withdraw':
      return order && { kind: given.what, orderId: order.orderId };
    default:
      return given.what satisfies never;
  }
}

const dealing = (points: number, flow: 'local' | 'provider'): DecisionContext =>
  contextOf(
    marketAt(points),
    group({
      flow,
      markups: { EURUSD: 10n, USDJPY: 3n },
      commission: { kind: 'per_lot', perLotE8: moneyE8('3.5'), on: 'both', minimumE8: moneyE8('0.1') },
    }),
  );

/** Ids go on across the steps. */
const withIds = (context: DecisionContext, ids: DecisionContext['ids']): DecisionContext => ({ ...context, ids });

describe('whatever happens to an account', () => {
  it('every change is lawful, nothing outside is thrown at, and when nothing is in flight nothing is reserved', () =>
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 5, maxLength: 25 }),
        fc.constantFrom('hedging', 'netting'),
        fc.constantFrom('USD', 'EUR', 'JPY', 'GBP'),
        (steps, mode, currency) => {
          const first = dealing(0, 'provider');
          const books = new Books(account({ mode, currency, balance: '20000000', leverage: 30n }), first);
          for (const each of steps) {
            const command = commandOf(books, each);
            if (command !== undefined)
              books.try(command, withIds(dealing(each.points, each.which % 5 === 0 ? 'local' : 'provider'), first.ids));
          }
          for (const live of books.account.orders) books.run(report(live, 'cancelled'));
          expect(books.account.orders).toEqual([]);
          expect(books.account.marginTotalE8).toBe(books.account.marginExecutedE8);
          expect(books.account.positions.filter(({ closingOrderId }) => closingOrderId !== null)).toEqual([]);
          expectFilledIsHeld(books);
        },
      ),
      { numRuns: 150 },
    ));
});

/** What was filled is open or was closed, lot by lot; and each order’s deals are its fills. */
function expectFilledIsHeld(books: Books): void {
  const { deals, account: now } = books;
  const sum = (some: readonly { readonly volumeE8: bigint }[]): bigint =>
    some.reduce((total, { volumeE8 }) => total + volumeE8, 0n);
  for (const symbol of SYMBOLS) {
    const of = deals.filter((deal) => deal.symbol === symbol);
    const open = now.positions.filter((held) => held.symbol === symbol).map(({ openVolumeE8 }) => ({ volumeE8: openVolumeE8 }));
    expect(sum(of.filter(({ entry }) => entry === 'in'))).toBe(sum(of.filter(({ entry }) => entry === 'out')) + sum(open));
  }
  for (const order of books.orders.values()) {
    expect(sum(deals.filter(({ orderId }) => orderId === order.orderId))).toBe(order.filledVolumeE8);
    const isWhole = order.status !== 'denied' && order.filledVolumeE8 >= order.volumeE8;
    expect(order.status === 'filled').toBe(isOver(order.status) && isWhole);
  }
}

describe('both flows', () => {
  interface Trade {
    readonly symbol: (typeof SYMBOLS)[number];
    readonly side: 'buy' | 'sell';
    readonly lots: LotsE8;
    readonly points: number;
    readonly closes: boolean;
    readonly parts: number;
  }
  const trade: fc.Arbitrary<Trade> = fc.record({
    symbol: fc.constantFrom(...SYMBOLS),
    side,
    lots,
    points: fc.integer({ min: -200, max: 200 }),
    closes: fc.boolean(),
    parts: fc.integer({ min: 1, max: 3 }),
  });

  /** Trades the script in one flow; a provider fills at once, at the quote that the order was decided on, in some parts. */
  function traded(
    script: readonly Trade[],
    flow: 'local' | 'provider',
    told: Pick<Account, 'mode'> & { currency: string },
  ): Account {
    const first = contextOf(marketAt(0), group({ flow, markups: { EURUSD: 10n } }));
    const books = new Books(account({ ...told, balance: '20000000', leverage: 30n }), first);
    for (const each of script) {
      const context = { ...first, market: marketAt(each.points) };
      const [oldest] = books.account.positions;
      const place: Command = {
        kind: 'place',
        ...AT_MARKET,
        clientOrderId: 'x' as ClientOrderId,
        symbol: each.symbol as never,
        side: each.side,
        volumeE8: each.lots,
        maxDeviationE8: null,
      };
      const { orders } = books.run(each.closes && oldest !== undefined ? close(oldest.positionId) : place, context);
      const [sent] = orders;
      assert(sent);
      if (sent.status === 'queued') fillInParts(books, sent, each.parts, context);
    }
    return books.account;
  }

  function fillInParts(books: Books, sent: Order, parts: number, context: DecisionContext): void {
    const quote = context.market.quote(sent.symbol);
    assert(quote);
    const reservedE8 = books.account.marginTotalE8;
    const step = sent.volumeE8 / BigInt(parts);
    for (let part = 1; part <= parts; part += 1) {
      const lastVolumeE8 = (part < parts ? step : sent.volumeE8 - step * BigInt(parts - 1)) as LotsE8;
      if (lastVolumeE8 === 0n) continue;
      const lastPriceE8 = sent.side === 'buy' ? quote.askE8 : quote.bidE8;
      books.run({ ...report(sent, 'partial_fill'), lastVolumeE8, lastPriceE8 }, context);
    }
    expect(books.order(sent.orderId)).toMatchObject({ status: 'filled', flags: [] });
    expect(books.account.marginTotalE8).toBeLessThanOrEqual(reservedE8);
  }

  const essence = ({ side: held, symbol, openVolumeE8 }: Position) => ({ held, symbol, openVolumeE8 });
  const notional = ({ openNotionalE16 }: Position): bigint => openNotionalE16;
  const distance = (a: bigint, b: bigint): bigint => (a > b ? a - b : b - a);

  it('end with the same positions and margin at the same prices; what was reserved was enough', () =>
    fc.assert(
      fc.property(
        fc.array(trade, { minLength: 1, maxLength: 10 }),
        fc.constantFrom('hedging', 'netting'),
        fc.constantFrom('USD', 'EUR', 'JPY'),
        (script, mode, currency) => {
          const [local, provider] = [traded(script, 'local', { mode, currency }), traded(script, 'provider', { mode, currency })];
          expect(provider.marginTotalE8).toBe(local.marginTotalE8);
          expect(provider.marginExecutedE8).toBe(local.marginExecutedE8);
          expect(provider.positions.map(essence)).toEqual(local.positions.map(essence));
          // Each part of a reduction takes its share of what the position cost, rounded at the sixteenth decimal.
          const apart = provider.positions.map((position, index) =>
            distance(notional(position), notional(local.positions[index]!)),
          );
          expect(apart.filter((e16) => e16 > 2n * BigInt(script.length))).toEqual([]);
        },
      ),
      { numRuns: 100 },
    ));
});
