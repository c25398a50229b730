import type { SymbolName } from '@margrave/vocabulary';
import { turns } from '../testing/turns.ts';
import { Sweep, type Findings, type Stored } from './sweep.ts';
import { EURUSD, order, position, price, RAW, STANDARD } from './testing.ts';
import { TriggerDesk } from './trigger-desk.ts';

const GBPUSD = 'GBPUSD' as SymbolName;

let nowMs: number;
let symbols: SymbolName[];
let stored: Stored[];
let isAway: boolean;
let pauses: { readonly ms: number; readonly end: () => void }[];
let found: Findings[];
let read: SymbolName[];
let desk: TriggerDesk;
let sweep: Sweep;
let stop: AbortController;
let done: Promise<void>;
beforeEach(() => {
  [nowMs, symbols, stored, isAway, pauses, found, read] = [1_000, [EURUSD], [], false, [], [], []];
  stop = new AbortController();
  desk = new TriggerDesk({
    monotonicMs: () => nowMs,
    nowMs: () => nowMs,
    sight: () => undefined,
    onDue: () => undefined,
  });
  sweep = new Sweep({
    monotonicMs: () => nowMs,
    symbols: () => symbols,
    async *read(symbol) {
      read.push(symbol);
      await turns(1);
      if (isAway) throw new Error('away');
      for (const each of stored) if (each.waiting.symbol === symbol) yield [each];
    },
    compare: desk.compare.bind(desk),
    restore: desk.restore.bind(desk),
    waitingOf: desk.waitingOf.bind(desk),
    known: desk.known.bind(desk),
    drop: desk.drop.bind(desk),
    forgetOld: () => desk.forgetOld(),
    learnGroup: () => undefined,
    onSwept: (findings) => found.push(findings),
    onFailed: () => undefined,
    pause: (ms, signal) =>
      new Promise((resolve) => {
        pauses.push({ ms, end: resolve });
        signal.addEventListener('abort', () => resolve(), { once: true });
      }),
    everyMs: 30_000,
  });
});
afterEach(async () => {
  stop.abort();
  pauses.forEach(({ end }) => end());
  await done;
});

async function start(): Promise<void> {
  done = sweep.run(stop.signal);
  await turns();
}
/** The pause that the sweep is in is over. */
async function next(): Promise<number> {
  const { ms, end } = pauses.at(-1)!;
  nowMs += ms;
  end();
  await turns();
  return ms;
}
const protectedOne = (id: number): Stored => ({ waiting: position(id, { stopLossE8: price('1.07000') }), groupId: RAW });
const resting = (id: number): Stored => ({ waiting: order(id), groupId: RAW });

it('what is stored is armed at the start, which is no finding', async () => {
  stored = [resting(1), protectedOne(2)];
  expect(sweep.isLoaded).toBe(false);
  await start();
  expect([desk.size, sweep.isLoaded, found]).toEqual([2, true, [{ orders: 0, positions: 0, dropped: 0 }]]);
});

it('what was heard of later than what is stored stays as it is', async () => {
  stored = [resting(1)];
  desk.take(order(1, { version: 11n, isResting: false }), undefined);
  await start();
  expect(desk.size).toBe(0);
});

describe('after the start', () => {
  beforeEach(start);

  it('what is stored and not armed is given a second, and then armed and counted', async () => {
    stored = [resting(1), protectedOne(2), protectedOne(3)];
    expect(await next()).toBe(30_000);
    expect(desk.size).toBe(0);
    desk.take(stored[2]!.waiting, RAW);
    expect(await next()).toBe(1_000);
    expect([desk.size, found.at(-1)]).toEqual([3, { orders: 1, positions: 1, dropped: 0 }]);
    await next();
    expect(found.at(-1)).toEqual({ orders: 0, positions: 0, dropped: 0 });
  });

  it('what is armed and not stored is given a second, and then dropped', async () => {
    desk.take(order(1), RAW);
    desk.take(order(2), RAW);
    await next();
    expect(desk.size).toBe(2);
    desk.take(order(2, { version: 11n }), RAW);
    await next();
    expect([desk.known(EURUSD, 'order:1'), desk.size, found.at(-1)?.dropped]).toEqual([undefined, 1, 1]);
  });

  it('what was armed while it was read is left alone', async () => {
    const reading = next();
    desk.take(order(1), RAW);
    await reading;
    expect([desk.size, pauses.at(-1)?.ms]).toEqual([1, 30_000]);
  });

  it('an account that is of another group by now waits for the prices of that group, which is no finding', async () => {
    desk.take(order(1), RAW);
    stored = [{ waiting: order(1), groupId: STANDARD }];
    await next();
    expect([desk.known(EURUSD, 'order:1')?.groupId, found.at(-1)]).toEqual([STANDARD, { orders: 0, positions: 0, dropped: 0 }]);
  });

  it('a store that is away is asked later and later, at most every five minutes, and in time again when it answers', async () => {
    isAway = true;
    const waitedMs: number[] = [];
    await next();
    for (let failure = 0; failure < 5; failure += 1) waitedMs.push(await next());
    expect(waitedMs).toEqual([60_000, 120_000, 240_000, 300_000, 300_000]);
    isAway = false;
    await next();
    expect(pauses.at(-1)?.ms).toBe(30_000);
  });

  it('a symbol that is taken over is loaded at once, and first', async () => {
    symbols = [EURUSD, GBPUSD];
    expect(sweep.isLoaded).toBe(false);
    stored = [{ waiting: order(1, { symbol: GBPUSD }), groupId: RAW }];
    read = [];
    sweep.soon();
    await turns();
    expect([read, desk.size, sweep.isLoaded]).toEqual([[GBPUSD, EURUSD], 1, true]);
  });

  it('a symbol that another instance took is loaded anew when it comes back', async () => {
    symbols = [];
    sweep.forgetOthers();
    symbols = [EURUSD];
    expect(sweep.isLoaded).toBe(false);
  });

  it('all is loaded anew when nobody knows what was told', async () => {
    stored = [resting(1)];
    sweep.loadAgain();
    expect(sweep.isLoaded).toBe(false);
    await turns();
    expect([desk.size, sweep.isLoaded, found.at(-1)?.orders]).toEqual([1, true, 0]);
  });
});

it('what could not be loaded is tried again soon', async () => {
  isAway = true;
  stored = [resting(1)];
  await start();
  const waitedMs = [await next(), await next(), await next()];
  expect(waitedMs).toEqual([500, 1_000, 2_000]);
  isAway = false;
  await next();
  expect(desk.size).toBe(1);
});
