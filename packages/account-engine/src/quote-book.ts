import type { QuoteV1 } from '@margrave/contracts';
import type { Quote } from '@margrave/domain';
import { parseE8, type PriceE8, type SymbolName } from '@margrave/vocabulary';

interface Held {
  readonly bidE8: PriceE8;
  readonly askE8: PriceE8;
  readonly sequence: bigint;
  readonly statedAgeMs: number;
  readonly arrivedAtMs: number;
}

/** The latest quote of each symbol. Its age is what the sender stated plus the monotonic time since it arrived. */
export class QuoteBook {
  readonly #quotes = new Map<SymbolName, Held>();
  readonly #monotonicMs: () => number;

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  /** Keeps the quote if it is newer than the one held; says whether it was. Prices that are no prices are not kept. */
  take(quote: Pick<QuoteV1, 'symbol' | 'sequence' | 'bid' | 'ask' | 'ageMs'>): boolean {
    const sequence = BigInt(quote.sequence);
    const held = this.#quotes.get(quote.symbol);
    if (held !== undefined && sequence <= held.sequence) return false;
    const [bidE8, askE8] = [parseE8(quote.bid), parseE8(quote.ask)] as (PriceE8 | undefined)[];
    if (bidE8 === undefined || askE8 === undefined || bidE8 <= 0n || askE8 < bidE8) return false;
    this.#quotes.set(quote.symbol, { bidE8, askE8, sequence, statedAgeMs: quote.ageMs, arrivedAtMs: this.#monotonicMs() });
    return true;
  }

  get(symbol: SymbolName): Quote | undefined {
    const held = this.#quotes.get(symbol);
    if (held === undefined) return undefined;
    const ageMs = Math.round(held.statedAgeMs + this.#monotonicMs() - held.arrivedAtMs);
    return { bidE8: held.bidE8, askE8: held.askE8, sequence: held.sequence, ageMs };
  }
}
