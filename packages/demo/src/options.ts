import { parseArgs } from 'node:util';

export interface DemoOptions {
  /** Trades for so long and then judges itself; undefined: until it is stopped. */
  readonly seconds: number | undefined;
  readonly feed: 'live' | 'still';
  readonly seed: number;
  /** `always`: every session is open, so that the demo trades on any day; `real`: as the markets are. */
  readonly sessions: 'always' | 'real';
  /** The provider that is somebody else: no simulator of it is started. */
  readonly ownProvider: 'lp-a' | 'lp-b' | undefined;
}

export const USAGE =
  'npm run demo -- [--seconds N] [--feed live|still] [--seed N] [--sessions always|real] [--own-provider lp-a|lp-b]';

/** @throws an error that says what is wrong and what is allowed. */
export function readOptions(args: readonly string[]): DemoOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string' },
      feed: { type: 'string', default: 'live' },
      seed: { type: 'string', default: '1' },
      sessions: { type: 'string', default: 'always' },
      'own-provider': { type: 'string' },
    },
  });
  const own = values['own-provider'];
  return {
    seconds: values.seconds === undefined ? undefined : wholeNumber('--seconds', values.seconds, 1, 86_400),
    feed: oneOf('--feed', values.feed, ['live', 'still']),
    seed: wholeNumber('--seed', values.seed, 0, 4_294_967_295),
    sessions: oneOf('--sessions', values.sessions, ['always', 'real']),
    ownProvider: own === undefined ? undefined : oneOf('--own-provider', own, ['lp-a', 'lp-b']),
  };
}

/** @throws an error that says what is allowed. */
export function wholeNumber(name: string, text: string, minimum: number, maximum: number): number {
  const value = Number(text);
  if (!/^\d{1,10}$/.test(text) || value < minimum || value > maximum) {
    throw new Error(`${name} is "${text}"; it must be a whole number from ${minimum} to ${maximum}`);
  }
  return value;
}

/** @throws an error that says what is allowed. */
export function oneOf<const Word extends string>(name: string, text: string, words: readonly Word[]): Word {
  const word = words.find((candidate) => candidate === text);
  if (word === undefined) throw new Error(`${name} is "${text}"; it must be ${words.join(' or ')}`);
  return word;
}
