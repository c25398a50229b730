import type { ClientOrderId, LotsE8 } from '@margrave/vocabulary';
import { AT_MARKET } from './draft-order.ts';
import fc from 'fast-check';
import type { Account, Order } from './account.ts';
import { side } from './testing/arbitraries.ts';
import { Books } from './testing/books.ts';
import { account, close, contextOf, group, lotsE8, market, report } from './testing/build.ts';

/** More than enough money, so that nothing but the limits is in the way. */
const SYMBOLS = ['EURUSD', 'GBPUSD', 'AUDUSD'] as const;
const QUOTES = market({ EURUSD: ['1.08446', '1.08454'], GBPUSD: ['1.27304', '1.27316'], AUDUSD: ['0.65815', '0.65825'] });
const ORDERS_MAX = 3;
const EXPOSURE_MAX = '3';
const limited = (flow: 'local' | 'provider') =>
  group({ flow, ordersMax: ORDERS_MAX, exposureMax: Object.fromEntries(SYMBOLS.map((symbol) => [symbol, EXPOSURE_MAX])) });

const step = fc.record({
  what: fc.constantFrom('place', 'place', 'place', 'close', 'fill', 'fill', 'fill', 'reject'),
  which: fc.nat(20),
  symbol: fc.constantFrom(...SYMBOLS),
  side,
  lots: fc.bigInt(1n, 350n).map((steps) => (steps * 1_000_000n) as LotsE8),
  parts: fc.bigInt(1n, 3n),
  flow: fc.constantFrom('local' as const, 'provider' as const),
});
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

function take(books: Books, given: Step, context: ReturnType<typeof contextOf>): void {
  const { orders, positions } = books.account;
  const order = orders[given.which % Math.max(1, orders.length)];
  switch (given.what) {
    case 'place':
      books.run(
        {
          kind: 'place',
          ...AT_MARKET,
          clientOrderId: 'x' as ClientOrderId,
          symbol: given.symbol as never,
          side: given.side,
          volumeE8: given.lots,
          maxDeviationE8: null,
        },
        { ...context, group: limited(given.flow) },
      );
      break;
    case 'close': {
      // A part is not closed while the rest of its order still fills: what fills after that is a position of its own.
      const whole = positions.filter(
        ({ closingOrderId, openingRequestId }) =>
          closingOrderId === null && orders.every(({ requestId }) => requestId === null || requestId !== openingRequestId),
      );
      const position = whole[given.which % Math.max(1, whole.length)];
      if (position !== undefined) books.run(close(position.positionId), context);
      break;
    }
    case 'fill':
      if (order !== undefined) fill(books, order, given.parts);
      break;
    case 'reject':
      if (order !== undefined) books.run(report(order, order.filledVolumeE8 > 0n ? 'cancelled' : 'rejected'), context);
      break;
    default:
      given.what satisfies never;
  }
}

/** A part of what the order has left. */
function fill(books: Books, order: Order, parts: bigint): void {
  const leftE8 = order.volumeE8 - order.filledVolumeE8;
  const lastVolumeE8 = ((leftE8 / parts / 1_000_000n) * 1_000_000n || leftE8) as LotsE8;
  const executionId = `${order.orderId}-${order.filledVolumeE8}`;
  const lastPriceE8 = QUOTES.quote(order.symbol)!.askE8;
  books.run({ ...report(order, 'partial_fill'), executionId, lastVolumeE8, lastPriceE8 });
}

/** The largest that the positions of one side of one symbol are together. */
const largestHoldingE8 = ({ positions }: Account): bigint => {
  const sums = SYMBOLS.flatMap((symbol) =>
    (['buy', 'sell'] as const).map((taken) =>
      positions.reduce((sum, each) => (each.symbol === symbol && each.side === taken ? sum + each.openVolumeE8 : sum), 0n),
    ),
  );
  return sums.reduce((a, b) => (a > b ? a : b));
};

describe('whatever order placements, fills, refusals and closes come in', () => {
  it.each(['hedging', 'netting'] as const)('a %s account never holds more than its group allows', (mode) => {
    const met = { LIMIT_ORDERS_EXCEEDED: 0, LIMIT_EXPOSURE_EXCEEDED: 0 };
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 60 }), (steps) => {
        const context = contextOf(QUOTES, limited('provider'));
        const books = new Books(account({ mode, balance: '100000000', leverage: 500n }), context);
        for (const each of steps) {
          take(books, each, context);
          expect(books.account.positions.length).toBeLessThanOrEqual(ORDERS_MAX);
          expect(books.account.orders.filter(({ closesPositionId }) => closesPositionId === null).length).toBeLessThanOrEqual(
            ORDERS_MAX,
          );
          expect(largestHoldingE8(books.account)).toBeLessThanOrEqual(lotsE8(EXPOSURE_MAX));
        }
        for (const { decision } of books.changes) {
          const code = decision?.denial?.code;
          if (code === 'LIMIT_ORDERS_EXCEEDED' || code === 'LIMIT_EXPOSURE_EXCEEDED') met[code] += 1;
          if (decision?.command === 'close') expect(decision.denial).toBeNull();
        }
        // Let it all fill: the account comes to hold no more.
        while (books.account.orders[0] !== undefined) fill(books, books.account.orders[0], 1n);
        expect(books.account.positions.length).toBeLessThanOrEqual(ORDERS_MAX);
        expect(largestHoldingE8(books.account)).toBeLessThanOrEqual(lotsE8(EXPOSURE_MAX));
      }),
      { numRuns: 150 },
    );
    expect(met.LIMIT_ORDERS_EXCEEDED).toBeGreaterThan(0);
    expect(met.LIMIT_EXPOSURE_EXCEEDED).toBeGreaterThan(0);
  });
});
