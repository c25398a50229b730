/** Chance, drawn from a seed and a name: what one part of the world draws does not move what another draws. */
export interface Draws {
  /** A whole number from `least` to `most`, both included. */
  readonly between: (least: number, most: number) => number;
  /** True once in so many times. */
  readonly onceIn: (times: number) => boolean;
  readonly oneOf: <Item>(items: readonly Item[]) => Item;
}

/** FNV-1a over the name, then mulberry32: small, and the same on every machine. */
export function createDraws(seed: number, name: string): Draws {
  let state = 0x811c9dc5;
  for (const letter of `${seed} ${name}`) state = Math.imul(state ^ (letter.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  const below = (limit: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
  return {
    between: (least, most) => least + below(most - least + 1),
    onceIn: (times) => below(times) === 0,
    oneOf: (items) => {
      const item = items[below(items.length)];
      if (item === undefined) throw new RangeError('nothing to choose from');
      return item;
    },
  };
}
