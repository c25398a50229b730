import { SCALE_E8 } from '@margrave/vocabulary';

/** Draws that look random and are the same for the same seed and key, so that a run can be had again. */
export interface Draws {
  /** A whole number from `least` to `most`, both possible. */
  readonly between: (least: number, most: number) => number;
  /** True with the given probability, which counts in 1e-8: 5_000_000n is 5 %. */
  readonly chance: (probabilityE8: bigint) => boolean;
}

const GOLDEN = 0x9e3779b9;
const DRAWS_32_BITS = 32n;

/** A sequence of its own for each key: what one order draws does not move another. */
export function createDraws(seed: number, key: string): Draws {
  let state = mix(seed);
  for (const character of key) state = mix(state ^ (character.codePointAt(0) ?? 0));
  const next = (): number => {
    state = (state + GOLDEN) >>> 0;
    return mix(state);
  };
  return {
    between: (least, most) => least + (next() % (most - least + 1)),
    chance: (probabilityE8) => BigInt(next()) * SCALE_E8 < probabilityE8 << DRAWS_32_BITS,
  };
}

/** Spreads every bit of a 32-bit number over all of them (the finalizer of MurmurHash3). */
function mix(value: number): number {
  let mixed = value >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
