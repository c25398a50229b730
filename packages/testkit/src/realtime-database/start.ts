import { createDatabase } from './database.ts';
import type { Json } from './data-tree.ts';
import { createFaults, type FeedFaults } from './faults.ts';
import type { FeedLayout, FeedWrite } from './feed-writes.ts';
import { parsePath } from './paths.ts';
import { createPriceGenerator } from './price-generator.ts';
import { SEED_SYMBOLS, type SeedSymbol } from './seed-symbols.ts';
import { listen } from './server.ts';

export interface RealtimeDatabaseOptions {
  readonly seed: number;
  readonly symbols?: readonly SeedSymbol[];
  /** `live` prices walk, `still` ones stay at their start and only their time moves, with `none` nothing is written but by the caller. */
  readonly mode: 'live' | 'still' | 'none';
  /** Of each symbol, on average. */
  readonly ticksPerSecond?: number;
  readonly layout?: Partial<FeedLayout>;
  readonly host?: string;
  readonly port?: number;
  readonly credential?: string;
  readonly clock?: Clock;
}

/** Where time comes from. */
export interface Clock {
  /** Epoch milliseconds. */
  readonly nowMs: () => number;
  /** Calls again and again until the answer is called. */
  readonly every: (periodMs: number, act: () => void) => () => void;
}

/** A Realtime Database on this machine, fed by a seeded generator. */
export interface RealtimeDatabase {
  /** `127.0.0.1:40123`, as `FIREBASE_DATABASE_EMULATOR_HOST` wants it. */
  readonly host: string;
  /** Settings with which `market-data` reads this database. */
  readonly environment: Readonly<Record<string, string>>;
  readonly layout: FeedLayout;
  readonly read: (path: string) => Json;
  /** Replaces a node; null deletes it. */
  readonly write: (path: string, value: Json) => void;
  /** Writes several nodes at once, each by its path below `path`. */
  readonly merge: (path: string, children: Json) => void;
  readonly writes: () => number;
  readonly connections: () => number;
  readonly faults: FeedFaults;
  readonly close: () => Promise<void>;
}

/** Often enough that a tick is late by less than the eye sees, seldom enough to cost nothing. */
const ADVANCE_PERIOD_MS = 10;

const systemClock: Clock = {
  nowMs: () => Date.now(),
  every: (periodMs, act) => {
    const timer = setInterval(act, periodMs);
    return () => clearInterval(timer);
  },
};

/** Starts the database and its feed. Nothing is written with mode `none`, not even first values. */
export async function startRealtimeDatabase(options: RealtimeDatabaseOptions): Promise<RealtimeDatabase> {
  const { seed, symbols = SEED_SYMBOLS, mode, ticksPerSecond = 3, clock = systemClock, host, port, credential } = options;
  const layout: FeedLayout = {
    feedPath: 'datafeeds',
    fields: { bid: 'o', ask: 'b' },
    // Prices that stand still are known to be good only by their time.
    timeField: mode === 'still' ? 't' : undefined,
    ...options.layout,
  };
  const database = createDatabase(clock.nowMs);
  const generator = createPriceGenerator({
    seed,
    symbols,
    mode: mode === 'none' ? 'live' : mode,
    ticksPerSecond,
    layout,
    startMs: clock.nowMs(),
  });
  const put = (path: string, value: Json): void => database.put(keysOf(path), value);
  const merge = (path: string, children: Json): void => {
    if (!database.merge(keysOf(path), children)) throw new TypeError(`a merge at ${path} names children by their paths`);
  };
  const apply = (write: FeedWrite): void => (write.merge ? merge : put)(write.path, write.value);

  if (mode !== 'none') apply(generator.first());
  const server = await listen(database, {
    nowMs: clock.nowMs,
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(credential === undefined ? {} : { credential }),
  });
  const stop =
    mode === 'none' ? () => undefined : clock.every(ADVANCE_PERIOD_MS, () => generator.advance(clock.nowMs()).forEach(apply));

  return {
    host: server.host,
    environment: {
      FIREBASE_DATABASE_EMULATOR_HOST: server.host,
      FIREBASE_DATABASE_URL: `http://${server.host}?ns=margrave`,
      FEED_PATH: layout.feedPath,
      FEED_FIELDS: JSON.stringify(layout.fields),
      ...(layout.timeField === undefined ? {} : { FEED_TIME_FIELD: layout.timeField }),
    },
    layout,
    read: (path) => database.read(keysOf(path)),
    write: put,
    merge,
    writes: database.writes,
    connections: server.connections,
    faults: createFaults({ server, generator, layout, symbols, read: (path) => database.read(keysOf(path)), put }),
    close: async () => {
      stop();
      await server.close();
    },
  };
}

function keysOf(path: string): readonly string[] {
  const keys = parsePath(path);
  if (keys === undefined) throw new TypeError(`${path} is not a path of a Realtime Database`);
  return keys;
}
