import {
  clientQuote,
  isSessionOpen,
  quoteAgeMs,
  SILENT_FEED,
  takeTick,
  widenExtremes,
  type Extremes,
  type FeedTick,
  type Markup,
  type RawQuote,
  type SymbolFeed,
  type TickResult,
} from '@margrave/domain';
import { unitOfDecimals, type GroupId, type InstrumentClass, type PriceE8, type SymbolName } from '@margrave/vocabulary';
import type { MarketInstrument, MarketRegistry } from './market-registry.ts';

/** One symbol on the desk: its rules, what the feed said of it, and what has been told of it. Belongs to the desk alone. */
export interface Line {
  instrument: MarketInstrument;
  groups: readonly GroupLine[];
  sessionOpen: boolean;
  feed: SymbolFeed;
  /** Since the last announcement that went out; null when nothing came since. */
  extremes: Extremes | null;
  /** The present quote is not the one that `sequence` numbers. */
  isNew: boolean;
  sequence: bigint;
  /** Of the last announcement that went out, for saying it again. */
  announcedExtremes: Extremes | null;
  announcedAtMs: number;
}

interface GroupLine {
  readonly groupId: GroupId;
  readonly markup: Markup;
}

/** A quote of the desk with the number it is known by. */
export interface NumberedQuote {
  readonly symbol: SymbolName;
  readonly sequence: bigint;
  readonly quote: RawQuote;
  readonly extremes: Extremes;
}

export interface GroupPrices {
  readonly groupId: GroupId;
  readonly bidE8: PriceE8;
  readonly askE8: PriceE8;
}

/** How the symbols are doing; `closed` has a price and no open session. */
export const SYMBOL_STATES = ['fresh', 'stale', 'unknown_age', 'missing', 'closed'] as const;
export type SymbolState = (typeof SYMBOL_STATES)[number];

/** The quotes of all instruments, made of ticks by the rules of the domain. It holds; others tell. */
export class QuoteDesk {
  readonly #lines = new Map<SymbolName, Line>();
  readonly #monotonicMs: () => number;
  readonly #onNewQuote: (line: Line) => void;

  constructor(needs: { readonly monotonicMs: () => number; readonly onNewQuote: (line: Line) => void }) {
    this.#monotonicMs = needs.monotonicMs;
    this.#onNewQuote = needs.onNewQuote;
  }

  /** Takes new configuration: what is known of a symbol stays, a symbol that is gone is forgotten. */
  configure(registry: MarketRegistry, databaseNowMs: number): void {
    const listed = new Set(registry.instruments.map(({ symbol }) => symbol));
    for (const symbol of this.#lines.keys()) if (!listed.has(symbol)) this.#lines.delete(symbol);
    for (const instrument of registry.instruments) {
      const configured = { instrument, groups: groupLines(instrument, registry) };
      const line = this.#lines.get(instrument.symbol);
      if (line === undefined) this.#lines.set(instrument.symbol, newLine(configured));
      else Object.assign(line, configured);
    }
    this.openSessions(databaseNowMs);
  }

  /** Opens and closes sessions by database time. To be called a few times a second: a tick does not ask the calendar. */
  openSessions(databaseNowMs: number): void {
    for (const line of this.#lines.values()) line.sessionOpen = isSessionOpen(line.instrument.sessions, databaseNowMs);
  }

  /** One tick, and what became of it. */
  take(symbol: SymbolName, tick: FeedTick): TickResult | 'unknown_symbol' {
    const line = this.#lines.get(symbol);
    if (line === undefined) return 'unknown_symbol';
    const moment = { nowMs: this.#monotonicMs(), sessionOpen: line.sessionOpen };
    const { feed, result } = takeTick(line.feed, tick, line.instrument, moment);
    line.feed = feed;
    if ((result === 'accepted' || result === 'snapshot') && feed.quote !== null) {
      line.extremes = widenExtremes(line.extremes, feed.quote);
      line.isNew = true;
      this.#onNewQuote(line);
    }
    return result;
  }

  lines(): IterableIterator<Line> {
    return this.#lines.values();
  }

  get hasOpenSession(): boolean {
    for (const line of this.#lines.values()) if (line.sessionOpen) return true;
    return false;
  }

  /** How many symbols are in each state. */
  states(): Readonly<Record<SymbolState, number>> {
    const counts = { fresh: 0, stale: 0, unknown_age: 0, missing: 0, closed: 0 };
    for (const line of this.#lines.values()) counts[stateOf(line, this.#monotonicMs())] += 1;
    return counts;
  }

  /** Milliseconds since the quote that has stood longest came, among the symbols of a class whose session is open. */
  oldestAgeMsByClass(): ReadonlyMap<InstrumentClass, number> {
    const ages = new Map<InstrumentClass, number>();
    for (const { feed, instrument, sessionOpen } of this.#lines.values()) {
      if (!sessionOpen || feed.quote === null || feed.quote.atMs === null) continue;
      const ageMs = quoteAgeMs(feed.quote, this.#monotonicMs());
      ages.set(instrument.class, Math.max(ageMs, ages.get(instrument.class) ?? 0));
    }
    return ages;
  }
}

type Configured = Pick<Line, 'instrument' | 'groups'>;

const newLine = (configured: Configured): Line => ({
  ...configured,
  sessionOpen: false,
  feed: SILENT_FEED,
  extremes: null,
  isNew: false,
  sequence: 0n,
  announcedExtremes: null,
  announcedAtMs: Number.NEGATIVE_INFINITY,
});

function groupLines(instrument: MarketInstrument, { groups }: MarketRegistry): GroupLine[] {
  const { symbol, tickE8, digits } = instrument;
  const pointE8 = unitOfDecimals(digits) as PriceE8;
  return groups.flatMap(({ groupId, symbols }) => {
    const terms = symbols.get(symbol);
    return terms === undefined ? [] : [{ groupId, markup: { markupPoints: terms.markupPoints, pointE8, tickE8 } }];
  });
}

/** What each group sees of a raw quote. A group whose markup leaves no price sees none. */
export function groupPrices(groups: readonly GroupLine[], quote: RawQuote): GroupPrices[] {
  return groups.flatMap(({ groupId, markup }) => {
    const prices = clientQuote(quote, markup);
    return prices === undefined ? [] : [{ groupId, ...prices }];
  });
}

function stateOf({ feed, instrument, sessionOpen }: Line, nowMs: number): SymbolState {
  if (feed.quote === null) return 'missing';
  if (!sessionOpen) return 'closed';
  if (feed.quote.atMs === null) return 'unknown_age';
  return quoteAgeMs(feed.quote, nowMs) <= instrument.staleLimitMs ? 'fresh' : 'stale';
}
