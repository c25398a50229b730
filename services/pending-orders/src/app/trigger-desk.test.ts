import type { GroupId } from '@margrave/vocabulary';
import { EURUSD, order, position, price, RAW, STANDARD } from './testing.ts';
import { TriggerDesk, type Armed, type Sight } from './trigger-desk.ts';

let nowMs: number;
let sights: Map<GroupId, Sight>;
let due: Armed[];
let desk: TriggerDesk;
beforeEach(() => {
  nowMs = 1_000_000;
  sights = new Map();
  due = [];
  desk = new TriggerDesk({
    monotonicMs: () => nowMs,
    nowMs: () => nowMs,
    sight: (_, groupId) => sights.get(groupId),
    onDue: (armed) => due.push(armed),
  });
});

const prices = (bid: string, ask: string) => ({ bidE8: price(bid), askE8: price(ask) });
/** The prices of a group, and what they reach. */
function look(bid: string, ask: string, furthest = prices(bid, ask), groupId = RAW): readonly string[] {
  sights.set(groupId, { now: prices(bid, ask), furthest });
  desk.look(EURUSD);
  return taken();
}
const taken = (): readonly string[] => due.splice(0).map(({ triggerId }) => triggerId);

describe('what is told', () => {
  it('is armed, fired at its price, and handed on once, with the version that it was armed at', () => {
    desk.take(order(1, { version: 12n }), RAW);
    expect(look('1.08100', '1.08110')).toEqual([]);
    sights.set(RAW, { now: prices('1.07990', '1.08000'), furthest: prices('1.07990', '1.08000') });
    desk.look(EURUSD);
    expect(due).toMatchObject([{ triggerId: '1', armedVersion: 12n, groupId: RAW, aim: { kind: 'trigger' } }]);
    desk.look(EURUSD);
    expect(due).toHaveLength(1);
  });

  it('counts by its version, in whatever order it comes', () => {
    expect(desk.take(order(1, { version: 12n, limitPriceE8: price('1.07000') }), RAW)).toBe(true);
    expect(desk.take(order(1, { version: 11n }), RAW)).toBe(false);
    expect(look('1.07490', '1.07500')).toEqual([]);
    expect(look('1.06990', '1.07000')).toEqual(['1']);
  });

  it('late, of what is over, does not bring it back', () => {
    desk.take(order(1, { version: 12n, isResting: false }), undefined);
    desk.take(order(1, { version: 11n }), RAW);
    expect(look('1.06990', '1.07000')).toEqual([]);
    expect(desk.size).toBe(0);
  });

  it('takes what was reached out of the hands of who fires it', () => {
    desk.take(position(1, { stopLossE8: price('1.07000') }), RAW);
    look('1.07010', '1.07020');
    sights.set(RAW, { now: prices('1.06990', '1.07000'), furthest: prices('1.06990', '1.07000') });
    desk.look(EURUSD);
    const [armed] = due as [Armed];
    expect(desk.isArmed(armed)).toBe(true);
    desk.take(position(1, { version: 11n }), undefined);
    expect(desk.isArmed(armed)).toBe(false);
  });

  it('is reached at once by the price that is there, not by where that went before', () => {
    sights.set(RAW, { now: prices('1.08500', '1.08510'), furthest: prices('1.06000', '1.08510') });
    desk.take(position(1, { stopLossE8: price('1.07000') }), RAW);
    expect(taken()).toEqual([]);
    desk.take(order(2, { limitPriceE8: price('1.08510') }), RAW);
    expect(taken()).toEqual(['2']);
  });

  it('waits for the prices of its group', () => {
    desk.take(order(1), RAW);
    desk.take(order(2), STANDARD);
    sights.set(STANDARD, { now: prices('1.07988', '1.08002'), furthest: prices('1.07988', '1.08002') });
    expect(look('1.07990', '1.08000')).toEqual(['1']);
    expect(look('1.07986', '1.08000', undefined, STANDARD)).toEqual(['2']);
  });

  it('is jumped over by no price that came between two quotes', () => {
    desk.take(position(1, { stopLossE8: price('1.07000'), takeProfitE8: price('1.09000') }), RAW);
    look('1.08000', '1.08010');
    expect(look('1.08000', '1.08010', prices('1.06990', '1.09100'))).toEqual(['1:stop_loss']);
  });
});

