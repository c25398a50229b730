import type { SymbolName } from '@margrave/vocabulary';
import type { Armed } from './trigger-desk.ts';
import type { Waiting } from './waiting.ts';

/** What became of an attempt to execute what was reached. */
export type Fired =
  /** It is committed: what it changed, as it is now. */
  | { readonly kind: 'committed'; readonly waiting: readonly Waiting[] }
  /** It waits no more, or for something else. */
  | { readonly kind: 'nothing_to_do' }
  /** The market cannot be dealt on. */
  | { readonly kind: 'not_tradable' }
  /** The market has left its limit again. */
  | { readonly kind: 'not_reached' }
  /** Nobody could decide, or nobody knows what was decided. Deciding again is safe: what was armed would not fit any more. */
  | { readonly kind: 'again' }
  /** The decision failed, which is a bug, and nobody else's matter. */
  | { readonly kind: 'failed' };

export const FIRED_KINDS = [
  'committed',
  'nothing_to_do',
  'not_tradable',
  'not_reached',
  'again',
  'failed',
] as const satisfies readonly Fired['kind'][];

export interface FiringNeeds {
  readonly monotonicMs: () => number;
  readonly submit: (armed: Armed) => Promise<Fired>;
  readonly isArmed: (armed: Armed) => boolean;
  readonly isTradable: (symbol: SymbolName) => boolean;
  /** What a commit changed. */
  readonly take: (waiting: Waiting, armed: Armed) => void;
  readonly settle: (armed: Armed) => void;
  readonly armAgain: (armed: Armed) => void;
  /** With the time since it was reached, in milliseconds. */
  readonly onFired: (armed: Armed, kind: Fired['kind'], afterMs: number) => void;
  readonly onBug: (error: unknown) => void;
  readonly inFlightMax: number;
}

/** Reached, and not settled. */
interface Due {
  readonly armed: Armed;
  readonly sinceMs: number;
  triedAtMs: number;
  /** Before its next attempt, where the last one was in vain. */
  pauseMs: number;
}

/** What cannot be dealt on is tried at each quote of its symbol, and otherwise so often. */
const UNTRADABLE_TRIED_EVERY_MS = 1_000;
const PAUSE_MS = 200;
const PAUSE_MS_MAX = 2_000;
/** A decision that failed fails again, until it is mended. */
const FAILED_PAUSE_MS_MAX = 30_000;

/**
 * Fires what was reached: in its order, so many at once and no more, each by itself. One that fails holds up no other: it waits
 * aside for its next attempt, and those that were never tried go first. A stop that was reached and cannot be dealt on stays
 * due, wherever the price goes meanwhile.
 */
export class Firing {
  readonly #needs: FiringNeeds;
  readonly #due = new Set<Due>();
  readonly #first: Queue<Due> = new Queue();
  readonly #again: Queue<Due> = new Queue();
  readonly #untradable = new Map<SymbolName, Set<Due>>();
  readonly #pausing = new Map<Due, number>();
  #inFlight = 0;
  #isStopped = false;
  #onIdle: () => void = () => undefined;

  constructor(needs: FiringNeeds) {
    this.#needs = needs;
  }

