import type { AccountId, GroupId, SymbolName } from '@margrave/vocabulary';

/** What is said of every key family: this file is the only place that knows a key's name. */
export interface KeyFamily {
  /** The name with its parameters in braces; the braces are not part of a key. */
  readonly pattern: string;
  readonly owner: string;
  readonly holds: string;
  /** After this long without a write a key goes by itself; Redis runs `volatile-lru` and may drop it earlier. */
  readonly lifetimeMs: number;
}

const HOUR_MS = 3_600_000;

/**
 * Every key can vanish at any time. In a Redis Cluster each key may lie on another node: every script here touches the one
 * key it is called with, so no hash tag (`{…}` inside a key) is needed; a script that should touch two keys of one account
 * or symbol would need one.
 */
export const KEY_FAMILIES = {
  quote: {
    pattern: 'md:quote:{symbol}',
    owner: 'market-data',
    holds: 'The raw quote of a symbol: hash of bid, ask, low, high, sequence, ageMs, writtenAt.',
    lifetimeMs: 7 * 24 * HOUR_MS,
  },
  groupQuote: {
    pattern: 'md:group:{group}:{symbol}',
    owner: 'market-data',
    holds: "A group's client prices of a symbol: hash of bid, ask, sequence, ageMs, writtenAt.",
    lifetimeMs: 7 * 24 * HOUR_MS,
  },
  aggregate: {
    pattern: 'acct:{id}',
    owner: 'order-gateway, provider-worker, pending-orders',
    holds: 'The aggregate of an account: hash of version, epoch, json.',
    lifetimeMs: 6 * HOUR_MS,
  },
} as const satisfies Readonly<Record<string, KeyFamily>>;

export const quoteKey = (symbol: SymbolName): string => `md:quote:${symbol}`;
export const groupQuoteKey = (group: GroupId, symbol: SymbolName): string => `md:group:${group}:${symbol}`;
export const aggregateKey = (accountId: AccountId): string => `acct:${accountId}`;
