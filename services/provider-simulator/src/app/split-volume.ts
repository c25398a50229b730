import type { LotsE8 } from '@margrave/vocabulary';

/**
 * Parts of a volume, each a multiple of the step, as equal as the step allows, the larger ones first; together they are
 * the volume. There are fewer parts where the volume has fewer steps. The volume must be a positive multiple of the step.
 */
export function splitVolume(volumeE8: LotsE8, stepE8: LotsE8, parts: number): readonly LotsE8[] {
  const split: LotsE8[] = [];
  let stepsLeft = volumeE8 / stepE8;
  for (let partsLeft = BigInt(parts); partsLeft > 0n && stepsLeft > 0n; partsLeft -= 1n) {
    const steps = (stepsLeft + partsLeft - 1n) / partsLeft; // rounded up: the larger parts come first
    split.push((steps * stepE8) as LotsE8);
    stepsLeft -= steps;
  }
  return split;
}
