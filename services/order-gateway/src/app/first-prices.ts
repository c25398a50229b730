import { isSessionOpen, quoteState, type Market } from '@margrave/domain';
import type { SymbolName } from '@margrave/vocabulary';

interface FirstPricesNeeds {
  readonly market: () => Market;
  readonly symbols: () => readonly SymbolName[];
  readonly monotonicMs: () => number;
}

/** A feed that is well says something of some instrument within a second or two. */
const PATIENCE_MS = 10_000;

/**
 * Whether a gateway that has just started has a price to deal at: an order that it refused for want of one would have used up its
 * key. Where none comes in time it takes part all the same, because accounts are read and unknown orders are settled without
 * prices too; and once it took part, prices that go missing refuse orders and take it out no more.
 */
export class FirstPrices {
  readonly #needs: FirstPricesNeeds;
  readonly #untilMs: number;
  #isOver = false;

  constructor(needs: FirstPricesNeeds) {
    this.#needs = needs;
    this.#untilMs = needs.monotonicMs() + PATIENCE_MS;
  }

  check(): { readonly ok: true } | { readonly ok: false; readonly reason: string } {
    const missing = this.#isOver || this.#needs.monotonicMs() >= this.#untilMs ? undefined : this.#missing();
    this.#isOver = missing === undefined;
    return missing === undefined ? { ok: true } : { ok: false, reason: missing };
  }

  /** `undefined` where one instrument has a fresh price, or none is open. */
  #missing(): string | undefined {
    const market = this.#needs.market();
    const open = this.#needs.symbols().flatMap((symbol) => {
      const instrument = market.instrument(symbol);
      const isOpen =
        instrument !== undefined && instrument.tradeMode !== 'disabled' && isSessionOpen(instrument.sessions, market.nowMs);
      return isOpen ? [instrument] : [];
    });
    if (open.length === 0 || open.some((instrument) => quoteState(market, instrument) === 'fresh')) return undefined;
    return `no fresh price yet of any of the ${open.length} instruments whose session is open`;
  }
}
