import type { OrderId } from '@margrave/vocabulary';
import { order, position, price } from './testing.ts';
import { isLater } from './waiting.ts';

describe('an order waits', () => {
  it('for its limit, or for its stop, and tells by which it is found again', () => {
    expect(order(1).levels).toEqual([
      { triggerId: '1', watch: 'ask_at_most', priceE8: price('1.08000'), aim: { kind: 'trigger', orderId: '1' as OrderId } },
    ]);
    const stop = order(1, { type: 'stop', side: 'sell', limitPriceE8: null, stopPriceE8: price('1.07000') });
    expect(stop.levels).toMatchObject([{ watch: 'bid_at_most', priceE8: price('1.07000') }]);
  });

  it('for its limit once its stop was reached', () => {
    const both = { type: 'stop_limit', stopPriceE8: price('1.09000'), limitPriceE8: price('1.08900') } as const;
    expect(order(1, both).levels).toMatchObject([{ watch: 'ask_at_least', priceE8: price('1.09000') }]);
    expect(order(1, { ...both, triggeredAtMs: 5 }).levels).toMatchObject([{ watch: 'ask_at_most', priceE8: price('1.08900') }]);
  });

  it('for nothing, and for no time either, when it does not rest', () => {
    expect(order(1, { isResting: false, expiresAtMs: 7 })).toMatchObject({ levels: [], expiresAtMs: null });
  });
});

describe('a position waits', () => {
  const protection = { stopLossE8: price('1.07000'), takeProfitE8: price('1.09000') };

  it('for its stop loss before its take profit', () => {
    expect(position(1, protection).levels).toMatchObject([
      { triggerId: '1:stop_loss', watch: 'bid_at_most', aim: { kind: 'trigger_protection', level: 'stop_loss' } },
      { triggerId: '1:take_profit', watch: 'bid_at_least', aim: { kind: 'trigger_protection', level: 'take_profit' } },
    ]);
    expect(position(1, { ...protection, stopLossE8: null }).levels).toMatchObject([{ triggerId: '1:take_profit' }]);
  });

  it.each([
    ['buy', '1.07800', 'bid_at_least', '1.08020'],
    ['sell', '1.08200', 'ask_at_most', '1.07980'],
  ] as const)(
    'as a %s for a stop that follows it, and to be kept anew a tenth of the distance on',
    (side, level, watch, anew) => {
      const trailing = { trailingDistanceE8: price('0.00200'), trailingBestE8: price('1.08000') };
      expect(position(1, { side, ...trailing }).levels).toEqual([
        {
          triggerId: '1:trailing_stop',
          side,
          distanceE8: price('0.00200'),
          bestE8: price('1.08000'),
          aim: { kind: 'trigger_protection', positionId: '1', level: 'trailing_stop', levelE8: price(level) },
        },
        {
          triggerId: '1:trail',
          watch,
          priceE8: price(anew),
          aim: { kind: 'trail', positionId: '1', bestE8: price('1.08000') },
        },
      ]);
    },
  );

  it('for nothing while it is being closed, or when it is closed', () => {
    expect(position(1, { ...protection, isFree: false }).levels).toEqual([]);
  });
});

it('of one version the stored state is the last, and of two events the later', () => {
  const [first, second, stored] = [order(1, { sequence: 5n }), order(1, { sequence: 6n }), order(1)];
  expect([isLater(second, first), isLater(first, second), isLater(first, first)]).toEqual([true, false, false]);
  expect([isLater(stored, second), isLater(second, stored), isLater(stored, stored)]).toEqual([true, false, false]);
  expect(isLater(order(1, { version: 11n, sequence: 1n }), stored)).toBe(true);
  expect(isLater(order(1, { version: 9n }), first)).toBe(false);
});
