import {
  absolute,
  addFractions,
  compareFractions,
  divide,
  fraction,
  multiplyFractions,
  ZERO,
  type Fraction,
  type OrderId,
} from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Account, Order, Position } from './account.ts';
import { decide } from './decide.ts';
import { quoteProfitE16 } from './profit.ts';
import { Books } from './testing/books.ts';
import {
  account,
  close,
  contextOf,
  decimal,
  e8,
  group,
  LP_A,
  lotsE8,
  market,
  moneyE8,
  order,
  place,
  position,
  priceE8,
  report,
} from './testing/build.ts';
import { withMargin } from './testing/laws.ts';

const LIVE = group({ flow: 'provider' });
const QUOTES = market({ EURUSD: ['1.08446', '1.08454'] });
/** What a PostgreSQL whole_number of the store holds. */
const STORED_MAX = 10n ** 200n;

/** Books of one position that a provider holds, being closed. */
function beingClosed(held: Position, told: Parameters<typeof account>[0] = {}) {
  const context = contextOf(QUOTES, LIVE);
  const atProvider = { ...held, flow: 'provider', provider: LP_A } as const;
  const books = new Books(withMargin(account({ positions: [atProvider], ...told }), context), context);
  const [closing] = books.run(close(held.positionId)).orders;
  assert(closing);
  return { books, closing, partly: (lots: string, price: string) => books.run(report(closing, 'partial_fill', { lots, price })) };
}

describe('a position that closes in parts', () => {
  // 1 lot at 1.08400 and 2 at 1.08401: an average of 1.084006…, which no decimal writes.
  const held = { ...position('3000000001', { symbol: 'EURUSD', side: 'buy', lots: '3', price: '1.084' }) };
  const cost = lotsE8('1') * priceE8('1.084') + lotsE8('2') * priceE8('1.08401');
  const odd = { ...held, openNotionalE16: cost, marginBasis: fraction(cost, 100_000_000n) };

  it('gives each part its share of cost and margin, and the last what is left: the parts are the whole', () => {
    const { books, partly } = beingClosed(odd);
    const left = ['0.7', '1.1', '0.4', '0.8'].map((lots) => partly(lots, '1.085').positions[0]);
    expect(left.map((each) => each?.openVolumeE8)).toEqual(['2.3', '1.2', '0.8', '0'].map(lotsE8));
    for (const each of left) {
      assert(each);
      const share = fraction(each.openVolumeE8, odd.openVolumeE8);
      expect(compareFractions(each.marginBasis, multiplyFractions(odd.marginBasis, share))).toBe(0n);
      expect(absolute(each.openNotionalE16 * odd.openVolumeE8 - cost * each.openVolumeE8)).toBeLessThanOrEqual(
        2n * odd.openVolumeE8,
      );
    }
    expect(left.at(-1)).toMatchObject({ openNotionalE16: 0n, closingOrderId: null });
    expect(books.account.positions).toEqual([]);
  });

  it('books profits that sum to that of the whole, but for the rounding of each to the minor unit', () =>
    fc.assert(
      fc.property(
        fc.array(fc.record({ steps: fc.bigInt(1n, 60n), ticks: fc.bigInt(-300n, 300n) }), { minLength: 1, maxLength: 5 }),
        fc.constantFrom('USD', 'JPY'),
        (parts, currency) => {
          const volume = parts.reduce((sum, { steps }) => sum + steps, 0n) * 1_000_000n;
          const basis = divide(cost * volume, odd.openVolumeE8, 'half_away');
          const whole = { ...odd, openVolumeE8: volume as Position['openVolumeE8'], openNotionalE16: basis };
          const context = contextOf(market({ EURUSD: ['1.08446', '1.08454'], USDJPY: ['151.42', '151.42'] }), LIVE);
          const atProvider = { ...whole, flow: 'provider', provider: LP_A } as const;
          const books = new Books(withMargin(account({ positions: [atProvider], currency }), context), context);
          const [closing] = books.run(close(whole.positionId)).orders;
          assert(closing);
          let exactE16 = 0n;
          for (const { steps, ticks } of parts) {
            const [lots, price] = [steps * 1_000_000n, priceE8('1.084') + ticks * 1_000n];
            books.run({ ...report(closing, 'partial_fill'), lastVolumeE8: lots as never, lastPriceE8: price as never });
            exactE16 += lots * price * 100_000n;
          }
          exactE16 -= basis * 100_000n;
          const rate = currency === 'JPY' ? decimal('151.42') : decimal('1');
          const booked = fraction(books.deals.reduce((sum, { profitE8 }) => sum + profitE8, 0n) * 100_000_000n, 1n);
          const exact = multiplyFractions(fraction(exactE16, 1n), rate);
          const difference = addFractions(booked, { numerator: -exact.numerator, denominator: exact.denominator });
          const halfUnits = (currency === 'JPY' ? e8('0.5') : e8('0.005')) * BigInt(parts.length) * 100_000_000n;
          expect(absolute(difference.numerator)).toBeLessThanOrEqual(halfUnits * difference.denominator);
          expect(books.account.positions).toEqual([]);
        },
      ),
    ));
});

