import { DatabaseClock } from './database-clock.ts';

describe('database time', () => {
  it('is the last answer plus the monotonic time since the middle of its journey', async () => {
    let monotonicMs = 100;
    const clock = new DatabaseClock(
      async () => {
        monotonicMs += 20;
        return 1_000_000;
      },
      () => monotonicMs,
    );
    expect(clock.nowMs()).toBeUndefined();
    await clock.adjust();
    expect(clock.nowMs()).toBe(1_000_010);
    monotonicMs += 5_000;
    expect(clock.nowMs()).toBe(1_005_010);
  });

  it('goes on when the database does not answer', async () => {
    const answers = [() => Promise.resolve(7_000), () => Promise.reject(new Error('away'))];
    const clock = new DatabaseClock(
      () => (answers.shift() ?? (() => Promise.resolve(0)))(),
      () => 50,
    );
    await clock.adjust();
    await expect(clock.adjust()).rejects.toThrow('away');
    expect(clock.nowMs()).toBe(7_000);
  });
});
