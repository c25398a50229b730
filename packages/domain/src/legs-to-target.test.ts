import type { PositionId, PriceE8, Side } from '@margrave/vocabulary';
import fc from 'fast-check';
import type { Account, Order, Position } from './account.ts';
import { legsToTarget } from './legs-to-target.ts';
import { Books } from './testing/books.ts';
import { account, contextOf, e8, group, lotsE8, market, place, position, report, symbolName } from './testing/build.ts';
import { withMargin } from './testing/laws.ts';

const CONTEXT = contextOf(market({ EURUSD: ['1.08446', '1.08454'] }));
const AT_PROVIDER = { ...CONTEXT, group: group({ flow: 'provider' }) };
const EURUSD = symbolName('EURUSD');
const held = (id: number, side: Side, lots: string, symbol = 'EURUSD'): Position =>
  position(`${3_000_000_000 + id}`, { symbol, side, lots, price: '1.08400' });
const rich = (told: Partial<Account> = {}): Account => withMargin(account({ balance: '1000000', ...told }), CONTEXT);
/** Of an account whose order is sent, and filled in part where lots are given. */
function sent(filled?: string): { readonly books: Books; readonly order: Order } {
  const books = new Books(rich(), AT_PROVIDER);
  const [order] = books.run(place('EURUSD', 'buy', '0.50')).orders as [Order];
  if (filled !== undefined) books.run(report(order, 'partial_fill', { lots: filled, price: '1.08454' }));
  return { books, order };
}
/** What is to be done, as `close the first position 0.3` or `buy 0.2`. */
const told = (of: Pick<Account, 'positions' | 'orders'>, target: string): readonly string[] =>
  legsToTarget(of, EURUSD, e8(target)).map((leg) =>
    leg.kind === 'close'
      ? `close ${Number(leg.positionId) - 3_000_000_000} ${Number(leg.volumeE8) / 1e8}`
      : `${leg.side} ${Number(leg.volumeE8) / 1e8}`,
  );

describe('what brings a symbol to a target', () => {
  it.each<[string, readonly Position[], string, readonly string[]]>([
    ['of nothing is bought', [], '0.5', ['buy 0.5']],
    ['of nothing is sold', [], '-0.5', ['sell 0.5']],
    ['is added where there is less', [held(1, 'buy', '0.2')], '0.5', ['buy 0.3']],
    ['is nothing where it is held', [held(1, 'buy', '0.2'), held(2, 'buy', '0.3')], '0.5', []],
    ['is nothing where nothing is wanted', [], '0', []],
    [
      'is closed where there is more, the oldest first',
      [held(2, 'buy', '0.3'), held(1, 'buy', '0.2')],
      '0.1',
      ['close 1 0.2', 'close 2 0.2'],
    ],
    ['is closed and opened where it lies on the other side', [held(1, 'buy', '0.2')], '-0.1', ['close 1 0.2', 'sell 0.1']],
    ['closes a hedge before it opens', [held(1, 'buy', '0.2'), held(2, 'sell', '0.1')], '0.3', ['close 2 0.1', 'buy 0.1']],
    ['leaves other symbols alone', [held(1, 'buy', '0.2', 'GBPUSD')], '0', []],
  ])('%s', (_, positions, target, legs) => expect(told({ positions, orders: [] }, target)).toEqual(legs));

  it('counts what is in flight as filled, and what rests not at all', () => {
    const { books } = sent('0.20');
    books.run({ ...place('EURUSD', 'buy', '0.70'), type: 'limit', limitPriceE8: e8('1.05') as PriceE8, timeInForce: 'gtc' });
    expect([told(books.account, '0.5'), told(books.account, '0.6')]).toEqual([[], ['buy 0.1']]);
  });

  it('closes nothing that is being closed, and counts it as gone', () => {
    const { books, order } = sent('0.50');
    books.run({ kind: 'close', clientOrderId: null, positionId: order.orderId as string as PositionId, volumeE8: null });
    expect([told(books.account, '0'), told(books.account, '-0.1')]).toEqual([[], ['sell 0.1']]);
  });
});

const some = fc.array(fc.tuple(fc.constantFrom<Side>('buy', 'sell'), fc.integer({ min: 1, max: 9 })), { maxLength: 6 });

it('leads there from anywhere, and closes before it opens', () =>
  fc.assert(
    fc.property(
      some,
      fc.integer({ min: -20, max: 20 }),
      fc.constantFrom('hedging' as const, 'netting' as const),
      (open, target, mode) => {
        const one = open.slice(0, mode === 'netting' ? 1 : 6);
        const positions = one.map(([side, tenths], index) => held(index, side, `0.${tenths}`));
        const books = new Books(rich({ positions, mode }), CONTEXT);
        const targetE8 = BigInt(target) * lotsE8('0.1');
        const legs = legsToTarget(books.account, EURUSD, targetE8);
        for (const leg of legs) expect(books.run(leg).decision?.denial).toBeNull();
        const net = books.account.positions.reduce((sum, each) => sum + (each.side === 'buy' ? 1n : -1n) * each.openVolumeE8, 0n);
        expect(net).toBe(targetE8);
        expect(legs.slice(0, -1).every(({ kind }) => kind === 'close')).toBe(true);
        // Whoever is on the wrong side of the last order is gone.
        const last = legs.at(-1);
        if (last?.kind === 'place') expect(books.account.positions.every(({ side }) => side === last.side)).toBe(true);
        expect(legsToTarget(books.account, EURUSD, targetE8)).toEqual([]);
      },
    ),
  ));
