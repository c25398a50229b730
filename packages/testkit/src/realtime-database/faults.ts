import assert from 'node:assert/strict';
import type { Json } from './data-tree.ts';
import type { FeedLayout } from './feed-writes.ts';
import type { PriceGenerator } from './price-generator.ts';
import { decimalOfPoints, type SeedSymbol } from './seed-symbols.ts';
import type { DatabaseServer } from './server.ts';

/** What can go wrong with a feed, on demand. */
export interface FeedFaults {
  readonly dropConnections: () => void;
  /** While false, connections are cut and new ones refused. */
  readonly setReachable: (reachable: boolean) => void;
  /** While true, whoever begins to listen is refused. */
  readonly setDenied: (denied: boolean) => void;
  /** While true, connections stay open and nothing is said on them. */
  readonly setMute: (mute: boolean) => void;
  readonly silence: (symbol: string) => void;
  readonly resume: (symbol: string) => void;
  /** The feed's tree as it is, to be replayed later. */
  readonly capture: () => Json;
  /** Cuts every connection, and whoever comes back finds an earlier tree. */
  readonly replay: (captured: Json) => void;
  /** Writes both sides once, this many times their price; the next tick is where the market was. */
  readonly spike: (symbol: string, factor: number) => void;
  /** Moves the market for good. */
  readonly gap: (symbol: string, factor: number) => void;
  /** Writes the bid above the ask. */
  readonly cross: (symbol: string) => void;
  readonly negative: (symbol: string) => void;
  /** Writes anything as one side: `NaN`, `1e400`, an object. */
  readonly corrupt: (symbol: string, side: 'bid' | 'ask', value: Json) => void;
}

export interface FaultParts {
  readonly server: DatabaseServer;
  readonly generator: PriceGenerator;
  readonly layout: FeedLayout;
  readonly symbols: readonly SeedSymbol[];
  readonly read: (path: string) => Json;
  readonly put: (path: string, value: Json) => void;
}

export function createFaults({ server, generator, layout, symbols, read, put }: FaultParts): FeedFaults {
  const { feedPath, fields } = layout;
  const digitsOf = (name: string): number => {
    const found = symbols.find(({ symbol }) => symbol === name);
    assert(found, `the feed has no symbol ${name}`);
    return found.digits;
  };
  const writeSides = (symbol: string, bidPoints: number, askPoints: number): void => {
    const node = read(`${feedPath}/${symbol}`);
    generator.bringBothNext(symbol);
    const digits = digitsOf(symbol);
    put(`${feedPath}/${symbol}`, {
      ...(typeof node === 'object' ? node : {}),
      [fields.bid]: decimal(bidPoints, digits),
      [fields.ask]: decimal(askPoints, digits),
    });
  };

  return {
    dropConnections: server.dropConnections,
    setReachable: server.setReachable,
    setDenied: server.setDenied,
    setMute: server.setMute,
    silence: (symbol) => generator.setSilent(symbol, true),
    resume: (symbol) => generator.setSilent(symbol, false),
    capture: () => read(feedPath),
    replay: (captured) => {
      server.setReachable(false);
      put(feedPath, captured);
      server.setReachable(true);
    },
    spike: (symbol, factor) => {
      const { bid, ask } = generator.prices(symbol);
      writeSides(symbol, Math.round(bid * factor), Math.round(ask * factor));
    },
    gap: (symbol, factor) => {
      const { bid, ask } = generator.jump(symbol, factor);
      writeSides(symbol, bid, ask);
    },
    cross: (symbol) => {
      const { bid, ask } = generator.prices(symbol);
      writeSides(symbol, ask + 1, bid);
    },
    negative: (symbol) => {
      const { bid, ask } = generator.prices(symbol);
      writeSides(symbol, -bid, ask);
    },
    corrupt: (symbol, side, value) => {
      generator.bringBothNext(symbol);
      put(`${feedPath}/${symbol}/${fields[side]}`, value);
    },
  };
}

const decimal = (points: number, digits: number): string =>
  points < 0 ? `-${decimalOfPoints(-points, digits)}` : decimalOfPoints(points, digits);