describe('a time at which an order ends', () => {
  it('is handed on when it has come', () => {
    desk.take(order(1, { expiresAtMs: nowMs + 500 }), RAW);
    desk.lookAtClock();
    expect(due).toEqual([]);
    nowMs += 500;
    desk.lookAtClock();
    desk.lookAtClock();
    expect(due).toMatchObject([{ triggerId: 'order:1:expiry', aim: { kind: 'expire', orderId: '1' } }]);
  });

  it('is forgotten with the order, and moved with it', () => {
    desk.take(order(1, { expiresAtMs: nowMs + 500 }), RAW);
    desk.take(order(2, { expiresAtMs: nowMs + 500 }), RAW);
    desk.take(order(1, { version: 11n, isResting: false }), undefined);
    desk.take(order(2, { version: 11n, expiresAtMs: nowMs + 9_000 }), RAW);
    nowMs += 8_999;
    desk.lookAtClock();
    expect(due).toEqual([]);
    expect(desk.size).toBe(2);
  });
});

describe('what was reached', () => {
  const reachedOne = (): Armed => {
    desk.take(order(1), RAW);
    sights.set(RAW, { now: prices('1.07990', '1.08000'), furthest: prices('1.07990', '1.08000') });
    desk.look(EURUSD);
    return due.splice(0)[0]!;
  };

  it('and left again is reached by the next price, not by the one that is still the last', () => {
    const armed = reachedOne();
    desk.armAgain(armed);
    expect(due).toEqual([]);
    expect(look('1.07990', '1.08000')).toEqual(['1']);
  });

  it('and is settled is armed no more, and found missing by who compares with what is stored', () => {
    const armed = reachedOne();
    expect(desk.compare(order(1), RAW)).toBe('fits');
    desk.settle(armed);
    expect([desk.size, desk.compare(order(1), RAW)]).toEqual([0, 'missing']);
    desk.restore(order(1), RAW);
    expect(taken()).toEqual(['1']);
  });
});

describe('compared with what is stored', () => {
  it('what was not heard of is missing, what is later here is overtaken, and an account of another group has moved', () => {
    desk.take(order(1), RAW);
    expect(desk.compare(order(1), RAW)).toBe('fits');
    expect(desk.compare(order(1), STANDARD)).toBe('moved');
    expect(desk.compare(order(1, { version: 11n }), RAW)).toBe('missing');
    expect(desk.compare(order(2), RAW)).toBe('missing');
    desk.take(order(1, { version: 12n, isResting: false }), undefined);
    expect(desk.compare(order(1, { version: 11n }), RAW)).toBe('overtaken');
    desk.restore(order(1, { version: 11n }), RAW);
    expect(desk.size).toBe(0);
  });

  it('what has moved waits for the prices of its new group', () => {
    desk.take(order(1), RAW);
    desk.restore(order(1), STANDARD);
    expect(look('1.07000', '1.07010')).toEqual([]);
    expect(look('1.07000', '1.07010', undefined, STANDARD)).toEqual(['1']);
  });
});

it('what has been over for five minutes is forgotten, what waits, or has been over for less, is not', () => {
  desk.take(order(1), RAW);
  desk.take(order(2, { isResting: false }), undefined);
  nowMs += 1;
  desk.take(order(3, { isResting: false }), undefined);
  nowMs += 300_000;
  desk.forgetOld();
  expect([1, 2, 3].filter((id) => desk.known(EURUSD, `order:${id}`) !== undefined)).toEqual([1, 3]);
});

it('a symbol that another instance watches is forgotten whole', () => {
  desk.take(order(1, { expiresAtMs: nowMs + 1 }), RAW);
  desk.take(position(2, { stopLossE8: price('1.07000') }), RAW);
  desk.forget(EURUSD);
  nowMs += 1_000;
  desk.lookAtClock();
  expect([look('1.06000', '1.06010'), desk.size, desk.symbols()]).toEqual([[], 0, []]);
});

