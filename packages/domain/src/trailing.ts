import { divide, type PriceE8, type Side } from '@margrave/vocabulary';

/** A stop that follows the price: what it keeps behind the best closing price that the client has seen since it was set. */
export interface Trailing {
  readonly distanceE8: PriceE8;
  readonly bestE8: PriceE8;
}

/** Of a position as it is kept; undefined where no stop follows the price. */
export const trailingOf = ({
  trailingDistanceE8: distanceE8,
  trailingBestE8: bestE8,
}: {
  readonly trailingDistanceE8: PriceE8 | null;
  readonly trailingBestE8: PriceE8 | null;
}): Trailing | undefined => (distanceE8 === null || bestE8 === null ? undefined : { distanceE8, bestE8 });

/** Where it stands now (FORMULAS.md, "Triggers"): below the best bid of a buy, above the best ask of a sell. */
export const trailingLevelE8 = (side: Side, { distanceE8, bestE8 }: Trailing): PriceE8 =>
  (side === 'buy' ? bestE8 - distanceE8 : bestE8 + distanceE8) as PriceE8;

/** Whether a price at which a position would be closed is better for its holder than another. */
export const isBetter = (side: Side, priceE8: PriceE8, thanE8: PriceE8): boolean =>
  side === 'buy' ? priceE8 > thanE8 : priceE8 < thanE8;

/**
 * The best price at which the best one is kept anew. In between only who watches prices knows it: what is lost with him is less
 * than this tenth of the distance.
 */
export function keptAnewE8(side: Side, { distanceE8, bestE8 }: Trailing): PriceE8 {
  const stepE8 = divide(distanceE8, 10n, 'up');
  return (side === 'buy' ? bestE8 + stepE8 : bestE8 - stepE8) as PriceE8;
}