  put(armed: Armed): void {
    const due = { armed, sinceMs: this.#needs.monotonicMs(), triedAtMs: Number.NEGATIVE_INFINITY, pauseMs: PAUSE_MS };
    this.#due.add(due);
    // What only is to be kept anew closes nothing, and comes after what does.
    (armed.aim.kind === 'trail' ? this.#again : this.#first).put(due);
    this.#pump();
  }

  /** The symbol has a price: what could not be dealt on is tried again. */
  onQuote(symbol: SymbolName): void {
    if (this.#untradable.has(symbol) && this.#needs.isTradable(symbol)) this.#retryUntradable(symbol, () => true);
  }

  /** Takes up again what it is time for. To be called several times a second. */
  lookAtClock(): void {
    const nowMs = this.#needs.monotonicMs();
    for (const [due, untilMs] of this.#pausing) {
      if (untilMs > nowMs) continue;
      this.#pausing.delete(due);
      this.#again.put(due);
    }
    for (const symbol of this.#untradable.keys()) {
      if (!this.#needs.isTradable(symbol)) continue;
      this.#retryUntradable(symbol, ({ triedAtMs }) => triedAtMs + UNTRADABLE_TRIED_EVERY_MS <= nowMs);
    }
    this.#pump();
  }

  /** How many were reached and are not settled, and how long ago the first of those that could be dealt on was. */
  state(): { readonly inHand: number; readonly untradable: number; readonly oldestMs: number } {
    let [inHand, untradable, oldestMs] = [0, 0, 0];
    const nowMs = this.#needs.monotonicMs();
    for (const due of this.#due) {
      if (!this.#needs.isArmed(due.armed)) continue;
      if (this.#untradable.get(due.armed.symbol)?.has(due) === true) untradable += 1;
      else {
        inHand += 1;
        oldestMs = Math.max(oldestMs, nowMs - due.sinceMs);
      }
    }
    return { inHand, untradable, oldestMs };
  }

  /** Fires nothing more; resolves when what was in flight is settled. */
  stop(): Promise<void> {
    this.#isStopped = true;
    return new Promise((resolve) => {
      this.#onIdle = resolve;
      if (this.#inFlight === 0) resolve();
    });
  }

  #retryUntradable(symbol: SymbolName, isTime: (due: Due) => boolean): void {
    const waiting = this.#untradable.get(symbol) ?? new Set();
    for (const due of waiting) {
      if (!isTime(due)) continue;
      waiting.delete(due);
      this.#again.put(due);
    }
    if (waiting.size === 0) this.#untradable.delete(symbol);
    this.#pump();
  }

  #pump(): void {
    while (!this.#isStopped && this.#inFlight < this.#needs.inFlightMax) {
      const due = this.#first.take() ?? this.#again.take();
      if (due === undefined) return;
      if (this.#needs.isArmed(due.armed)) this.#fire(due);
      else this.#due.delete(due);
    }
  }

  #fire(due: Due): void {
    const { submit, monotonicMs, onBug } = this.#needs;
    this.#inFlight += 1;
    due.triedAtMs = monotonicMs();
    void submit(due.armed)
      .then((fired) => this.#settle(due, fired))
      .catch(onBug)
      .finally(() => {
        this.#inFlight -= 1;
        this.#pump();
        if (this.#inFlight === 0) this.#onIdle();
      });
  }

  #settle(due: Due, fired: Fired): void {
    const { armed, sinceMs } = due;
    const { monotonicMs, onFired, take, settle, armAgain, isArmed } = this.#needs;
    onFired(armed, fired.kind, monotonicMs() - sinceMs);
    if (fired.kind === 'committed') for (const waiting of fired.waiting) take(waiting, armed);
    if (!isArmed(armed)) {
      this.#due.delete(due);
      return;
    }
    switch (fired.kind) {
      case 'committed':
      case 'nothing_to_do':
        // An order that is said not to be at its end was asked about by a clock that was a little ahead.
        if (fired.kind === 'nothing_to_do' && armed.aim.kind === 'expire') return this.#pause(due, PAUSE_MS_MAX);
        this.#due.delete(due);
        return settle(armed);
      case 'not_reached':
        this.#due.delete(due);
        return armAgain(armed);
      case 'not_tradable':
        due.pauseMs = PAUSE_MS;
        this.#untradable.set(armed.symbol, (this.#untradable.get(armed.symbol) ?? new Set<Due>()).add(due));
        return;
      case 'again':
        return this.#pause(due, PAUSE_MS_MAX);
      case 'failed':
        return this.#pause(due, FAILED_PAUSE_MS_MAX);
      default:
        return fired satisfies never;
    }
  }

  #pause(due: Due, msMax: number): void {
    this.#pausing.set(due, this.#needs.monotonicMs() + due.pauseMs);
    due.pauseMs = Math.min(due.pauseMs * 2, msMax);
  }
}

/** First come, first served, at the same cost however many wait. */
class Queue<Item> {
  #items: Item[] = [];
  #next = 0;

  put(item: Item): void {
    this.#items.push(item);
  }

  take(): Item | undefined {
    const item = this.#items[this.#next];
    if (item === undefined) return undefined;
    this.#next += 1;
    if (this.#next === this.#items.length) {
      this.#items = [];
      this.#next = 0;
    }
    return item;
  }
}
