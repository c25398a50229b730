import type { Group, Instrument, Market } from '@margrave/domain';
import {
  parseE8,
  type AccountId,
  type GroupId,
  type OrderId,
  type PositionId,
  type PriceE8,
  type SymbolName,
} from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import type { HeardQuote } from './quote-board.ts';
import { waitingOfOrder, waitingOfPosition, type ProtectedPosition, type Waiting, type WaitingOrder } from './waiting.ts';

export const EURUSD = 'EURUSD' as SymbolName;
export const RAW = 'raw' as GroupId;
/** Two points a side. */
export const STANDARD = 'standard' as GroupId;
export const ACCOUNT = '1000000001' as AccountId;

export function price(text: string): PriceE8 {
  const priceE8 = parseE8(text);
  assert(priceE8 !== undefined, `not a price: ${text}`);
  return priceE8 as PriceE8;
}

/** A buy limit at 1.08000 unless told otherwise, made by version 10. */
export const order = (id: number, told: Partial<WaitingOrder> & { readonly sequence?: bigint } = {}): Waiting =>
  waitingOfOrder(
    {
      orderId: `${id}` as OrderId,
      accountId: ACCOUNT,
      symbol: EURUSD,
      side: 'buy',
      type: 'limit',
      limitPriceE8: price('1.08000'),
      stopPriceE8: null,
      triggeredAtMs: null,
      expiresAtMs: null,
      version: 10n,
      isResting: true,
      ...told,
    },
    told.sequence ?? null,
  );

/** A bought one, free to be closed, protected by nothing unless told. */
export const position = (id: number, told: Partial<ProtectedPosition> = {}): Waiting =>
  waitingOfPosition({
    positionId: `${id}` as PositionId,
    accountId: ACCOUNT,
    symbol: EURUSD,
    side: 'buy',
    stopLossE8: null,
    takeProfitE8: null,
    trailingDistanceE8: null,
    trailingBestE8: null,
    version: 10n,
    isFree: true,
    ...told,
  });

export const heard = (
  sequence: bigint,
  bid: string,
  ask: string,
  { low = bid, high = ask, ageMs = 0 }: { readonly low?: string; readonly high?: string; readonly ageMs?: number } = {},
): HeardQuote => ({
  symbol: EURUSD,
  sequence,
  bidE8: price(bid),
  askE8: price(ask),
  lowE8: price(low),
  highE8: price(high),
  ageMs,
});

const instrument = (isOpen: boolean): Instrument => ({
  symbol: EURUSD,
  class: 'fx',
  baseCurrency: 'EUR' as Instrument['baseCurrency'],
  quoteCurrency: 'USD' as Instrument['quoteCurrency'],
  contractSize: 100_000n,
  digits: 5,
  tickE8: price('0.00001'),
  volumeMinE8: 1_000_000n as Instrument['volumeMinE8'],
  volumeMaxE8: 10_000_000_000n as Instrument['volumeMaxE8'],
  volumeStepE8: 1_000_000n as Instrument['volumeStepE8'],
  leverageCap: null,
  tradeMode: 'full',
  sessions: { timeZone: 'UTC', weekly: isOpen ? [{ fromMinute: 0, toMinute: 10_080 }] : [], holidays: [] },
  staleLimitMs: 10_000,
  spikeLimit: { numerator: 1n, denominator: 100n },
  defaultDeviationPoints: 20n,
  stopDistanceMinPoints: 0n,
  freezeDistancePoints: 0n,
});

/** Of EURUSD, without quotes. */
export const market = (isOpen = true): Market => ({
  nowMs: 1_767_787_200_000,
  configurationVersion: 1n,
  instrument: (symbol) => (symbol === EURUSD ? instrument(isOpen) : undefined),
  quote: () => undefined,
  pair: () => undefined,
  isListedAt: () => true,
});

export const group = (groupId: GroupId): Group | undefined =>
  groupId === RAW || groupId === STANDARD
    ? ({
        groupId,
        symbols: new Map([[EURUSD, { markupPoints: groupId === RAW ? 0n : 4n, exposureMaxE8: null }]]),
      } as unknown as Group)
    : undefined;
