import { DatabaseClock } from './database-clock.ts';

describe('database time between two answers', () => {
  let monotonicMs: number;
  let clock: DatabaseClock;
  beforeEach(() => {
    monotonicMs = 0;
    clock = new DatabaseClock(() => monotonicMs);
  });

  it('is not known before the first', () => expect(clock.nowMs()).toBeUndefined());

  it('goes on with monotonic time', () => {
    monotonicMs = 100;
    clock.take(1_000_000);
    monotonicMs = 350;
    expect(clock.nowMs()).toBe(1_000_250);
  });

  it('trusts the answer that travelled least', () => {
    clock.take(1_000_000);
    monotonicMs = 50;
    clock.take(1_000_020);
    expect(clock.nowMs()).toBe(1_000_050);
    clock.take(1_000_055);
    expect(clock.nowMs()).toBe(1_000_055);
  });

  it('follows a database whose clock went back, after a minute', () => {
    clock.take(1_000_000);
    monotonicMs = 60_000;
    clock.take(1_000_000);
    expect(clock.nowMs()).toBe(1_000_000);
  });
});
