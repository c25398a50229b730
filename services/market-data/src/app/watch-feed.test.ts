import { FeedWatch } from './watch-feed.ts';

let nowMs: number;
let isConnected: boolean;
let hasOpenSession: boolean;
let reconnects: number;
let watch: FeedWatch;
beforeEach(() => {
  nowMs = 0;
  isConnected = true;
  hasOpenSession = true;
  reconnects = 0;
  watch = new FeedWatch({
    monotonicMs: () => nowMs,
    hasOpenSession: () => hasOpenSession,
    silenceMaxMs: 15_000,
  });
});
const checkAt = (atMs: number): boolean => {
  nowMs = atMs;
  return watch.check({
    isConnected: () => isConnected,
    reconnect: () => {
      reconnects += 1;
    },
  });
};

describe('a connected feed that says nothing', () => {
  it('is connected anew, once for each such time', () => {
    expect([checkAt(14_999), checkAt(15_000), checkAt(15_001), checkAt(29_999), checkAt(30_000)]).toEqual([
      false,
      true,
      false,
      false,
      true,
    ]);
    expect(reconnects).toBe(2);
  });

  it('is left alone when anything was heard', () => {
    nowMs = 14_000;
    watch.heard();
    expect([checkAt(15_000), checkAt(28_999), checkAt(29_000)]).toEqual([false, false, true]);
  });

  it('is left alone while it is not connected, and while nothing trades', () => {
    isConnected = false;
    expect([checkAt(14_000), checkAt(40_000)]).toEqual([false, false]);
    isConnected = true;
    hasOpenSession = false;
    expect(checkAt(80_000)).toBe(false);
    hasOpenSession = true;
    expect([checkAt(94_999), checkAt(95_000)]).toEqual([false, true]);
  });
});
