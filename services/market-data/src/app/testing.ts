import type { GroupId, PriceE8, SymbolName } from '@margrave/vocabulary';
import type { MarketInstrument, MarketRegistry } from './market-registry.ts';

const ALWAYS = { timeZone: 'UTC', weekly: [{ fromMinute: 0, toMinute: 10_080 }], holidays: [] };

export const symbolNamed = (name: string): SymbolName => name as SymbolName;
/** A price of five digits. */
export const points = (count: number): PriceE8 => (BigInt(count) * 1_000n) as PriceE8;

export const instrumentNamed = (name: string, changes: Partial<MarketInstrument> = {}): MarketInstrument => ({
  symbol: symbolNamed(name),
  class: 'fx',
  digits: 5,
  tickE8: points(1),
  sessions: ALWAYS,
  spikeLimit: { numerator: 1n, denominator: 100n },
  staleLimitMs: 10_000,
  ...changes,
});

/** Two groups: `raw` without a markup, `standard` with ten points on everything. */
export const registryOf = (...instruments: readonly MarketInstrument[]): MarketRegistry => ({
  instruments,
  groups: [
    { groupId: 'raw' as GroupId, symbols: new Map(instruments.map(({ symbol }) => [symbol, { markupPoints: 0n }])) },
    { groupId: 'standard' as GroupId, symbols: new Map(instruments.map(({ symbol }) => [symbol, { markupPoints: 10n }])) },
  ],
});

export const tickOf = (bid: number, ask: number, snapshot = false) => ({ bidE8: points(bid), askE8: points(ask), snapshot });
