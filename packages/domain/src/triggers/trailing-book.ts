import type { PriceE8, Side } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import { PriceHeap, type Priced } from './price-heap.ts';
import type { PricesSeen } from './trigger-book.ts';

/** A stop that follows the price of a position: its distance behind the best closing price that there was. */
export interface TrailingTrigger {
  readonly triggerId: string;
  /** Of the position. */
  readonly side: Side;
  readonly distanceE8: PriceE8;
  readonly bestE8: PriceE8;
}

/**
 * The trailing stops of one symbol that see the same prices. Those that saw their best price at the same moment follow as one, for
 * they do so as long as they live: a tick costs what it reaches and, where it is a new best price, how many such groups it makes
 * one; never how many stops follow it.
 */
export class TrailingBook {
  readonly #sides: { readonly [Of in Side]: Followers } = { buy: new Followers(), sell: new Followers() };
  readonly #sideOf = new Map<string, Side>();

  get size(): number {
    return this.#sideOf.size;
  }

  /** In the place of what had its id. */
  arm({ triggerId, side, distanceE8, bestE8 }: TrailingTrigger): void {
    this.disarm(triggerId);
    this.#sideOf.set(triggerId, side);
    this.#sides[side].put(triggerId, distanceE8, inFavour(side, bestE8));
  }

  /** Whether it was there. */
  disarm(triggerId: string): boolean {
    const side = this.#sideOf.get(triggerId);
    if (side === undefined) return false;
    this.#sideOf.delete(triggerId);
    this.#sides[side].takeOut(triggerId);
    return true;
  }

  /** The best price that it has followed; undefined where it is not there. */
  bestE8(triggerId: string): PriceE8 | undefined {
    const side = this.#sideOf.get(triggerId);
    return side && (inFavour(side, this.#sides[side].best(triggerId)) as PriceE8);
  }

  /**
   * Takes out what the prices reach, each with the best price that it had followed. How far the price went since it was looked
   * at last is held against where the stops stood then; only after that the price of now may be a new best one.
   */
  reach({ bidE8, askE8, bidLowE8, askHighE8 }: PricesSeen): readonly TrailingTrigger[] {
    return [...this.#reach('buy', bidE8, bidLowE8), ...this.#reach('sell', askE8, askHighE8)];
  }

  #reach(side: Side, nowE8: PriceE8, furthestE8: PriceE8): readonly TrailingTrigger[] {
    const reached = this.#sides[side].reach(inFavour(side, nowE8), inFavour(side, furthestE8));
    return reached.map(({ triggerId, distanceE8, best }) => {
      this.#sideOf.delete(triggerId);
      return { triggerId, side, distanceE8: distanceE8 as PriceE8, bestE8: inFavour(side, best) as PriceE8 };
    });
  }
}

/** A price of a sell with its sign turned, and back: on both sides what is higher is better, and a stop lies below it. */
const inFavour = (side: Side, priceE8: bigint): bigint => (side === 'buy' ? priceE8 : -priceE8);

/** One stop in its group. Its price is its distance: the nearest is reached first. */
interface Follower extends Priced {
  readonly triggerId: string;
  group: Group;
}

/** What stands in a heap for a group. */
interface Mark extends Priced {
  readonly group: Group;
}

/** Stops with one best price. */
interface Group {
  best: bigint;
  size: number;
  readonly followers: PriceHeap<Follower>;
  /** Where it stands among those with other best prices, and among those whose first stop is elsewhere. */
  marks: { readonly best: Mark; readonly level: Mark } | undefined;
}

interface Reached {
  readonly triggerId: string;
  readonly distanceE8: bigint;
  readonly best: bigint;
}

/** The stops of positions of one side, by prices of which a higher one is better. */
class Followers {
  readonly #known = new Map<string, Follower>();
  /** Armed since the price was last looked at: how far it went before is none of their business. */
  readonly #fresh = new Set<Follower>();
  readonly #byBest = new PriceHeap<Mark>({ highestFirst: false });
  readonly #byLevel = new PriceHeap<Mark>({ highestFirst: true });
  #numbers = 0;

  put(triggerId: string, distanceE8: bigint, best: bigint): void {
    const group: Group = { best, size: 0, followers: new PriceHeap({ highestFirst: false }), marks: undefined };
    const follower = { triggerId, priceE8: distanceE8, number: this.#nextNumber(), place: 0, group };
    this.#known.set(triggerId, follower);
    this.#fresh.add(follower);
  }

  takeOut(triggerId: string): void {
    const follower = this.#of(triggerId);
    this.#known.delete(triggerId);
    if (!this.#fresh.delete(follower)) this.#leave(follower);
  }

  best(triggerId: string): bigint {
    return this.#of(triggerId).group.best;
  }

  reach(now: bigint, furthest: bigint): readonly Reached[] {
    const reached: Reached[] = [];
    this.#takeReached(furthest, reached);
    for (const follower of this.#fresh) {
      join(follower, follower.group);
      this.#mark(follower.group);
    }
    this.#fresh.clear();
    this.#advance(now);
    this.#takeReached(now, reached);
    return reached;
  }

  #takeReached(price: bigint, reached: Reached[]): void {
    for (let next = this.#byLevel.first; next !== undefined && price <= next.priceE8; next = this.#byLevel.first) {
      const { group } = next;
      const follower = firstOf(group);
      reached.push({ triggerId: follower.triggerId, distanceE8: follower.priceE8, best: group.best });
      this.#known.delete(follower.triggerId);
      this.#leave(follower);
    }
  }

  /** Whoever has seen no better price sees this one now: from here on they follow as one. The few go to the many. */
  #advance(price: bigint): void {
    let united: Group | undefined;
    for (let next = this.#byBest.first; next !== undefined && next.priceE8 < price; next = this.#byBest.first) {
      const { group } = next;
      this.#unmark(group);
      if (united === undefined) united = group;
      else {
        const [few, many] = group.size < united.size ? [group, united] : [united, group];
        while (few.size > 0) {
          const follower = firstOf(few);
          part(follower);
          join(follower, many);
        }
        united = many;
      }
    }
    if (united === undefined) return;
    united.best = price;
    this.#mark(united);
  }

  #leave(follower: Follower): void {
    const { group } = follower;
    this.#unmark(group);
    part(follower);
    if (group.size > 0) this.#mark(group);
  }

  #mark(group: Group): void {
    const mark = (priceE8: bigint): Mark => ({ priceE8, number: this.#nextNumber(), place: 0, group });
    group.marks = { best: mark(group.best), level: mark(group.best - firstOf(group).priceE8) };
    this.#byBest.put(group.marks.best);
    this.#byLevel.put(group.marks.level);
  }

  #unmark({ marks }: Group): void {
    assert(marks, 'a group whose stops are watched is marked');
    this.#byBest.takeOut(marks.best);
    this.#byLevel.takeOut(marks.level);
  }

  #nextNumber(): number {
    this.#numbers += 1;
    return this.#numbers;
  }

  #of(triggerId: string): Follower {
    return this.#known.get(triggerId) ?? assert.fail(`${triggerId} is not armed`);
  }
}

function join(follower: Follower, group: Group): void {
  follower.group = group;
  group.followers.put(follower);
  group.size += 1;
}

function part(follower: Follower): void {
  follower.group.followers.takeOut(follower);
  follower.group.size -= 1;
}

const firstOf = ({ followers }: Group): Follower => followers.first ?? assert.fail('a group has a stop');
