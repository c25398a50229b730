import assert from 'node:assert/strict';
import type { Account, Order } from './account.ts';
import type { Change } from './change.ts';
import type { Command } from './command.ts';
import { decide } from './decide.ts';
import type { Group } from './group.ts';
import { account, close, contextOf, group, lotsE8, market, order, place, position } from './testing/build.ts';
import { withMargin } from './testing/laws.ts';

const QUOTES = market({ EURUSD: ['1.08446', '1.08454'], GBPUSD: ['1.27304', '1.27316'], USDJPY: ['151.415', '151.425'] });

function decided(command: Command, given: Account, terms: Group): Change {
  const context = contextOf(QUOTES, terms);
  const result = decide(withMargin(given, context), command, context);
  assert(result.ok);
  return result.value;
}

const outcome = (change: Change) => [change.orders[0]?.status, change.decision?.denial?.code ?? null];
const ACCEPTED = ['filled', null];
const count = (value: bigint) => ({ kind: 'count', value });
const lots = (text: string) => ({ kind: 'lots', valueE8: lotsE8(text) });

const held = (id: string, side: 'buy' | 'sell' = 'buy', symbol = 'EURUSD', size = '1') =>
  position(id, { symbol, side, lots: size, price: '1.08454' });
const sent = (id: string, side: 'buy' | 'sell' = 'buy', symbol = 'EURUSD', told: Partial<Order> = {}) =>
  order(id, { symbol, side, lots: '1', price: '1.08474' }, told);
const rich = (told: Partial<Account>) => account({ balance: '1000000', ...told });

describe('the largest number of orders and positions of an account', () => {
  const limited = group({ ordersMax: 3 });
  const room = rich({ positions: [held('3000000001')], orders: [sent('4000000001')] });
  const full = rich({ positions: [held('3000000001'), held('3000000002', 'sell')], orders: [sent('4000000001')] });

  it('may be reached', () => expect(outcome(decided(place('EURUSD', 'buy', '1'), room, limited))).toEqual(ACCEPTED));

  it('is not exceeded: the order is denied with the numbers, and nothing is reserved or sent', () => {
    const change = decided(place('GBPUSD', 'buy', '1'), full, { ...limited, flow: 'provider', provider: 'lp-a' as never });
    expect(change.decision?.denial).toEqual({
      code: 'LIMIT_ORDERS_EXCEEDED',
      numbers: { orders: count(3n), requested: count(1n), ordersMax: count(3n) },
    });
    expect(outcome(change)).toEqual(['denied', 'LIMIT_ORDERS_EXCEEDED']);
    expect([change.instructions, change.positions, change.deals]).toEqual([[], [], []]);
    expect([change.account.marginTotalE8, change.account.orders]).toEqual([change.before.marginTotalE8, change.before.orders]);
  });

  it('is a reason before want of margin', () =>
    expect(outcome(decided(place('EURUSD', 'buy', '100'), { ...full, balanceE8: 0n as never }, limited))).toEqual([
      'denied',
      'LIMIT_ORDERS_EXCEEDED',
    ]));

  it('stands in the decision record with the count, also of an order that was accepted', () => {
    const limits = { exposureE8: lotsE8('2'), exposureMaxE8: null, ordersMax: 3 };
    expect(decided(place('EURUSD', 'buy', '1'), room, limited).decision?.limits).toEqual({
      ...limits,
      orders: 2,
      ordersAfter: 3,
    });
    expect(decided(place('EURUSD', 'buy', '1'), full, limited).decision?.limits).toEqual({
      ...limits,
      orders: 3,
      ordersAfter: 4,
    });
  });

  it('never holds up a close, which counts for nothing', () => {
    const change = decided(close('3000000001'), full, group({ ordersMax: 1 }));
    expect(outcome(change)).toEqual(ACCEPTED);
    expect(change.decision?.limits).toBeNull();
    const closing = order(
      '4000000002',
      { symbol: 'EURUSD', side: 'sell', lots: '1' },
      { closesPositionId: '3000000001' as never },
    );
    expect(outcome(decided(place('EURUSD', 'buy', '1'), { ...room, orders: [...room.orders, closing] }, limited))).toEqual(
      ACCEPTED,
    );
  });

  it('counts an order and the part of it that is open already once', () => {
    const partly = sent('4000000001', 'buy', 'EURUSD', { filledVolumeE8: lotsE8('0.4'), status: 'partially_filled' });
    const part = { ...held('4000000001', 'buy', 'EURUSD', '0.4'), openingRequestId: partly.requestId };
    expect(
      outcome(decided(place('EURUSD', 'buy', '1'), rich({ positions: [part, held('3000000001')], orders: [partly] }), limited)),
    ).toEqual(ACCEPTED);
  });

  it('lets a netting account go on in a symbol that it holds, also where the limit has been lowered below what it has', () => {
    const netting = rich({ mode: 'netting', positions: [held('3000000001'), held('3000000002', 'buy', 'GBPUSD')] });
    for (const ordersMax of [1, 2]) {
      expect(outcome(decided(place('EURUSD', 'sell', '1'), netting, group({ ordersMax })))).toEqual(ACCEPTED);
      expect(outcome(decided(place('USDJPY', 'sell', '1'), netting, group({ ordersMax })))).toEqual([
        'denied',
        'LIMIT_ORDERS_EXCEEDED',
      ]);
    }
  });
});

