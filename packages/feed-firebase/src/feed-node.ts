import { checkSymbolName, ok, refuse, type PriceE8, type Result, type SymbolName } from '@margrave/vocabulary';
import { readPrice, readTimeMs, type FeedRefusal } from './feed-value.ts';

/** Which child of a symbol's node holds what. Always said, never guessed: one real feed calls the ask `b` and the bid `o`. */
export interface FeedFields {
  readonly bid: string;
  readonly ask: string;
}

/** What the feed says of a symbol now: both sides as they stand, null where there is none. */
export interface SymbolTick {
  readonly symbol: SymbolName;
  readonly bidE8: PriceE8 | null;
  readonly askE8: PriceE8 | null;
  /** The feed's own time in epoch milliseconds; absent where the feed has none. */
  readonly timeMs?: number;
  /** First values since a connection was made: how long they have stood is not known. */
  readonly snapshot: boolean;
}

/** Something of the feed that is not passed on. Nothing of it is used: a node with one bad side brings no tick. */
export interface RefusedNode {
  /** The node's name as it came. */
  readonly uncheckedSymbol: string;
  readonly reason: FeedRefusal;
}

interface NodeLayout {
  readonly fields: FeedFields;
  readonly timeField: string | undefined;
}

/** Reads a symbol's whole node; `node` is null when it was deleted. */
export function readNode(
  uncheckedSymbol: string,
  node: unknown,
  { fields, timeField }: NodeLayout,
  snapshot: boolean,
): Result<SymbolTick, RefusedNode> {
  const refused = (reason: FeedRefusal): Result<SymbolTick, RefusedNode> => refuse({ uncheckedSymbol, reason });
  const symbol = checkSymbolName(uncheckedSymbol);
  if (symbol === undefined) return refused('bad_symbol');
  if (node === null) return ok({ symbol, bidE8: null, askE8: null, snapshot });
  if (typeof node !== 'object') return refused('not_a_node');

  const bid = readPrice(childOf(node, fields.bid));
  if (!bid.ok) return refused(bid.refusal);
  const ask = readPrice(childOf(node, fields.ask));
  if (!ask.ok) return refused(ask.refusal);
  const time = readTimeMs(timeField === undefined ? undefined : childOf(node, timeField));
  if (!time.ok) return refused(time.refusal);
  return ok({
    symbol,
    bidE8: bid.value,
    askE8: ask.value,
    snapshot,
    ...(time.value === undefined ? {} : { timeMs: time.value }),
  });
}

const childOf = (node: object, field: string): unknown =>
  Object.hasOwn(node, field) ? (node as Readonly<Record<string, unknown>>)[field] : undefined;
