import type { SymbolName } from '@margrave/vocabulary';

/** The right to work on the symbols of a shard, held by one instance at a time. */
export interface Lease {
  /** Resolves, with the reason, when the right may have passed to another. */
  readonly lost: Promise<string>;
  readonly release: () => Promise<void>;
}

export interface ShardsNeeds {
  readonly count: number;
  /** Waits until this instance has the lease; resolves with nothing when the signal ends the wait. */
  readonly hold: (shard: number, signal: AbortSignal, onHeldElsewhere: () => void) => Promise<Lease | undefined>;
  readonly onTaken: (shard: number) => void;
  /** Another instance works on it. */
  readonly onGone: (shard: number) => void;
  readonly onLost: (shard: number, reason: string) => void;
}

/**
 * Which symbols this instance works on. The lease saves work and nothing more: what two of them fire is executed once, by the
 * version that it was armed at. So a lease that may be lost is worked on with until another instance is seen to have it.
 */
export class Shards {
  readonly #needs: ShardsNeeds;
  readonly #held = new Set<number>();
  readonly #shardOf = new Map<SymbolName, number>();

  constructor(needs: ShardsNeeds) {
    this.#needs = needs;
  }

  get held(): number {
    return this.#held.size;
  }

  readonly isOurs = (symbol: SymbolName): boolean => {
    let shard = this.#shardOf.get(symbol);
    if (shard === undefined) {
      shard = shardOf(symbol, this.#needs.count);
      this.#shardOf.set(symbol, shard);
    }
    return this.#held.has(shard);
  };

  /** Holds whatever it can of all shards until the signal is aborted. */
  async keep(signal: AbortSignal): Promise<void> {
    await Promise.all(Array.from({ length: this.#needs.count }, (_, shard) => this.#keepOne(shard, signal)));
  }

  async #keepOne(shard: number, signal: AbortSignal): Promise<void> {
    const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    while (!signal.aborted) {
      const lease = await this.#needs.hold(shard, signal, () => this.#giveUp(shard));
      if (lease === undefined) break;
      if (!this.#held.has(shard)) {
        this.#held.add(shard);
        this.#needs.onTaken(shard);
      }
      const reason = await Promise.race([lease.lost, aborted]);
      if (reason === undefined) await lease.release();
      else this.#needs.onLost(shard, reason);
    }
    this.#giveUp(shard);
  }

  #giveUp(shard: number): void {
    if (this.#held.delete(shard)) this.#needs.onGone(shard);
  }
}

const [FNV_START, FNV_PRIME] = [2_166_136_261, 16_777_619];
const [MIX_FIRST, MIX_SECOND] = [0x85ebca6b, 0xc2b2ae35];

/**
 * The same in every instance and every release: FNV-1a of the symbol's letters, mixed as MurmurHash3 ends, for names that differ
 * in three letters to be spread.
 */
export function shardOf(symbol: SymbolName, count: number): number {
  let hash = FNV_START;
  for (let index = 0; index < symbol.length; index += 1) hash = Math.imul(hash ^ symbol.charCodeAt(index), FNV_PRIME);
  hash = Math.imul(hash ^ (hash >>> 16), MIX_FIRST);
  hash = Math.imul(hash ^ (hash >>> 13), MIX_SECOND);
  return ((hash ^ (hash >>> 16)) >>> 0) % count;
}