describe('the largest volume of a symbol on one side', () => {
  const limited = group({ exposureMax: { EURUSD: '5' } });
  const three = rich({ positions: [held('3000000001', 'buy', 'EURUSD', '2')], orders: [sent('4000000001')] });

  it('may be reached, what is in flight included', () =>
    expect(outcome(decided(place('EURUSD', 'buy', '2'), three, limited))).toEqual(ACCEPTED));

  it('is not exceeded by a step: the order is denied with the numbers', () =>
    expect(decided(place('EURUSD', 'buy', '2.01'), three, limited).decision?.denial).toEqual({
      code: 'LIMIT_EXPOSURE_EXCEEDED',
      numbers: {
        symbol: { kind: 'word', value: 'EURUSD' },
        side: { kind: 'word', value: 'buy' },
        exposure: lots('3'),
        volume: lots('2.01'),
        exposureMax: lots('5'),
      },
    }));

  it.each([
    ['EURUSD', 'sell'],
    ['GBPUSD', 'buy'],
  ] as const)('leaves %s %s alone', (symbol, side) =>
    expect(outcome(decided(place(symbol, side, '5'), three, limited))).toEqual(ACCEPTED),
  );

  it('does not hold up a close', () =>
    expect(outcome(decided(close('3000000001'), three, group({ exposureMax: { EURUSD: '0' } })))).toEqual(ACCEPTED));

  it('counts what an order can still fill, not what it has filled', () => {
    const partly = sent('4000000001', 'buy', 'EURUSD', { filledVolumeE8: lotsE8('0.4'), status: 'partially_filled' });
    const part = held('4000000001', 'buy', 'EURUSD', '0.4');
    const change = decided(place('EURUSD', 'buy', '1'), rich({ positions: [part], orders: [partly] }), limited);
    expect(change.decision?.limits?.exposureE8).toBe(lotsE8('1'));
  });

  it('does not count the opposite position of a netting account, which may be closed before the order fills', () => {
    const netting = rich({
      mode: 'netting',
      positions: [held('3000000001', 'sell', 'EURUSD', '4')],
      orders: [sent('4000000001')],
    });
    expect(decided(place('EURUSD', 'buy', '4'), netting, limited).decision).toMatchObject({
      denial: null,
      limits: { exposureE8: lotsE8('1') },
    });
    expect(outcome(decided(place('EURUSD', 'buy', '4.01'), netting, limited))).toEqual(['denied', 'LIMIT_EXPOSURE_EXCEEDED']);
  });

  it('counts of a close in flight what its position no longer has', () => {
    const closing = order(
      '4000000002',
      { symbol: 'EURUSD', side: 'sell', lots: '4' },
      { closesPositionId: '3000000001' as never },
    );
    const netting = rich({ mode: 'netting', positions: [held('3000000001', 'buy', 'EURUSD', '3')], orders: [closing] });
    expect(decided(place('EURUSD', 'sell', '1'), netting, limited).decision?.limits?.exposureE8).toBe(lotsE8('1'));
  });
});
