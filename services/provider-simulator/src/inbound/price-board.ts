import type { QuoteV1 } from '@margrave/contracts';
import { parseE8, type PriceE8, type SymbolName } from '@margrave/vocabulary';
import type { Price } from '../app/request.ts';

/** The newest quote of each symbol that was heard. */
export interface PriceBoard {
  readonly take: (quote: QuoteV1) => void;
  /** Nothing where no quote was heard, or the newest is too old. */
  readonly priceOf: (symbol: SymbolName) => Price | undefined;
}

export interface PriceBoardOptions {
  readonly ageMsMax: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

interface Heard extends Price {
  readonly sequence: bigint;
  /** When the quote was new, by our monotonic clock. */
  readonly bornMs: number;
}

export function createPriceBoard({ ageMsMax, now }: PriceBoardOptions): PriceBoard {
  const newest = new Map<SymbolName, Heard>();
  return {
    take: ({ symbol, sequence, bid, ask, ageMs }) => {
      const [bidE8, askE8] = [parseE8(bid), parseE8(ask)];
      if (bidE8 === undefined || askE8 === undefined || bidE8 <= 0n || askE8 < bidE8) return; // nothing to trade on
      const heard = { sequence: BigInt(sequence), bidE8: bidE8 as PriceE8, askE8: askE8 as PriceE8, bornMs: now() - ageMs };
      const former = newest.get(symbol);
      if (former === undefined || heard.sequence > former.sequence) newest.set(symbol, heard);
    },
    priceOf: (symbol) => {
      const heard = newest.get(symbol);
      return heard !== undefined && now() - heard.bornMs <= ageMsMax ? heard : undefined;
    },
  };
}
