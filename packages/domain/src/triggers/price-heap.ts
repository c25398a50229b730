/** Something at a price. The heap notes in it where it stands; it is in one heap at a time. */
export interface Priced {
  readonly priceE8: bigint;
  /** Of two at one price the lower number comes first. */
  readonly number: number;
  place: number;
}

/** The one that comes first is at hand; putting one in and taking any one out costs the logarithm of how many there are. */
export class PriceHeap<Item extends Priced> {
  readonly #items: Item[] = [];
  readonly #highestFirst: boolean;

  constructor({ highestFirst }: { readonly highestFirst: boolean }) {
    this.#highestFirst = highestFirst;
  }

  get first(): Item | undefined {
    return this.#items[0];
  }

  put(item: Item): void {
    this.#items.push(item);
    this.#rise(item, this.#items.length - 1);
  }

  takeOut(item: Item): void {
    const last = this.#items.pop();
    if (last === undefined || last === item) return;
    // The last one fills the gap, and goes from there to where it belongs: it may come before those above the gap.
    if (this.#rise(last, item.place) === item.place) this.#sink(last, item.place);
  }

  #comesFirst(a: Item, b: Item): boolean {
    if (a.priceE8 === b.priceE8) return a.number < b.number;
    return a.priceE8 > b.priceE8 === this.#highestFirst;
  }

  #rise(item: Item, from: number): number {
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = this.#items[above] as Item;
      if (!this.#comesFirst(item, parent)) break;
      this.#stand(parent, place);
      place = above;
    }
    this.#stand(item, place);
    return place;
  }

  #sink(item: Item, from: number): void {
    let place = from;
    for (;;) {
      const [left, right] = [2 * place + 1, 2 * place + 2];
      if (left >= this.#items.length) break;
      const [first, second] = [this.#items[left] as Item, this.#items[right]];
      const child = second !== undefined && this.#comesFirst(second, first) ? second : first;
      if (!this.#comesFirst(child, item)) break;
      const below = child === first ? left : right;
      this.#stand(child, place);
      place = below;
    }
    this.#stand(item, place);
  }

  #stand(item: Item, place: number): void {
    this.#items[place] = item;
    item.place = place;
  }
}
