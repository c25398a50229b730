import type { SymbolName } from '@margrave/vocabulary';
import { turns } from '../testing/turns.ts';
import { shardOf, Shards } from './shards.ts';

const SYMBOLS = ['EURUSD', 'GBPUSD', 'USDJPY', 'XAUUSD', 'US500', 'BTCUSD', 'ETHUSD', 'AUDUSD'] as SymbolName[];

/** Locks as the store has them: one instance holds each. */
class Locks {
  readonly #holders = new Map<number, { readonly lose: (reason: string) => void }>();

  readonly hold = async (shard: number, signal: AbortSignal, onHeldElsewhere: () => void) => {
    for (; !signal.aborted; await turns(1)) {
      if (this.#holders.has(shard)) onHeldElsewhere();
      else return this.#give(shard);
    }
    return undefined;
  };

  /** The session that held it is gone. */
  break(shard: number): void {
    this.#holders.get(shard)?.lose('the session is gone');
    this.#holders.delete(shard);
  }

  /** The same, and another instance was there first. */
  steal(shard: number): void {
    const robbed = this.#holders.get(shard);
    this.#holders.set(shard, { lose: () => undefined });
    robbed?.lose('the session is gone');
  }

  #give(shard: number) {
    let lose: (reason: string) => void = () => undefined;
    const lost = new Promise<string>((resolve) => {
      lose = resolve;
    });
    const holder = { lose };
    this.#holders.set(shard, holder);
    const release = async (): Promise<void> => {
      if (this.#holders.get(shard) === holder) this.#holders.delete(shard);
    };
    return { lost, release };
  }
}

let locks: Locks;
let stops: AbortController[];
beforeEach(() => {
  locks = new Locks();
  stops = [];
});
afterEach(async () => {
  for (const stop of stops) stop.abort();
  await turns(3);
});

function start() {
  const events: string[] = [];
  const shards = new Shards({
    count: 2,
    hold: locks.hold,
    onTaken: (shard) => events.push(`took ${shard}`),
    onGone: (shard) => events.push(`gave up ${shard}`),
    onLost: (shard) => events.push(`may have lost ${shard}`),
  });
  const stop = new AbortController();
  stops.push(stop);
  return { shards, events, stop, done: shards.keep(stop.signal) };
}

it('a symbol is of the same shard everywhere and for ever, and symbols are spread over the shards', () => {
  expect(SYMBOLS.map((symbol) => shardOf(symbol, 8))).toEqual([2, 3, 7, 6, 2, 5, 0, 7]);
  expect(SYMBOLS.map((symbol) => shardOf(symbol, 1))).toEqual(SYMBOLS.map(() => 0));
});

it('an instance works on the symbols of all shards that it holds, and on none while another holds them', async () => {
  const first = start();
  await turns(3);
  const second = start();
  await turns(3);
  expect([first.shards.held, second.shards.held]).toEqual([2, 0]);
  expect(SYMBOLS.map(first.shards.isOurs)).toEqual(SYMBOLS.map(() => true));
  expect(SYMBOLS.map(second.shards.isOurs)).toEqual(SYMBOLS.map(() => false));
});

it('when an instance stops another takes over', async () => {
  const first = start();
  await turns(3);
  const second = start();
  first.stop.abort();
  await first.done;
  await turns(3);
  expect(first.events).toEqual(['took 0', 'took 1', 'gave up 0', 'gave up 1']);
  expect(second.events).toEqual(['took 0', 'took 1']);
});

it('a lease that may be lost is worked on with, and taken anew without a word where nobody else took it', async () => {
  const { shards, events } = start();
  await turns(3);
  locks.break(1);
  await turns(5);
  expect([events, shards.held]).toEqual([['took 0', 'took 1', 'may have lost 1'], 2]);
});

it('a lease that another took is given up', async () => {
  const { shards, events } = start();
  await turns(3);
  locks.steal(0);
  await turns(3);
  expect([events, shards.held]).toEqual([['took 0', 'took 1', 'may have lost 0', 'gave up 0'], 1]);
});
