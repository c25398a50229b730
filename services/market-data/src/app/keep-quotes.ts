import { quoteAgeMs } from '@margrave/domain';
import type { PriceE8, Result, SymbolName } from '@margrave/vocabulary';
import { groupPrices, type GroupPrices, type Line, type NumberedQuote } from './quote-desk.ts';

/** A quote on its way to the cache. */
export interface QuoteToKeep {
  readonly symbol: SymbolName;
  readonly sequence: bigint;
  readonly bidE8: PriceE8;
  readonly askE8: PriceE8;
  readonly lowE8: PriceE8;
  readonly highE8: PriceE8;
  readonly ageMs: number;
  readonly groups: readonly GroupPrices[];
}

export interface KeeperNeeds<Failure> {
  readonly monotonicMs: () => number;
  /** One round trip for all of them; what is there and newer stays. */
  readonly write: (quotes: readonly QuoteToKeep[]) => Promise<Result<number, Failure>>;
  readonly onWritten: (outcome: Result<number, Failure>) => void;
  readonly batchMax: number;
  readonly pause: (ms: number) => Promise<void>;
}

/** Pauses are this many times as long as the write before them: the cache takes a quarter of the time at most, however many quotes come. */
const PAUSE_PER_WRITE = 3;

/**
 * Writes quotes to the cache in batches: while one is on its way the next gathers, one quote a symbol, the latest. So a slow
 * cache costs old quotes, never memory. What could not be written is not tried again: a newer one, or the same one repeated,
 * is never far.
 */
export class QuoteKeeper<Failure> {
  readonly #needs: KeeperNeeds<Failure>;
  readonly #gathered = new Map<SymbolName, { readonly line: Line; readonly numbered: NumberedQuote }>();
  #writing: Promise<void> | undefined;

  constructor(needs: KeeperNeeds<Failure>) {
    this.#needs = needs;
  }

  keep(line: Line, numbered: NumberedQuote): void {
    this.#gathered.set(numbered.symbol, { line, numbered });
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
  }

  /** Resolves when everything gathered so far was written or given up. */
  async settled(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  async #writeAll(): Promise<void> {
    // Quotes of one go are gathered together: the first of them does not travel alone.
    await Promise.resolve();
    while (this.#gathered.size > 0) {
      const startedAtMs = this.#needs.monotonicMs();
      this.#needs.onWritten(await this.#needs.write(this.#nextBatch()));
      await this.#needs.pause(PAUSE_PER_WRITE * (this.#needs.monotonicMs() - startedAtMs));
    }
  }

  #nextBatch(): QuoteToKeep[] {
    const nowMs = this.#needs.monotonicMs();
    const batch: QuoteToKeep[] = [];
    for (const [symbol, { line, numbered }] of this.#gathered) {
      if (batch.length === this.#needs.batchMax) break;
      this.#gathered.delete(symbol);
      const { quote, sequence, extremes } = numbered;
      const { bidE8, askE8 } = quote;
      const ageMs = quoteAgeMs(quote, nowMs);
      batch.push({ symbol, sequence, bidE8, askE8, ...extremes, ageMs, groups: groupPrices(line.groups, quote) });
    }
    return batch;
  }
}
