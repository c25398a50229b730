import { readChaosOptions } from './options.ts';

const read = (...args: string[]) => readChaosOptions(args, () => 42);

describe('the arguments of the chaos run', () => {
  it('may all be left out: a minute of everything, under a fresh seed', () => {
    expect(read()).toEqual({ seed: 42, seconds: 60, fault: undefined });
  });

  it('are the seed, how long it lasts, and the only kind of fault', () => {
    expect(read('--seed', '7', '--seconds', '600', '--fault', 'half_open')).toEqual({
      seed: 7,
      seconds: 600,
      fault: 'half_open',
    });
  });

  it.each([
    [['--seed', '-1'], /--seed is "-1"|argument/],
    [['--seconds', '0'], /--seconds is "0"; it must be a whole number from 1/],
    [['--fault', 'earthquake'], /--fault is "earthquake"; it must be kill or pause or/],
  ])('are refused when they are %j', (args, message) => {
    expect(() => read(...args)).toThrow(message);
  });
});
