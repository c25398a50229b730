import { readOptions } from './options.ts';

describe('the options of the demo', () => {
  it('have defaults that trade on any day, until stopped', () =>
    expect(readOptions([])).toEqual({ seconds: undefined, feed: 'live', seed: 1, sessions: 'always', ownProvider: undefined }));
  it('are read', () =>
    expect(
      readOptions(['--seconds', '20', '--feed', 'still', '--seed', '7', '--sessions', 'real', '--own-provider', 'lp-b']),
    ).toEqual({
      seconds: 20,
      feed: 'still',
      seed: 7,
      sessions: 'real',
      ownProvider: 'lp-b',
    }));
  it.each([
    [['--seconds', '0'], '--seconds is "0"'],
    [['--seconds', '1e3'], '--seconds is "1e3"'],
    [['--feed', 'fast'], 'it must be live or still'],
    [['--own-provider', 'lp-c'], 'it must be lp-a or lp-b'],
    [['--nonsense'], '--nonsense'],
  ])('that mean nothing are named: %j', (args, message) => expect(() => readOptions(args)).toThrow(message));
});
