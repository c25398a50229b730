import { clientPrices, quoteState, type ClientQuote, type Extremes, type Group, type Market, type Quote } from '@margrave/domain';
import type { GroupId, SymbolName } from '@margrave/vocabulary';
import type { Sight } from './trigger-desk.ts';

/** A raw quote as it was told, with the lowest bid and the highest ask since the one before. */
export interface HeardQuote extends Quote, Extremes {
  readonly symbol: SymbolName;
}

export interface QuoteBoardNeeds {
  readonly monotonicMs: () => number;
  /** Instruments and the time; its own quotes are not looked at. */
  readonly market: () => Market;
  readonly group: (groupId: GroupId) => Group | undefined;
  /** So many quotes of a symbol were told and not heard: what they touched is not known. */
  readonly onLost: (symbol: SymbolName, quotes: bigint) => void;
}

interface Held {
  readonly heard: HeardQuote;
  readonly arrivedAtMs: number;
}

/** The numbers of one instance that tells quotes: WIRE.md, `sequence`. */
const SEQUENCES_A_GENERATION = 1_000_000_000_000n;

/** The newest quote of each symbol, and what the clients of a group see of it. */
export class QuoteBoard {
  readonly #needs: QuoteBoardNeeds;
  readonly #held = new Map<SymbolName, Held>();

  constructor(needs: QuoteBoardNeeds) {
    this.#needs = needs;
  }

  /** Says whether it is to be looked at: one that was overtaken is not. One that is told again has nothing behind it. */
  take(heard: HeardQuote): boolean {
    const held = this.#held.get(heard.symbol)?.heard;
    if (held !== undefined && heard.sequence < held.sequence) return false;
    if (held !== undefined) this.#countLost(held, heard);
    const isNew = heard.sequence !== held?.sequence;
    const extremes = isNew ? {} : { lowE8: heard.bidE8, highE8: heard.askE8 };
    this.#held.set(heard.symbol, { heard: { ...heard, ...extremes }, arrivedAtMs: this.#needs.monotonicMs() });
    return true;
  }

  /** Whether the symbol can be dealt on now, as far as its own price goes. */
  isTradable(symbol: SymbolName): boolean {
    return this.#tradable(symbol) !== undefined;
  }

  /** Undefined where nothing can be dealt on: a price that is old, or of a closed session, triggers nothing. */
  sight(symbol: SymbolName, groupId: GroupId): Sight | undefined {
    const tradable = this.#tradable(symbol);
    const group = this.#needs.group(groupId);
    if (tradable === undefined || group === undefined) return undefined;
    const { heard, market, instrument } = tradable;
    const seen = (bidE8: Quote['bidE8'], askE8: Quote['askE8']): ClientQuote | undefined =>
      clientPrices({ market, group }, instrument, { ...heard, bidE8, askE8 });
    const now = seen(heard.bidE8, heard.askE8);
    return now && { now, furthest: seen(heard.lowE8, heard.highE8) ?? now };
  }

  #tradable(symbol: SymbolName) {
    const held = this.#held.get(symbol);
    const market = this.#needs.market();
    const instrument = market.instrument(symbol);
    if (held === undefined || instrument === undefined) return undefined;
    const { heard, arrivedAtMs } = held;
    const quote = { ...heard, ageMs: heard.ageMs + this.#needs.monotonicMs() - arrivedAtMs };
    return quoteState({ ...market, quote: () => quote }, instrument) === 'fresh' ? { heard, market, instrument } : undefined;
  }

  /** Who speaks for the first time says nothing of what the one before him said last. */
  #countLost(held: HeardQuote, heard: HeardQuote): void {
    const isSameSpeaker = held.sequence / SEQUENCES_A_GENERATION === heard.sequence / SEQUENCES_A_GENERATION;
    const expected = isSameSpeaker ? held.sequence : heard.sequence - (heard.sequence % SEQUENCES_A_GENERATION);
    const lost = heard.sequence - expected - 1n;
    if (lost > 0n) this.#needs.onLost(heard.symbol, lost);
  }
}
