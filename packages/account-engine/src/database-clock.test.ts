import { DatabaseClock } from './database-clock.ts';

describe('database time between two answers', () => {
  it('goes on with monotonic time', () => {
    let monotonicMs = 100;
    const clock = new DatabaseClock(1_000_000, () => monotonicMs);
    monotonicMs = 350;
    expect(clock.nowMs()).toBe(1_000_250);
  });

  it('trusts the answer that travelled least', () => {
    let monotonicMs = 0;
    const clock = new DatabaseClock(1_000_000, () => monotonicMs);
    monotonicMs = 50;
    clock.take(1_000_020);
    expect(clock.nowMs()).toBe(1_000_050);
    clock.take(1_000_055);
    expect(clock.nowMs()).toBe(1_000_055);
  });

  it('follows a database whose clock went back, after a minute', () => {
    let monotonicMs = 0;
    const clock = new DatabaseClock(1_000_000, () => monotonicMs);
    monotonicMs = 60_000;
    clock.take(1_000_000);
    expect(clock.nowMs()).toBe(1_000_000);
  });
});
