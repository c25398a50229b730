import type { Json, JsonObject } from './data-tree.ts';
import type { SeededRandom } from './seeded-random.ts';
import { decimalOfPoints, type SeedSymbol } from './seed-symbols.ts';
import type { PointPrices } from './price-walk.ts';

/** One write of the feed to its database. */
export interface FeedWrite {
  readonly atMs: number;
  readonly path: string;
  readonly value: Json;
  /** Several children at once, each by its path below `path`; else the node is replaced. */
  readonly merge: boolean;
}

/** How a node of the feed is laid out. */
export interface FeedLayout {
  readonly feedPath: string;
  /** The child that holds each side. One real feed calls the ask `b` and the bid `o`. */
  readonly fields: { readonly bid: string; readonly ask: string };
  /** The child that holds the time in epoch milliseconds; a feed without one has none. */
  readonly timeField: string | undefined;
}

/** A symbol's new prices on their way to the database. `changed` is the sides that moved. */
export interface PriceChange {
  readonly symbol: SeedSymbol;
  readonly prices: PointPrices;
  readonly changed: 'both' | 'bid' | 'ask';
}

/** A price as text or as a number, as the feed's mood is. */
function priceValue(points: number, digits: number, random: SeededRandom): Json {
  const text = decimalOfPoints(points, digits);
  return random.chance(0.5) ? text : Number(text);
}

const timeChild = ({ timeField }: FeedLayout, atMs: number): JsonObject => (timeField === undefined ? {} : { [timeField]: atMs });

function changedChildren({ symbol, prices, changed }: PriceChange, { fields }: FeedLayout, random: SeededRandom): JsonObject {
  return {
    ...(changed === 'ask' ? {} : { [fields.bid]: priceValue(prices.bid, symbol.digits, random) }),
    ...(changed === 'bid' ? {} : { [fields.ask]: priceValue(prices.ask, symbol.digits, random) }),
  };
}

/** The node of a symbol, whole. */
export function wholeNode(change: PriceChange, layout: FeedLayout, random: SeededRandom, atMs: number): JsonObject {
  return { ...changedChildren({ ...change, changed: 'both' }, layout, random), ...timeChild(layout, atMs) };
}

/** One symbol's change in one of the shapes a real feed uses: the node replaced, its children merged, or one child alone. */
export function writeOne(change: PriceChange, layout: FeedLayout, random: SeededRandom, atMs: number): FeedWrite {
  const node = `${layout.feedPath}/${change.symbol.symbol}`;
  const children = { ...changedChildren(change, layout, random), ...timeChild(layout, atMs) };
  const [only, ...others] = Object.entries(children);
  if (only !== undefined && others.length === 0) return { atMs, path: `${node}/${only[0]}`, value: only[1], merge: false };
  if (change.changed === 'both' && random.chance(0.6)) {
    return { atMs, path: node, value: wholeNode(change, layout, random, atMs), merge: false };
  }
  return { atMs, path: node, value: children, merge: true };
}

/** Several symbols in one multi-path update: some by whole node, some child by child. */
export function writeTogether(
  changes: readonly PriceChange[],
  layout: FeedLayout,
  random: SeededRandom,
  atMs: number,
): FeedWrite {
  const children = changes.flatMap((change): [string, Json][] => {
    const { symbol } = change.symbol;
    if (change.changed === 'both' && random.chance(0.5)) return [[symbol, wholeNode(change, layout, random, atMs)]];
    const parts = { ...changedChildren(change, layout, random), ...timeChild(layout, atMs) };
    return Object.entries(parts).map(([field, value]): [string, Json] => [`${symbol}/${field}`, value]);
  });
  return { atMs, path: layout.feedPath, value: Object.fromEntries(children), merge: true };
}

/** The time alone: prices that stand still and are still good. */
export const writeTime = (symbol: string, layout: FeedLayout, atMs: number): FeedWrite => ({
  atMs,
  path: `${layout.feedPath}/${symbol}`,
  value: timeChild(layout, atMs),
  merge: true,
});

export const deletion = (path: string, atMs: number): FeedWrite => ({ atMs, path, value: null, merge: false });
