import type { PriceE8 } from '@margrave/vocabulary';
import { PriceHeap, type Priced } from './price-heap.ts';
import { WATCHES, type Watch } from './watch.ts';

/** A price at which something is to happen. */
export interface Trigger {
  /** Of what waits for it, one at a time: `{order}` or `{position}:{kind}`, whatever its owner finds it again by. */
  readonly triggerId: string;
  readonly watch: Watch;
  /** The client's price, with the markup of its group. */
  readonly priceE8: PriceE8;
}

interface Prices {
  readonly bidE8: PriceE8;
  readonly askE8: PriceE8;
}

/** The client's prices now, and how far they went since they were last looked at, so that no stop is jumped over. */
export interface PricesSeen extends Prices {
  readonly bidLowE8: PriceE8;
  readonly askHighE8: PriceE8;
}

type Armed = Trigger & Priced;

/** A stop protects: it is reached by the furthest price that was seen, whatever the price is now. */
const STOPS = WATCHES.filter((watch) => watch === 'bid_at_most' || watch === 'ask_at_least');

/**
 * The triggers of one symbol that see the same prices. A tick costs what it reaches, not what rests: of each kind of watch the
 * level that comes next is at hand.
 */
export class TriggerBook {
  readonly #armed = new Map<string, Armed>();
  /** Armed since the prices were last looked at: how far those went before is none of their business. */
  readonly #fresh = new Set<Armed>();
  readonly #heaps: { readonly [Of in Watch]: PriceHeap<Armed> } = {
    bid_at_most: new PriceHeap({ highestFirst: true }),
    ask_at_least: new PriceHeap({ highestFirst: false }),
    ask_at_most: new PriceHeap({ highestFirst: true }),
    bid_at_least: new PriceHeap({ highestFirst: false }),
  };
  #armings = 0;

  get size(): number {
    return this.#armed.size;
  }

  /** In the place of what had its id. It queues up behind those at its price. */
  arm({ triggerId, watch, priceE8 }: Trigger): void {
    this.disarm(triggerId);
    this.#armings += 1;
    const armed = { triggerId, watch, priceE8, number: this.#armings, place: 0 };
    this.#armed.set(triggerId, armed);
    this.#fresh.add(armed);
  }

  /** Whether it was there. */
  disarm(triggerId: string): boolean {
    const armed = this.#armed.get(triggerId);
    if (armed === undefined) return false;
    this.#armed.delete(triggerId);
    if (!this.#fresh.delete(armed)) this.#heaps[armed.watch].takeOut(armed);
    return true;
  }

  /**
   * Takes out what the prices reach: stops before limits, so that of a position's two the stop loss is first; those of one watch in
   * the order in which the price came by, at one price in the order in which they were armed. A limit is reached by the price
   * that there is.
   */
  reach({ bidE8, askE8, bidLowE8, askHighE8 }: PricesSeen): readonly Trigger[] {
    const reached: Trigger[] = [];
    const furthest = { bidE8: bidLowE8, askE8: askHighE8 };
    for (const watch of STOPS) this.#takeReached(watch, furthest, reached);
    for (const armed of this.#fresh) this.#heaps[armed.watch].put(armed);
    this.#fresh.clear();
    for (const watch of WATCHES) this.#takeReached(watch, { bidE8, askE8 }, reached);
    return reached;
  }

  #takeReached(watch: Watch, prices: Prices, reached: Trigger[]): void {
    const heap = this.#heaps[watch];
    for (let next = heap.first; next !== undefined && isReached(next, prices); next = heap.first) {
      heap.takeOut(next);
      this.#armed.delete(next.triggerId);
      reached.push({ triggerId: next.triggerId, watch, priceE8: next.priceE8 });
    }
  }
}

/** Exact, and equal is reached. */
function isReached({ watch, priceE8 }: Trigger, { bidE8, askE8 }: Prices): boolean {
  switch (watch) {
    case 'bid_at_most':
      return bidE8 <= priceE8;
    case 'ask_at_least':
      return askE8 >= priceE8;
    case 'ask_at_most':
      return askE8 <= priceE8;
    case 'bid_at_least':
      return bidE8 >= priceE8;
    default:
      return watch satisfies never;
  }
}