describe('a stop that follows the price', () => {
  const followed = (told: Parameters<typeof position>[1] = {}) =>
    position(1, { trailingDistanceE8: price('0.00200'), trailingBestE8: price('1.08000'), ...told });
  const stop = '1:trailing_stop';

  it('is handed on with where it stood, and what is to be kept anew with how far it has come', () => {
    desk.take(followed(), RAW);
    expect(look('1.08010', '1.08020')).toEqual([]);
    sights.set(RAW, { now: prices('1.08025', '1.08035'), furthest: prices('1.08025', '1.08035') });
    desk.look(EURUSD);
    expect(due.splice(0)).toMatchObject([{ triggerId: '1:trail', aim: { kind: 'trail', bestE8: price('1.08025') } }]);
    sights.set(RAW, { now: prices('1.07820', '1.07830'), furthest: prices('1.07820', '1.07830') });
    desk.look(EURUSD);
    expect(due).toMatchObject([{ triggerId: stop, aim: { level: 'trailing_stop', levelE8: price('1.07825') } }]);
    expect(desk.isArmed(due[0] as Armed)).toBe(true);
  });

  it('goes on from where it had come when something else of its position changes, not where its distance does', () => {
    desk.take(followed(), RAW);
    look('1.08015', '1.08025');
    desk.take(followed({ version: 11n, stopLossE8: price('1.07000') }), RAW);
    expect(look('1.07816', '1.07826')).toEqual([]);
    expect(look('1.07815', '1.07825')).toEqual([stop]);
    desk.take(position(2, { trailingDistanceE8: price('0.00200'), trailingBestE8: price('1.08000') }), RAW);
    look('1.08015', '1.08025');
    desk.take(position(2, { version: 11n, trailingDistanceE8: price('0.00300'), trailingBestE8: price('1.08000') }), RAW);
    expect(look('1.07701', '1.07711')).toEqual([]);
    expect(look('1.07700', '1.07710')).toEqual(['2:trailing_stop']);
  });

  it('that was reached stays reached when something else of its position changes, wherever the price goes meanwhile', () => {
    desk.take(followed({ stopLossE8: price('1.07500') }), RAW);
    expect(look('1.07800', '1.07810')).toEqual([stop]);
    sights.set(RAW, { now: prices('1.08000', '1.08010'), furthest: prices('1.08000', '1.08010') });
    desk.take(followed({ version: 11n, takeProfitE8: price('1.09000') }), RAW);
    expect(due).toMatchObject([{ triggerId: stop, armedVersion: 11n, aim: { levelE8: price('1.07800') } }]);
  });

  it('and so does a stop loss, but not one that was moved', () => {
    desk.take(position(1, { stopLossE8: price('1.07900') }), RAW);
    expect(look('1.07900', '1.07910')).toEqual(['1:stop_loss']);
    sights.set(RAW, { now: prices('1.08000', '1.08010'), furthest: prices('1.08000', '1.08010') });
    desk.take(position(1, { version: 11n, stopLossE8: price('1.07900') }), RAW);
    expect(taken()).toEqual(['1:stop_loss']);
    desk.take(position(1, { version: 12n, stopLossE8: price('1.07800') }), RAW);
    expect(taken()).toEqual([]);
  });

  it('that is heard of when the price is far on already is kept with how far it has come', () => {
    sights.set(RAW, { now: prices('1.08500', '1.08510'), furthest: prices('1.08500', '1.08510') });
    desk.take(followed(), RAW);
    expect(due).toEqual([]);
    desk.look(EURUSD);
    expect(due).toMatchObject([{ aim: { kind: 'trail', bestE8: price('1.08500') } }]);
  });

  it('of an account that changes its group follows the prices of the new one from what is kept', () => {
    desk.take(followed(), RAW);
    look('1.08015', '1.08025');
    desk.restore(followed(), STANDARD);
    expect(look('1.07801', '1.07811', undefined, STANDARD)).toEqual([]);
    expect(look('1.07800', '1.07810', undefined, STANDARD)).toEqual([stop]);
  });

  it('is disarmed with its position', () => {
    desk.take(followed(), RAW);
    expect(desk.size).toBe(2);
    desk.take(followed({ version: 11n, isFree: false }), RAW);
    expect([desk.size, look('1.05000', '1.05010')]).toEqual([0, []]);
  });
});
