import { createSnapshotWindow, type SnapshotWindow } from './snapshot-window.ts';

describe('first values after a connection', () => {
  let window: SnapshotWindow;
  let deferred: (() => void)[];
  const endBurst = (): void => deferred.splice(0).forEach((act) => act());
  beforeEach(() => {
    deferred = [];
    window = createSnapshotWindow((act) => deferred.push(act));
  });

  it('are the first of each symbol in the first burst', () => {
    expect([window.claims('EURUSD'), window.claims('GBPUSD'), window.claims('EURUSD')]).toEqual([true, true, false]);
    endBurst();
    expect([window.claims('EURUSD'), window.claims('USDJPY')]).toEqual([false, false]);
  });

  it('come again after the connection was lost', () => {
    window.claims('EURUSD');
    endBurst();
    window.arm();
    expect(window.claims('EURUSD')).toBe(true);
  });

  it('are waited for when the connection is lost within a burst', () => {
    window.claims('EURUSD');
    window.arm();
    endBurst();
    expect(window.claims('EURUSD')).toBe(true);
  });
});
