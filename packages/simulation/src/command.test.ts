import { readOptions } from './command.ts';

describe('the options of a simulation', () => {
  it('are a seed, how many steps there are faults, and how long fresh seeds are tried', () => {
    expect(readOptions(['--seed', '7', '--steps', '100'])).toEqual({ seed: 7, steps: 100, seconds: undefined });
    expect(readOptions(['--seconds', '60'])).toEqual({ seed: undefined, steps: 20_000, seconds: 60 });
  });

  it.each([
    [['--sed', '7'], 'there is no option "--sed"'],
    [['--seed'], '--seed needs a whole number'],
    [['--seed', 'x'], '--seed needs a whole number'],
    [['--seed', '1', '--seed', '2'], '--seed is given twice'],
    [['--seed', '9999999999'], '--seed is at most 4294967295'],
    [['--steps', '0'], '--steps and --seconds are at least 1'],
  ])('that cannot be read are refused in words: %j', (args, words) => expect(() => readOptions(args)).toThrow(words));
});
