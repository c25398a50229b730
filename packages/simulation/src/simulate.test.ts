import { simulate } from './simulate.ts';

/** In one process a simulated step takes some 50 µs. */
const STEPS = 4_000;

describe('a simulated broker', () => {
  it('has one history for one seed', async () => {
    const [first, second] = [await simulate({ seed: 7, steps: STEPS }), await simulate({ seed: 7, steps: STEPS })];
    expect(second.digest).toBe(first.digest);
    expect((await simulate({ seed: 8, steps: STEPS })).digest).not.toBe(first.digest);
  });

  it.each([1, 2, 3, 4, 7, 21, 31, 33])('keeps its books whatever goes wrong, seed %i', async (seed) => {
    const { broken, checked, faults, orders, deals } = await simulate({ seed, steps: 8_000 });
    expect(broken).toBeUndefined();
    expect(Object.entries(checked).filter(([, count]) => count === 0)).toEqual([]);
    expect(faults.size).toBeGreaterThan(10);
    expect(Math.min(orders, deals)).toBeGreaterThan(20);
  });

  it('stops when its time is up', async () => {
    let looks = 0;
    const { isWhole, steps } = await simulate({ seed: 1, steps: 100_000, isTimeUp: () => (looks += 1) > 3 });
    expect([isWhole, steps]).toEqual([false, 600]);
  });
});
