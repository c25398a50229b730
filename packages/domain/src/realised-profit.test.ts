import type { ClientOrderId, LotsE8 } from '@margrave/vocabulary';
import fc from 'fast-check';
import { Books } from './testing/books.ts';
import { account, contextOf, lotsE8, market, moneyE8, position } from './testing/build.ts';
import { withMargin } from './testing/laws.ts';

const close = (key: string, volumeE8: bigint | null) =>
  ({
    kind: 'close',
    clientOrderId: key as ClientOrderId,
    positionId: '3000000001' as never,
    volumeE8: volumeE8 as LotsE8 | null,
  }) as const;

describe('the profit of a position that is closed in parts', () => {
  it('sums to what the whole books, a cent at a time where the parts have made one', () => {
    const context = contextOf(market({ USDJPY: ['151.200', '151.210'] }));
    const held = position('3000000001', { symbol: 'USDJPY', side: 'buy', lots: '0.07', price: '151.199' });
    const start = withMargin(account({ positions: [held] }), context);
    const [whole, parts] = [new Books(start, context), new Books(start, context)];
    whole.run(close('w', null));
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) parts.run(close(key, lotsE8('0.01')));
    parts.run(close('g', null));
    expect(parts.account.balanceE8).toBe(whole.account.balanceE8);
    // 0.66 of a cent a part: each by itself would book one, seven for the five that the whole comes to.
    expect(parts.deals.map(({ profitE8 }) => profitE8 / moneyE8('0.01'))).toEqual([1n, 0n, 1n, 1n, 0n, 1n, 1n]);
  });

  /** Of an account in yen, which has no smaller unit: dollars (in cents) at the rate that is worse for the client, ×1e5. */
  const exactYenE5 = (cents: bigint): bigint => cents * (cents >= 0n ? 151_410n : 151_420n);
  const halfAway = (e5: bigint): bigint => {
    const size = ((e5 < 0n ? -e5 : e5) * 2n + 100_000n) / 200_000n;
    return e5 < 0n ? -size : size;
  };

  it('is at every moment the exact profit of what was closed so far, rounded once', () =>
    fc.assert(
      fc.property(
        fc.constantFrom('buy' as const, 'sell' as const),
        fc.array(fc.tuple(fc.bigInt(1n, 30n), fc.bigInt(-300n, 300n)), { minLength: 1, maxLength: 12 }),
        (side, parts) => {
          const steps = parts.reduce((sum, [volume]) => sum + volume, 0n);
          const shape = { symbol: 'EURUSD', side, lots: '1', price: '1.10000' };
          const one = position('3000000001', shape);
          const openVolumeE8 = (steps * 1_000_000n) as LotsE8;
          const held = { ...one, openVolumeE8, openNotionalE16: openVolumeE8 * 110_000_000n };
          const at = (ticks: bigint) => {
            const price = `1.${`${10_000n + ticks}`.padStart(5, '0')}`;
            return contextOf(market({ EURUSD: [price, price], USDJPY: ['151.410', '151.420'] }));
          };
          const books = new Books(
            withMargin(account({ currency: 'JPY', balance: '1000000', positions: [held] }), at(0n)),
            at(0n),
          );
          let exactE5 = 0n;
          for (const [index, [volume, ticks]] of parts.entries()) {
            books.run(close(`part-${index}`, index === parts.length - 1 ? null : volume * 1_000_000n), at(ticks));
            // A point of a hundredth of a lot is a cent.
            exactE5 += exactYenE5((side === 'buy' ? 1n : -1n) * volume * ticks);
            const booked = halfAway(exactE5) * moneyE8('1');
            expect(books.account.balanceE8 - moneyE8('1000000')).toBe(booked);
            expect(books.positions.get('3000000001')?.realisedProfitE8).toBe(booked);
          }
        },
      ),
    ));
});
