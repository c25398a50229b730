import { absolute, type PriceE8, type Side } from '@margrave/vocabulary';
import type { ProtectionLevel, WantedProtection } from './account.ts';
import { price, type Denial } from './denial.ts';
import type { Instrument } from './instrument.ts';
import { pointE8 } from './market.ts';
import { trailingLevelE8 } from './trailing.ts';

/** What speaks against a price that is to be set: it is no whole number of ticks, or none of them. */
export function offTick(priceE8: PriceE8 | null, instrument: Instrument): Denial | undefined {
  if (priceE8 === null || (priceE8 > 0n && priceE8 % instrument.tickE8 === 0n)) return undefined;
  return { code: 'PRICE_OFF_TICK', numbers: { price: price(priceE8), tick: price(instrument.tickE8) } };
}

/**
 * What speaks against a level that the market is to come to from the other side: it must lie above the price given, or below it,
 * and the instrument's distance away.
 */
export function tooNear(
  levelE8: PriceE8,
  lies: 'above' | 'below',
  marketPriceE8: PriceE8,
  instrument: Instrument,
): Denial | undefined {
  const awayE8 = lies === 'above' ? levelE8 - marketPriceE8 : marketPriceE8 - levelE8;
  const numbers = { price: price(levelE8), marketPrice: price(marketPriceE8) };
  if (awayE8 <= 0n) return { code: 'STOP_WRONG_SIDE', numbers };
  const distanceMinE8 = (instrument.stopDistanceMinPoints * pointE8(instrument)) as PriceE8;
  return awayE8 < distanceMinE8
    ? { code: 'STOP_TOO_CLOSE', numbers: { ...numbers, distanceMin: price(distanceMinE8) } }
    : undefined;
}

/** What speaks against changing, or taking back, a level that is waited for: the market has nearly reached it. */
export function frozen(levelE8: PriceE8, marketPriceE8: PriceE8, instrument: Instrument): Denial | undefined {
  const distanceE8 = (instrument.freezeDistancePoints * pointE8(instrument)) as PriceE8;
  if (absolute((levelE8 - marketPriceE8) as PriceE8) >= distanceE8) return undefined;
  const numbers = { price: price(levelE8), marketPrice: price(marketPriceE8), distance: price(distanceE8) };
  return { code: 'LEVEL_FROZEN', numbers };
}

const KINDS = ['stopLoss', 'takeProfit'] as const;

/** A stop loss lies where the position loses, a take profit where it gains. */
const liesAbove = (kind: (typeof KINDS)[number], side: Side): boolean => (kind === 'takeProfit') === (side === 'buy');

/** Which price a level stands for when the position is opened at a price; null where that leaves none. */
function levelAt(level: ProtectionLevel | null, above: boolean, openPriceE8: PriceE8): PriceE8 | null {
  if (level === null) return null;
  if (level.kind === 'price') return level.priceE8;
  const levelE8 = (above ? openPriceE8 + level.distanceE8 : openPriceE8 - level.distanceE8) as PriceE8;
  return levelE8 > 0n ? levelE8 : null;
}

/** The client's prices at which a position is closed. */
export interface Protection {
  readonly stopLossE8: PriceE8 | null;
  readonly takeProfitE8: PriceE8 | null;
}

/** What a position that is opened at a price is protected by. */
export const protectionAt = ({ stopLoss, takeProfit }: WantedProtection, side: Side, openPriceE8: PriceE8): Protection => ({
  stopLossE8: levelAt(stopLoss, liesAbove('stopLoss', side), openPriceE8),
  takeProfitE8: levelAt(takeProfit, liesAbove('takeProfit', side), openPriceE8),
});

/** The client's prices that levels are measured by. */
interface MeasuredBy {
  /** At which the position is opened: distances count from it. */
  readonly openE8: PriceE8;
  /** At which it would be closed now, or, while its order rests, at which that is to open it: levels lie beyond it. */
  readonly marketE8: PriceE8;
}

/** What speaks against protecting a position in this way. */
export function refusedProtection(
  wanted: WantedProtection,
  side: Side,
  { openE8, marketE8 }: MeasuredBy,
  instrument: Instrument,
): Denial | undefined {
  for (const kind of KINDS) {
    const level = wanted[kind];
    if (level === null) continue;
    const lies = liesAbove(kind, side) ? 'above' : 'below';
    const levelE8 = levelAt(level, lies === 'above', openE8);
    const denial =
      levelE8 === null
        ? ({ code: 'STOP_WRONG_SIDE', numbers: { price: price(0n as PriceE8), marketPrice: price(marketE8) } } as const)
        : (offTick(level.kind === 'price' ? level.priceE8 : level.distanceE8, instrument) ??
          tooNear(levelE8, lies, marketE8, instrument));
    if (denial !== undefined) return denial;
  }
  return undefined;
}

/** What speaks against a stop that follows the price at this distance. */
export function refusedDistance(
  distanceE8: PriceE8 | null,
  side: Side,
  marketE8: PriceE8,
  instrument: Instrument,
): Denial | undefined {
  if (distanceE8 === null) return undefined;
  const levelE8 = trailingLevelE8(side, { distanceE8, bestE8: marketE8 });
  if (levelE8 <= 0n) return { code: 'STOP_WRONG_SIDE', numbers: { price: price(0n as PriceE8), marketPrice: price(marketE8) } };
  return offTick(distanceE8, instrument) ?? tooNear(levelE8, side === 'buy' ? 'below' : 'above', marketE8, instrument);
}
