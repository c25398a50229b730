import type { AccountId, GroupId, SymbolName } from '@margrave/vocabulary';
import type { Comparison, Known } from './trigger-desk.ts';
import type { Waiting } from './waiting.ts';

/** What is stored of what waits. */
export interface Stored {
  readonly waiting: Waiting;
  readonly groupId: GroupId;
}

/** What was not armed and should have been, when it was looked for last, and what was armed and should not have been. */
export interface Findings {
  readonly orders: number;
  readonly positions: number;
  readonly dropped: number;
}

export interface SweepNeeds {
  readonly monotonicMs: () => number;
  /** The symbols that this instance works on. */
  readonly symbols: () => readonly SymbolName[];
  /** All that is stored of what waits for prices of a symbol, a page at a time. Rejects when the store does not answer. */
  readonly read: (symbol: SymbolName) => AsyncIterable<readonly Stored[]>;
  readonly compare: (waiting: Waiting, groupId: GroupId) => Comparison;
  readonly restore: (waiting: Waiting, groupId: GroupId) => void;
  readonly waitingOf: (symbol: SymbolName) => Iterable<Known>;
  readonly known: (symbol: SymbolName, key: string) => Known | undefined;
  readonly drop: (known: Known) => void;
  readonly learnGroup: (accountId: AccountId, groupId: GroupId) => void;
  /** What has been over for long, and whose group may be another by now: what is read tells. */
  readonly forgetOld: () => void;
  readonly onSwept: (findings: Findings) => void;
  readonly onFailed: (error: unknown) => void;
  /** Resolves after a while, at once when the signal is aborted. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly everyMs: number;
}

/** So long what was just committed may be on its way to us, or what we just fired be unsettled. */
const ON_ITS_WAY_MS = 1_000;
const LOAD_AGAIN_AFTER_MS = 500;
const BACK_OFF_MS_MAX = 300_000;

/**
 * Loads what is stored of what waits for prices, and compares it with what is armed from then on: every event can be lost, and no
 * stop loss with it. What is found on loading is armed at once; later, what is found is given the time that its event may need,
 * and then armed and counted.
 */
export class Sweep {
  readonly #needs: SweepNeeds;
  readonly #loaded = new Set<SymbolName>();
  #wake = new AbortController();
  #pauseMs = 0;

  constructor(needs: SweepNeeds) {
    this.#needs = needs;
  }

  /** Whether all that this instance works on is armed. */
  get isLoaded(): boolean {
    return this.#needs.symbols().every((symbol) => this.#loaded.has(symbol));
  }

  /** Sweeps until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      // Before it is read: what changes while it is read must be read too.
      this.#wake = new AbortController();
      let hasFailed = false;
      try {
        await this.#turn(signal);
      } catch (error) {
        hasFailed = true;
        this.#needs.onFailed(error);
      }
      await this.#needs.pause(this.#nextPauseMs(hasFailed), AbortSignal.any([signal, this.#wake.signal]));
    }
  }

  /** Looks at once: there is more to work on, or somebody says that accounts are of other groups. */
  soon(): void {
    this.#wake.abort();
  }

  /** Nobody knows what was told meanwhile: all is loaded anew. */
  loadAgain(): void {
    this.#loaded.clear();
    this.soon();
  }

  /** There is less to work on: what another instance took is loaded anew when it comes back. */
  forgetOthers(): void {
    const ours = new Set(this.#needs.symbols());
    for (const symbol of this.#loaded) if (!ours.has(symbol)) this.#loaded.delete(symbol);
  }

  /** After a turn that failed twice as long as after the one before it. */
  #nextPauseMs(hasFailed: boolean): number {
    const [leastMs, mostMs] = this.isLoaded ? [this.#needs.everyMs, BACK_OFF_MS_MAX] : [LOAD_AGAIN_AFTER_MS, this.#needs.everyMs];
    this.#pauseMs = hasFailed ? Math.max(leastMs, Math.min(this.#pauseMs * 2, mostMs)) : leastMs;
    return this.#pauseMs;
  }

  async #turn(signal: AbortSignal): Promise<void> {
    this.#needs.forgetOld();
    const missing: Stored[] = [];
    const extra: Known[] = [];
    // What is not loaded comes first: nothing of it is watched.
    const { loaded = [], unloaded = [] } = Object.groupBy(this.#needs.symbols(), (symbol) =>
      this.#loaded.has(symbol) ? 'loaded' : 'unloaded',
    );
    for (const symbol of [...unloaded, ...loaded]) {
      if (signal.aborted) return;
      const isFirst = !this.#loaded.has(symbol);
      const startedAtMs = this.#needs.monotonicMs();
      const stored = new Set<string>();
      for await (const page of this.#needs.read(symbol)) {
        for (const each of page) {
          stored.add(each.waiting.key);
          if (this.#isMissing(each, isFirst)) missing.push(each);
        }
      }
      for (const known of this.#needs.waitingOf(symbol)) {
        if (!stored.has(known.waiting.key) && known.sinceMs < startedAtMs) extra.push(known);
      }
      this.#loaded.add(symbol);
    }
    if (missing.length + extra.length > 0) await this.#needs.pause(ON_ITS_WAY_MS, signal);
    this.#needs.onSwept({ ...this.#armMissing(missing), dropped: this.#dropExtra(extra) });
  }

  /** Whether it is to be looked at again in a while. */
  #isMissing({ waiting, groupId }: Stored, isFirst: boolean): boolean {
    const { compare, restore, learnGroup } = this.#needs;
    learnGroup(waiting.accountId, groupId);
    const comparison = compare(waiting, groupId);
    if (comparison === 'missing' && !isFirst) return true;
    if (comparison === 'missing' || comparison === 'moved') restore(waiting, groupId);
    return false;
  }

  #armMissing(missing: readonly Stored[]): Pick<Findings, 'orders' | 'positions'> {
    const still = missing.filter(({ waiting, groupId }) => this.#needs.compare(waiting, groupId) === 'missing');
    for (const { waiting, groupId } of still) this.#needs.restore(waiting, groupId);
    const orders = still.filter(({ waiting }) => waiting.key.startsWith('order:')).length;
    return { orders, positions: still.length - orders };
  }

  #dropExtra(extra: readonly Known[]): number {
    const still = extra.filter((known) => this.#needs.known(known.waiting.symbol, known.waiting.key) === known);
    for (const known of still) this.#needs.drop(known);
    return still.length;
  }
}