describe('a position on a netting account', () => {
  const context = contextOf(QUOTES);
  const netting = (...trades: readonly (readonly ['buy' | 'sell', string])[]) => {
    const books = new Books(account({ mode: 'netting' }), context);
    for (const [side, lots] of trades) books.run(place('EURUSD', side, lots));
    return books;
  };
  const heldBy = (books: Books) => books.account.positions.map(({ side, openVolumeE8 }) => [side, openVolumeE8]);

  it('grows with its own side and shrinks with the other', () => {
    const books = netting(['buy', '1'], ['buy', '0.5'], ['sell', '0.3']);
    expect(heldBy(books)).toEqual([['buy', lotsE8('1.2')]]);
    expect(books.deals.map(({ entry, profitE8 }) => [entry, profitE8])).toEqual([
      ['in', 0n],
      ['in', 0n],
      ['out', moneyE8('-2.4')],
    ]);
  });

  describe('whose orders name levels', () => {
    const level = (text: string) => ({ kind: 'price', priceE8: priceE8(text) }) as const;
    const levelsOf = (books: Books) => books.account.positions.map((held) => [held.stopLossE8, held.takeProfitE8]);

    it('takes those of the newest, and keeps those that it does not name', () => {
      const books = netting();
      books.run({ ...place('EURUSD', 'buy', '1'), protection: { stopLoss: level('1.07'), takeProfit: level('1.09') } });
      books.run({ ...place('EURUSD', 'buy', '0.1'), protection: { stopLoss: null, takeProfit: level('1.1') } });
      expect(levelsOf(books)).toEqual([[priceE8('1.07'), priceE8('1.1')]]);
    });

    /** Books in which a provider has an order to buy two lots, protected, against one that is held short. */
    const turning = () => {
      const atProvider = contextOf(QUOTES, LIVE);
      const short = { ...position('3000000001', { symbol: 'EURUSD', side: 'sell', lots: '1', price: '1.084' }) };
      const held = { ...short, flow: 'provider', provider: LP_A } as const;
      const books = new Books(withMargin(account({ mode: 'netting', positions: [held] }), atProvider), atProvider);
      const send = (lots: string, stopLoss: string | null) => {
        const protection = { stopLoss: stopLoss === null ? null : level(stopLoss), takeProfit: null };
        const [sent] = books.run({ ...place('EURUSD', 'buy', lots), protection }).orders;
        assert(sent);
        return sent;
      };
      const partly = (sent: Order, lots: string) => books.run(report(sent, 'partial_fill', { lots, price: '1.085' }));
      return { books, send, partly };
    };

    it('is protected by an order that only reduced at first, whoever opened it meanwhile', () => {
      const { books, send, partly } = turning();
      const [turn, other] = [send('2', '1.07'), send('0.5', null)];
      partly(turn, '1');
      partly(other, '0.4');
      expect(levelsOf(books)).toEqual([[null, null]]);
      partly(turn, '0.9');
      expect(levelsOf(books)).toEqual([[priceE8('1.07'), null]]);
    });

    it('keeps what was said of it between two fills of an order', () => {
      const { books, send, partly } = turning();
      const turn = send('2', '1.07');
      partly(turn, '1.5');
      const [opened] = books.account.positions;
      assert(opened);
      books.run({ kind: 'protect', positionId: opened.positionId, protection: { stopLoss: null } });
      partly(turn, '0.4');
      expect(levelsOf(books)).toEqual([[null, null]]);
    });
  });

  it('turns around in two deals: what was held closes, the rest opens under the new order’s name', () => {
    const books = netting(['buy', '1'], ['sell', '1.5']);
    expect(heldBy(books)).toEqual([['sell', lotsE8('0.5')]]);
    const [turn] = books.changes.slice(-1);
    expect(turn?.deals.map(({ entry, volumeE8 }) => [entry, volumeE8])).toEqual([
      ['out', lotsE8('1')],
      ['in', lotsE8('0.5')],
    ]);
    expect(books.account.positions[0]?.positionId).toBe(turn?.orders[0]?.orderId);
    expect(turn?.positions.map(({ openVolumeE8 }) => openVolumeE8)).toEqual([0n, lotsE8('0.5')]);
  });

  it('vanishes when the other side is as large', () => {
    const books = netting(['sell', '0.7'], ['buy', '0.7']);
    expect([heldBy(books), books.account.marginTotalE8]).toEqual([[], 0n]);
  });

  it('of one symbol leaves the others alone', () => {
    const two = contextOf(market({ EURUSD: ['1.08446', '1.08454'], GBPUSD: ['1.27304', '1.27316'] }));
    const books = new Books(account({ mode: 'netting' }), two);
    books.run(place('EURUSD', 'buy', '1'));
    books.run(place('GBPUSD', 'sell', '1'));
    expect(heldBy(books)).toHaveLength(2);
  });
});

