import { ok, parseE8, refuse, type PriceE8, type Result } from '@margrave/vocabulary';

/** Why a value of the feed is no price or no time. Closed: each is a label of a metric. */
export const FEED_REFUSALS = [
  /** The node of a symbol is no object. */
  'not_a_node',
  /** The node's name cannot be a symbol. */
  'bad_symbol',
  /** A side that is neither a text nor a number. */
  'not_a_price',
  /** A text that is no plain decimal: `NaN`, ` 1.1`, `0x10`. */
  'not_a_decimal',
  /** `1e400`, `1e-7`: only plain decimals are read. */
  'exponent',
  'negative',
  /** More than eight decimals, or more than ninety thousand millions. */
  'too_many_digits',
  /** The configured time field holds something else than a whole number of epoch milliseconds. */
  'bad_time',
] as const;
export type FeedRefusal = (typeof FEED_REFUSALS)[number];

const EXPONENT = /^[+-]?[\d.]+e[+-]?\d+$/i;
const PLAIN_DECIMAL = /^\d+(\.\d+)?$/;

/**
 * A side of a symbol's node. Null, or a child that is not there, means that there is none.
 * A JavaScript number stands for its shortest decimal text, which is what its writer wrote, digit for digit.
 */
export function readPrice(unchecked: unknown): Result<PriceE8 | null, FeedRefusal> {
  if (unchecked === undefined || unchecked === null) return ok(null);
  if (typeof unchecked !== 'string' && typeof unchecked !== 'number') return refuse('not_a_price');
  const text = String(unchecked);
  if (text.startsWith('-')) return refuse('negative');
  const priceE8 = parseE8(text);
  if (priceE8 !== undefined) return ok(priceE8 as PriceE8);
  if (EXPONENT.test(text)) return refuse('exponent');
  return refuse(PLAIN_DECIMAL.test(text) ? 'too_many_digits' : 'not_a_decimal');
}

/** Epoch milliseconds of 2001-09-09 and 2100-01-01: seconds and microseconds fall outside, and would order nothing rightly. */
const TIME_MS_MIN = 1_000_000_000_000;
const TIME_MS_MAX = 4_102_444_800_000;
const WHOLE_NUMBER = /^\d{13}$/;

/** The feed's own time of a node, as a number or as its text. Undefined when the node has none. */
export function readTimeMs(unchecked: unknown): Result<number | undefined, FeedRefusal> {
  if (unchecked === undefined || unchecked === null) return ok(undefined);
  const timeMs = typeof unchecked === 'string' && WHOLE_NUMBER.test(unchecked) ? Number.parseInt(unchecked, 10) : unchecked;
  if (typeof timeMs !== 'number' || !Number.isInteger(timeMs)) return refuse('bad_time');
  return timeMs >= TIME_MS_MIN && timeMs <= TIME_MS_MAX ? ok(timeMs) : refuse('bad_time');
}
