import { turns } from '../testing/turns.ts';
import { Firing, type Fired } from './firing.ts';
import { ACCOUNT, EURUSD, order, RAW } from './testing.ts';
import type { Armed } from './trigger-desk.ts';
import type { Waiting } from './waiting.ts';

interface Submitted {
  readonly armed: Armed;
  readonly answer: (fired: Fired | Error) => Promise<void>;
}

let nowMs: number;
let isTradable: boolean;
let submitted: Submitted[];
let gone: Set<Armed>;
let happened: string[];
let taken: Waiting[];
let bugs: unknown[];
let firing: Firing;
beforeEach(() => {
  nowMs = 5_000;
  isTradable = true;
  [submitted, happened, taken, bugs] = [[], [], [], []];
  gone = new Set();
  firing = new Firing({
    monotonicMs: () => nowMs,
    submit: (armed) =>
      new Promise((resolve, reject) => {
        const answer = async (fired: Fired | Error): Promise<void> => {
          if (fired instanceof Error) reject(fired);
          else resolve(fired);
          await turns(3);
        };
        submitted.push({ armed, answer });
      }),
    isArmed: (armed) => !gone.has(armed),
    isTradable: () => isTradable,
    take: (waiting) => taken.push(waiting),
    settle: ({ triggerId }) => happened.push(`settled ${triggerId}`),
    armAgain: ({ triggerId }) => happened.push(`armed again ${triggerId}`),
    onFired: (armed, kind, afterMs) => happened.push(`${kind} ${armed.triggerId} after ${afterMs} ms`),
    onBug: (error) => bugs.push(error),
    inFlightMax: 3,
  });
});

const armed = (id: number, aim: Armed['aim'] = { kind: 'trigger', orderId: `${id}` as never }): Armed => ({
  triggerId: `${id}`,
  aim,
  accountId: ACCOUNT,
  symbol: EURUSD,
  groupId: RAW,
  armedVersion: 10n,
});
/** Those that were submitted since it was asked last. */
let seen = 0;
beforeEach(() => {
  seen = 0;
});
const fresh = (): readonly string[] => {
  const ids = submitted.slice(seen).map((each) => each.armed.triggerId);
  seen = submitted.length;
  return ids;
};
const answer = (index: number, fired: Fired | Error): Promise<void> => submitted[index]!.answer(fired);
function pass(ms: number): void {
  nowMs += ms;
  firing.lookAtClock();
}

describe('what was reached', () => {
  it('is fired in its order, so many at once, and the next as soon as one is settled', async () => {
    for (let id = 1; id <= 5; id += 1) firing.put(armed(id));
    expect(fresh()).toEqual(['1', '2', '3']);
    nowMs += 7;
    await answer(1, { kind: 'nothing_to_do' });
    expect(fresh()).toEqual(['4']);
    expect(happened).toEqual(['nothing_to_do 2 after 7 ms', 'settled 2']);
  });

  it('is told what its commit changed, and is done with', async () => {
    firing.put(armed(1));
    await answer(0, { kind: 'committed', waiting: [order(1, { isResting: false, version: 11n })] });
    expect(taken).toMatchObject([{ key: 'order:1', version: 11n }]);
    expect(happened).toEqual(['committed 1 after 0 ms', 'settled 1']);
    expect(firing.state()).toEqual({ inHand: 0, untradable: 0, oldestMs: 0 });
  });

  it('is not fired any more when it changed in the meantime', async () => {
    const late = armed(4);
    for (const each of [armed(1), armed(2), armed(3), late, armed(5)]) firing.put(each);
    gone.add(late);
    fresh();
    await answer(0, { kind: 'nothing_to_do' });
    expect(fresh()).toEqual(['5']);
  });

  it('waits for the next price when the market has left its limit', async () => {
    firing.put(armed(1));
    await answer(0, { kind: 'not_reached' });
    expect(happened).toEqual(['not_reached 1 after 0 ms', 'armed again 1']);
    pass(60_000);
    expect(fresh()).toEqual(['1']);
  });
});

