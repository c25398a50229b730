import { absolute, type Fraction, type PriceE8 } from '@margrave/vocabulary';
import type { SpikeCandidate } from './symbol-feed.ts';

/** A level beyond the limit is believed when this many ticks in a row agree on it … */
export const SPIKE_AGREEING_TICKS = 3;
/** … or when a tick still agrees with it this long after the first. */
export const SPIKE_SETTLE_MS = 2_000;

interface Level {
  readonly bidE8: PriceE8;
  readonly askE8: PriceE8;
}

/** Whether both sides of a level are within a fraction of another level; exactly at the limit is within it. */
export const isWithinSpikeLimit = (level: Level, reference: Level, limit: Fraction): boolean =>
  isNear(level.bidE8, reference.bidE8, limit) && isNear(level.askE8, reference.askE8, limit);

const isNear = (priceE8: PriceE8, referenceE8: PriceE8, limit: Fraction): boolean =>
  absolute((priceE8 - referenceE8) as PriceE8) * limit.denominator <= referenceE8 * limit.numerator;

/**
 * What is known of a distant level after one more tick at it. A tick agrees when it is within the limit of the one before
 * it, so a market that keeps running is followed; one that does not agree starts the count again.
 * A single level followed by silence is never believed: nothing has confirmed it.
 */
export function weighSpike(candidate: SpikeCandidate | null, level: Level, limit: Fraction, nowMs: number): SpikeCandidate {
  const agrees = candidate !== null && isWithinSpikeLimit(level, candidate, limit);
  return {
    bidE8: level.bidE8,
    askE8: level.askE8,
    agreeingTicks: agrees ? candidate.agreeingTicks + 1 : 1,
    sinceMs: agrees ? candidate.sinceMs : nowMs,
  };
}

export const isSpikeConfirmed = (candidate: SpikeCandidate, nowMs: number): boolean =>
  candidate.agreeingTicks >= SPIKE_AGREEING_TICKS || nowMs - candidate.sinceMs >= SPIKE_SETTLE_MS;
