import type { Line, NumberedQuote, QuoteDesk } from './quote-desk.ts';
import { widenExtremes } from '@margrave/domain';

/** Room for the quotes of one symbol between two generations: at a thousand a second, thirty years. */
const SEQUENCES_A_GENERATION = 1_000_000_000_000n;

export interface AnnouncerNeeds {
  readonly monotonicMs: () => number;
  /** Tells all who listen. False when it did not go out; it is tried again. */
  readonly announce: (numbered: NumberedQuote, nowMs: number) => boolean;
  /** Keeps it for those who come later. */
  readonly keep: (line: Line, numbered: NumberedQuote) => void;
  /** Runs what it is given soon, after what is happening now. */
  readonly defer: (act: () => void) => void;
  /** A symbol of which nothing was told for this long is told again, with its present age and the same sequence. */
  readonly repeatAfterMs: number;
}

/**
 * Tells of new quotes, by symbol in their order. Ticks that come in one go are told as one quote per symbol, whose low and
 * high have seen them all. Says nothing while another instance is the active one.
 */
export class QuoteAnnouncer {
  readonly #needs: AnnouncerNeeds;
  readonly #waiting = new Set<Line>();
  #desk: QuoteDesk | undefined;
  #generation: bigint | undefined;
  #isDeferred = false;

  constructor(needs: AnnouncerNeeds) {
    this.#needs = needs;
  }

  get isActive(): boolean {
    return this.#generation !== undefined;
  }

  /** This instance speaks from now on: every quote it has is told at once, under the numbers of the new generation. */
  activate(desk: QuoteDesk, generation: bigint): void {
    this.#flush();
    this.#desk = desk;
    this.#generation = generation;
    for (const line of desk.lines()) {
      line.sequence = generation * SEQUENCES_A_GENERATION;
      // What this instance saw before it spoke is not "since the previous quote": another one told of it.
      line.extremes = null;
      line.announcedExtremes = null;
      line.isNew = line.feed.quote !== null;
      if (line.isNew) this.#waiting.add(line);
    }
    this.#flushSoon();
  }

  deactivate(): void {
    this.#generation = undefined;
    this.#waiting.clear();
  }

  /** A line has a new quote. */
  onNewQuote(line: Line): void {
    if (this.#generation === undefined) {
      line.extremes = null;
      return;
    }
    this.#waiting.add(line);
    this.#flushSoon();
  }

  /** To be called a few times a second: says again what nobody was told for long, and tries again what did not go out. */
  repeat(): void {
    if (this.#generation === undefined || this.#desk === undefined) return;
    const dueBeforeMs = this.#needs.monotonicMs() - this.#needs.repeatAfterMs;
    for (const line of this.#desk.lines()) {
      if (line.feed.quote !== null && line.announcedAtMs <= dueBeforeMs) this.#waiting.add(line);
    }
    this.#flush();
  }

  #flushSoon(): void {
    if (this.#isDeferred) return;
    this.#isDeferred = true;
    this.#needs.defer(() => {
      this.#isDeferred = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#generation === undefined) return;
    const nowMs = this.#needs.monotonicMs();
    for (const line of this.#waiting) {
      const numbered = this.#number(line, this.#generation);
      if (numbered === undefined) {
        this.#waiting.delete(line);
        continue;
      }
      this.#needs.keep(line, numbered);
      // While nothing goes out, low and high go on widening: who hears the next quote learns all that was touched.
      if (!this.#needs.announce(numbered, nowMs)) continue;
      this.#waiting.delete(line);
      line.announcedAtMs = nowMs;
      line.announcedExtremes = numbered.extremes;
      line.extremes = null;
    }
  }

  #number(line: Line, generation: bigint): NumberedQuote | undefined {
    const { quote } = line.feed;
    if (quote === null) return undefined;
    // A symbol that was listed after this generation began starts here.
    const first = generation * SEQUENCES_A_GENERATION;
    if (line.sequence < first) line.sequence = first;
    if (line.isNew) line.sequence += 1n;
    line.isNew = false;
    const extremes = line.extremes ?? line.announcedExtremes ?? widenExtremes(null, quote);
    return { symbol: line.instrument.symbol, sequence: line.sequence, quote, extremes };
  }
}
