import { fitsDecimals, type Fraction, type PriceE8 } from '@margrave/vocabulary';
import { isSpikeConfirmed, isWithinSpikeLimit, weighSpike } from './spike.ts';
import type { FeedTick, SymbolFeed } from './symbol-feed.ts';

/** What an instrument says about its raw prices. */
export interface QuoteRules {
  /** Decimals of a price. */
  readonly digits: number;
  readonly spikeLimit: Fraction;
}

/**
 * What became of a tick. `accepted` made a tradable quote; `snapshot` made a quote of unknown age, good for valuation only.
 * All others left the last quote as it was:
 * `snapshot_held` a quote of known age is at hand, and first values after a reconnection do not replace it ·
 * `duplicate` nothing new · `incomplete` a side is missing · `older` its time is before the last · `session_closed` the last
 * price of the session stays · `not_positive`, `too_many_digits`, `crossed`, `spike` the quote of both sides fails that check.
 */
export const TICK_RESULTS = [
  'accepted',
  'snapshot',
  'snapshot_held',
  'duplicate',
  'incomplete',
  'older',
  'session_closed',
  'not_positive',
  'too_many_digits',
  'crossed',
  'spike',
] as const;
export type TickResult = (typeof TICK_RESULTS)[number];

export interface TakenTick {
  readonly feed: SymbolFeed;
  readonly result: TickResult;
}

interface Moment {
  /** Monotonic. */
  readonly nowMs: number;
  readonly sessionOpen: boolean;
}

/**
 * One tick against what is known of its symbol (FORMULAS.md "Prices"). Each side is kept as it comes, also when the quote of
 * both fails a check: the next tick may bring the other side. Only a tick older than the last is refused whole.
 */
export function takeTick(before: SymbolFeed, tick: FeedTick, rules: QuoteRules, moment: Moment): TakenTick {
  const { bidE8 = before.bidE8, askE8 = before.askE8 } = tick;
  const timeAdvances = tick.timeMs !== undefined && (before.timeMs === null || tick.timeMs > before.timeMs);
  if (tick.timeMs !== undefined && before.timeMs !== null && tick.timeMs < before.timeMs)
    return { feed: before, result: 'older' };
  const isNew = bidE8 !== before.bidE8 || askE8 !== before.askE8 || timeAdvances;
  // While a distant level waits for agreement, saying it again is agreement.
  if (!isNew && before.candidate === null) return { feed: before, result: 'duplicate' };

  // A feed that deletes a symbol and starts it again may start its times again too.
  const timeMs = bidE8 === null && askE8 === null ? null : (tick.timeMs ?? before.timeMs);
  const kept: SymbolFeed = { ...before, bidE8, askE8, timeMs };
  if (bidE8 === null || askE8 === null) return { feed: kept, result: 'incomplete' };
  const fault = faultOfLevel(bidE8, askE8, rules.digits);
  if (fault !== undefined) return { feed: kept, result: fault };
  return judgeLevel(kept, { bidE8, askE8, snapshot: tick.snapshot }, rules.spikeLimit, moment);
}

function faultOfLevel(bidE8: PriceE8, askE8: PriceE8, digits: number): TickResult | undefined {
  if (bidE8 <= 0n || askE8 <= 0n) return 'not_positive';
  // Rounding it here would invent a price that nobody quoted.
  if (!fitsDecimals(bidE8, digits) || !fitsDecimals(askE8, digits)) return 'too_many_digits';
  return bidE8 > askE8 ? 'crossed' : undefined;
}

interface Level {
  readonly bidE8: PriceE8;
  readonly askE8: PriceE8;
  readonly snapshot: boolean;
}

/** A sound level: whether it becomes the quote depends on the session, on what it follows and on how it came. */
function judgeLevel(kept: SymbolFeed, level: Level, spikeLimit: Fraction, { nowMs, sessionOpen }: Moment): TakenTick {
  const { bidE8, askE8 } = level;
  const { quote } = kept;
  if (!sessionOpen && quote !== null) return { feed: kept, result: 'session_closed' };
  if (level.snapshot && quote !== null && quote.atMs !== null) return { feed: kept, result: 'snapshot_held' };
  if (level.snapshot || !sessionOpen) {
    return { feed: { ...kept, candidate: null, quote: { bidE8, askE8, atMs: null } }, result: 'snapshot' };
  }
  if (quote !== null && !isWithinSpikeLimit(level, quote, spikeLimit)) {
    const candidate = weighSpike(kept.candidate, level, spikeLimit, nowMs);
    if (!isSpikeConfirmed(candidate, nowMs)) return { feed: { ...kept, candidate }, result: 'spike' };
  }
  return { feed: { ...kept, candidate: null, quote: { bidE8, askE8, atMs: nowMs } }, result: 'accepted' };
}
