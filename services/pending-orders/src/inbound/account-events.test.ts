import { AccountEventV1, OrderV1, PositionV1 } from '@margrave/contracts';
import { readWaiting } from './account-events.ts';

const orderEvent = (order: Partial<OrderV1>): AccountEventV1 => ({
  ...AccountEventV1.example,
  type: 'order.working',
  data: { order: { ...OrderV1.example, ...order } },
});
const positionEvent = (position: Partial<PositionV1>): AccountEventV1 => ({
  ...AccountEventV1.example,
  type: 'position.changed',
  data: { position: { ...PositionV1.example, ...position } },
});

it('an order that rests waits for its price until its time, as of its version and event', () => {
  const resting = { status: 'working', isResting: true, type: 'limit', price: '1.08000', timeInForce: 'gtd' } as const;
  expect(readWaiting(orderEvent({ ...resting, expiresAt: '2026-01-06T10:00:00.000Z', version: '13' }))).toMatchObject({
    key: 'order:1000000457',
    symbol: 'EURUSD',
    version: 13n,
    sequence: 9n,
    levels: [{ triggerId: '1000000457', watch: 'ask_at_most', priceE8: 108_000_000n }],
    expiresAtMs: Date.UTC(2026, 0, 6, 10),
  });
});

it('a stop-limit order whose stop was reached waits for its limit', () => {
  const both = { status: 'working', isResting: true, type: 'stop_limit', price: '1.09010', stopPrice: '1.09000' } as const;
  expect(readWaiting(orderEvent(both))?.levels).toMatchObject([{ watch: 'ask_at_least', priceE8: 109_000_000n }]);
  expect(readWaiting(orderEvent({ ...both, triggeredAt: '2026-01-05T10:00:00.000Z' }))?.levels).toMatchObject([
    { watch: 'ask_at_most', priceE8: 109_010_000n },
  ]);
});

it('an order that does not rest waits for nothing', () => {
  expect(readWaiting(orderEvent({}))).toMatchObject({ key: 'order:1000000457', levels: [], expiresAtMs: null });
});

it('a position waits for its stop loss and its take profit, while nothing closes it', () => {
  const protection = { stopLoss: '1.07000', takeProfit: '1.09000' };
  expect(readWaiting(positionEvent(protection))?.levels).toMatchObject([
    { triggerId: '1000000457:stop_loss', priceE8: 107_000_000n },
    { triggerId: '1000000457:take_profit', priceE8: 109_000_000n },
  ]);
  expect(readWaiting(positionEvent({ ...protection, closingOrderId: '1000000999' as never }))?.levels).toEqual([]);
  expect(readWaiting(positionEvent({ ...protection, closedAt: '2026-01-05T10:00:00.000Z' }))?.levels).toEqual([]);
});

it.each([
  ['buy', '1.08200'],
  ['sell', '1.07800'],
] as const)('the stop that follows a %s goes on from where it stood', (side, best) => {
  const trailingStop = { distance: '0.00200', price: '1.08000' };
  expect(readWaiting(positionEvent({ side, trailingStop }))?.levels[0]).toMatchObject({
    triggerId: '1000000457:trailing_stop',
    distanceE8: 200_000n,
    bestE8: BigInt(best.replace('.', '')) * 1_000n,
  });
});

it('what tells of neither is left alone', () => {
  const data = { figures: { balance: '1', marginExecuted: '0', marginTotal: '0' } };
  expect(readWaiting({ ...AccountEventV1.example, type: 'margin.changed', data })).toBeUndefined();
});