describe('very many fills of one position', () => {
  // EUR account, GBPUSD: each fill is frozen at the inverse of EURGBP as it stands, and every such rate has a denominator of its own.
  const filled = (fills: number) => {
    const sent = order('4000000001', {
      symbol: 'GBPUSD',
      side: 'buy',
      lots: '100',
      price: '1.27316',
      unitBasis: decimal('1.18'),
    });
    const moving = (index: number) =>
      contextOf(
        market({
          GBPUSD: ['1.27304', '1.27316'],
          EURUSD: ['1.08446', '1.08454'],
          EURGBP: [`0.85${100 + index}`, `0.85${100 + index}`],
        }),
        LIVE,
      );
    let exact: Fraction = ZERO;
    const books = new Books(withMargin(account({ mode: 'netting', currency: 'EUR', orders: [sent] }), moving(1)), moving(1));
    for (let index = 1; index <= fills; index += 1) {
      books.run(report(sent, 'partial_fill', { lots: '0.01', price: '1.2732' }), moving(index));
      exact = addFractions(exact, fraction(lotsE8('0.01') * 100_000n, BigInt(85_100 + index)));
    }
    const [held] = books.account.positions;
    assert(held);
    return { held, exact };
  };

  it('have a margin basis that stays exact while it is short', () => {
    const { held, exact } = filled(5);
    expect(compareFractions(held.marginBasis, exact)).toBe(0n);
  });

  it('have one that the store can keep, rounded up in the thirty-second decimal and never down', () => {
    const { held, exact } = filled(120);
    const { numerator, denominator } = held.marginBasis;
    expect(numerator < STORED_MAX && denominator < STORED_MAX).toBe(true);
    expect(compareFractions(held.marginBasis, exact)).toBeGreaterThanOrEqual(0n);
    const excess = addFractions(held.marginBasis, { numerator: -exact.numerator, denominator: exact.denominator });
    expect(compareFractions(excess, fraction(120n, 10n ** 32n))).toBeLessThanOrEqual(0n);
  });

  it('cost exactly what they cost, ten thousand of them, and close in ten thousand without a remainder', () => {
    const context = contextOf(QUOTES, LIVE);
    const sent = order('4000000001', { symbol: 'EURUSD', side: 'buy', lots: '100', price: '1.09' });
    const opening = Array.from({ length: 10_000 }, (_, index) => ['0.01', `1.08${400 + (index % 100)}`] as const);
    const opened = fillAll(withMargin(account({ orders: [sent] }), context), sent, opening);
    const costE16 = opening.reduce((sum, [lots, price]) => sum + lotsE8(lots) * priceE8(price), 0n);
    expect(opened.positions).toMatchObject([{ openVolumeE8: lotsE8('100'), openNotionalE16: costE16 }]);

    const asked = decide(opened, close('4000000001'), context);
    assert(asked.ok);
    const [closing] = asked.value.orders;
    assert(closing);
    const closed = fillAll(
      asked.value.account,
      closing,
      opening.map(() => ['0.01', '1.08446']),
    );
    expect([closed.positions, closed.marginTotalE8]).toEqual([[], 0n]);
    const exactE16 = quoteProfitE16(
      { side: 'buy', openVolumeE8: lotsE8('100'), openNotionalE16: costE16 },
      priceE8('1.08446'),
      100_000n,
    );
    const difference = closed.balanceE8 - opened.balanceE8 - divide(exactE16, 100_000_000n, 'half_away');
    expect(absolute(difference)).toBeLessThanOrEqual(10_000n * e8('0.005'));
  });

  /** Applies the fills one by one, as bare decisions: there are too many for books. */
  function fillAll(before: Account, sent: Order, fills: readonly (readonly [string, string])[]): Account {
    const context = contextOf(QUOTES, LIVE);
    let [now, current] = [before, sent];
    for (const [lots, price] of fills) {
      const decided = decide(now, report(sent, 'partial_fill', { lots, price }), context, { order: current });
      assert(decided.ok);
      now = decided.value.account;
      current = decided.value.orders[0] ?? current;
    }
    return now;
  }
});

describe('an order of the house', () => {
  it('is never asked about: it is over when it is placed', () => {
    const books = new Books(account(), contextOf(QUOTES));
    const [filled] = books.run(place('EURUSD', 'buy', '0.1')).orders;
    expect(books.try({ kind: 'silence', orderId: filled?.orderId ?? ('' as OrderId) }).ok).toBe(false);
  });
});
