import { readOptions } from './options.ts';

describe('the options of the demo', () => {
  it('have defaults that trade on any day, until stopped', () =>
    expect(readOptions([])).toEqual({ seconds: undefined, feed: 'live', seed: 1, sessions: 'always' }));
  it('are read', () =>
    expect(readOptions(['--seconds', '20', '--feed', 'still', '--seed', '7', '--sessions', 'real'])).toEqual({
      seconds: 20,
      feed: 'still',
      seed: 7,
      sessions: 'real',
    }));
  it.each([
    [['--seconds', '0'], '--seconds is "0"'],
    [['--seconds', '1e3'], '--seconds is "1e3"'],
    [['--feed', 'fast'], 'it must be live or still'],
    [['--nonsense'], '--nonsense'],
  ])('that mean nothing are named: %j', (args, message) => expect(() => readOptions(args)).toThrow(message));
});