describe('what cannot be dealt on', () => {
  beforeEach(async () => {
    firing.put(armed(1));
    fresh();
    isTradable = false;
    await answer(0, { kind: 'not_tradable' });
  });

  it('stays due, and is tried at the next quote on which it can be', async () => {
    firing.onQuote(EURUSD);
    pass(3_600_000);
    expect(fresh()).toEqual([]);
    expect(firing.state()).toEqual({ inHand: 0, untradable: 1, oldestMs: 0 });
    isTradable = true;
    firing.onQuote(EURUSD);
    expect(fresh()).toEqual(['1']);
    await answer(1, { kind: 'committed', waiting: [] });
    firing.onQuote(EURUSD);
    expect(fresh()).toEqual([]);
  });

  it('is tried every second without a quote, for something else may be missing', async () => {
    isTradable = true;
    pass(999);
    expect(fresh()).toEqual([]);
    pass(1);
    expect(fresh()).toEqual(['1']);
    await answer(1, { kind: 'not_tradable' });
    pass(999);
    expect(fresh()).toEqual([]);
    pass(1);
    expect(fresh()).toEqual(['1']);
  });
});

describe('what nobody could decide', () => {
  it('is tried again after a pause that grows to two seconds', async () => {
    firing.put(armed(1));
    const waitedMs: number[] = [];
    for (let attempt = 0; attempt < 6; attempt += 1) {
      fresh();
      await answer(attempt, { kind: 'again' });
      let passedMs = 0;
      for (; fresh().length === 0; passedMs += 100) pass(100);
      submitted.at(-1);
      waitedMs.push(passedMs);
      seen = submitted.length;
    }
    expect(waitedMs).toEqual([200, 400, 800, 1_600, 2_000, 2_000]);
  });

  it('holds up nothing else, and comes after what was never tried', async () => {
    for (let id = 1; id <= 6; id += 1) firing.put(armed(id));
    fresh();
    await answer(0, { kind: 'again' });
    await answer(1, { kind: 'failed' });
    expect(fresh()).toEqual(['4', '5']);
    pass(200);
    await answer(2, { kind: 'nothing_to_do' });
    await answer(3, { kind: 'nothing_to_do' });
    await answer(4, { kind: 'nothing_to_do' });
    expect(fresh()).toEqual(['6', '1', '2']);
  });

  it('is told by its age until it is settled', async () => {
    firing.put(armed(1));
    await answer(0, { kind: 'again' });
    nowMs += 20_000;
    expect(firing.state()).toEqual({ inHand: 1, untradable: 0, oldestMs: 20_000 });
  });

  it('is tried again too when it is an order that was said not to be at its end yet', async () => {
    firing.put(armed(1, { kind: 'expire', orderId: '1' as never }));
    fresh();
    await answer(0, { kind: 'nothing_to_do' });
    expect(happened).toEqual(['nothing_to_do 1 after 0 ms']);
    pass(200);
    expect(fresh()).toEqual(['1']);
  });
});

it('a bug of the firing itself is told, and holds up nothing', async () => {
  for (let id = 1; id <= 4; id += 1) firing.put(armed(id));
  fresh();
  await answer(0, new TypeError('a bug'));
  expect(bugs).toEqual([expect.objectContaining({ message: 'a bug' })]);
  expect(fresh()).toEqual(['4']);
});

it('stopped, it fires nothing more and is done when what was in flight is settled', async () => {
  for (let id = 1; id <= 4; id += 1) firing.put(armed(id));
  fresh();
  let isDone = false;
  void firing.stop().then(() => (isDone = true));
  await answer(0, { kind: 'nothing_to_do' });
  await answer(1, { kind: 'again' });
  expect([fresh(), isDone]).toEqual([[], false]);
  await answer(2, { kind: 'nothing_to_do' });
  pass(10_000);
  expect([fresh(), isDone]).toEqual([[], true]);
});
