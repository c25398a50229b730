import { formatE8, ok, parseE8, type GroupId, type PriceE8, type Result, type SymbolName } from '@margrave/vocabulary';
import type { CacheClient, CacheFailure } from './client.ts';
import { groupQuoteKey, KEY_FAMILIES, quoteKey } from './keys.ts';
import { SCRIPTS } from './scripts.ts';

/** Client prices of one group at the same moment. */
export interface GroupPrices {
  readonly groupId: GroupId;
  readonly bidE8: PriceE8;
  readonly askE8: PriceE8;
}

/** A quote to be kept, with what the groups see of it. */
export interface QuoteRecord {
  readonly symbol: SymbolName;
  readonly sequence: bigint;
  readonly bidE8: PriceE8;
  readonly askE8: PriceE8;
  readonly lowE8: PriceE8;
  readonly highE8: PriceE8;
  /** At the moment of the call; from then on Redis's own clock counts. */
  readonly ageMs: number;
  readonly groups: readonly GroupPrices[];
}

/** A kept quote, with its age at the moment it was read. */
export interface CachedQuote {
  readonly sequence: bigint;
  readonly bidE8: PriceE8;
  readonly askE8: PriceE8;
  readonly lowE8: PriceE8;
  readonly highE8: PriceE8;
  readonly ageMs: number;
}

export type CachedGroupQuote = Pick<CachedQuote, 'sequence' | 'bidE8' | 'askE8' | 'ageMs'>;

export interface QuoteCache {
  /**
   * Keeps each quote unless what is there is as new. One round trip.
   * @returns how many keys were written.
   */
  readonly write: (records: readonly QuoteRecord[]) => Promise<Result<number, CacheFailure>>;
  /** The quotes that are there; one round trip for all symbols. */
  readonly read: (symbols: readonly SymbolName[]) => Promise<Result<ReadonlyMap<SymbolName, CachedQuote>, CacheFailure>>;
  readonly readOfGroup: (
    groupId: GroupId,
    symbols: readonly SymbolName[],
  ) => Promise<Result<ReadonlyMap<SymbolName, CachedGroupQuote>, CacheFailure>>;
}

const QUOTE_FIELDS = ['bid', 'ask', 'low', 'high'] as const;
const GROUP_FIELDS = ['bid', 'ask'] as const;
const SEQUENCE = /^\d{1,19}$/;

export function createQuoteCache(client: CacheClient): QuoteCache {
  const readAll = async <Quote>(
    symbols: readonly SymbolName[],
    keyOf: (symbol: SymbolName) => string,
    fields: readonly string[],
    quoteOf: (reply: unknown) => Quote | undefined,
  ): Promise<Result<ReadonlyMap<SymbolName, Quote>, CacheFailure>> => {
    if (symbols.length === 0) return ok(new Map());
    const replies = await client.pipeline((commands) => {
      for (const symbol of symbols) commands.evalsha_ro(SCRIPTS.readQuote.hash, 1, keyOf(symbol), ...fields);
    });
    if (!replies.ok) return replies;
    const quotes = new Map<SymbolName, Quote>();
    for (const [index, symbol] of symbols.entries()) {
      const quote = quoteOf(replies.value[index]);
      if (quote !== undefined) quotes.set(symbol, quote);
    }
    return ok(quotes);
  };

  return {
    write: async (records) => {
      if (records.length === 0) return ok(0);
      const replies = await client.pipeline((commands) => {
        for (const record of records) {
          const head = [String(record.sequence), KEY_FAMILIES.quote.lifetimeMs, record.ageMs] as const;
          const { bidE8, askE8, lowE8, highE8 } = record;
          const fields = ['bid', formatE8(bidE8), 'ask', formatE8(askE8), 'low', formatE8(lowE8), 'high', formatE8(highE8)];
          commands.evalsha(SCRIPTS.writeQuote.hash, 1, quoteKey(record.symbol), ...head, ...fields);
          for (const group of record.groups) {
            const prices = ['bid', formatE8(group.bidE8), 'ask', formatE8(group.askE8)];
            commands.evalsha(SCRIPTS.writeQuote.hash, 1, groupQuoteKey(group.groupId, record.symbol), ...head, ...prices);
          }
        }
      });
      return replies.ok ? ok(replies.value.filter((reply) => reply === 1).length) : replies;
    },
    read: (symbols) => readAll(symbols, quoteKey, QUOTE_FIELDS, readQuote),
    readOfGroup: (groupId, symbols) => readAll(symbols, (symbol) => groupQuoteKey(groupId, symbol), GROUP_FIELDS, readGroupQuote),
  };
}

/** The reply of the reading function. What is not whole counts as not there: anyone may write to a cache. */
function readQuote(reply: unknown): CachedQuote | undefined {
  const head = readHead(reply);
  if (head === undefined) return undefined;
  const [bidE8, askE8, lowE8, highE8] = head.prices;
  if (bidE8 === undefined || askE8 === undefined || lowE8 === undefined || highE8 === undefined) return undefined;
  return { sequence: head.sequence, ageMs: head.ageMs, bidE8, askE8, lowE8, highE8 };
}

function readGroupQuote(reply: unknown): CachedGroupQuote | undefined {
  const head = readHead(reply);
  if (head === undefined) return undefined;
  const [bidE8, askE8] = head.prices;
  return bidE8 === undefined || askE8 === undefined ? undefined : { sequence: head.sequence, ageMs: head.ageMs, bidE8, askE8 };
}

interface Head {
  readonly sequence: bigint;
  readonly ageMs: number;
  readonly prices: readonly (PriceE8 | undefined)[];
}

function readHead(reply: unknown): Head | undefined {
  if (!Array.isArray(reply)) return undefined;
  const [sequence, age, ...prices] = reply as readonly unknown[];
  if (typeof sequence !== 'string' || !SEQUENCE.test(sequence) || typeof age !== 'string') return undefined;
  const ageMs = Number.parseInt(age, 10);
  if (!Number.isSafeInteger(ageMs) || ageMs < 0) return undefined;
  return { sequence: BigInt(sequence), ageMs, prices: prices.map(readPrice) };
}

function readPrice(unchecked: unknown): PriceE8 | undefined {
  const priceE8 = typeof unchecked === 'string' ? parseE8(unchecked) : undefined;
  return priceE8 !== undefined && priceE8 > 0n ? (priceE8 as PriceE8) : undefined;
}
