import type { ClientQuotesV1, InstrumentsV1, InstrumentV1 } from '@margrave/contracts';
import { isSessionOpen, pointE8, type Instrument, type Market } from '@margrave/domain';
import { formatE8, SCALE_E8, type AccountId, type SymbolName } from '@margrave/vocabulary';
import { clientQuotes, type GroupQuote } from '../../app/client-quotes.ts';
import type { ViewAccount } from '../../app/records.ts';
import type { Handler } from '../call.ts';
import { problemReply } from '../problem.ts';
import { jsonReply } from '../reply.ts';

const symbolsIn = (list: string): readonly SymbolName[] => list.split(',') as SymbolName[];

/** `GET /v1/instruments`. `symbols`: all that are listed. */
export const listInstruments =
  (market: () => Market, symbols: () => readonly SymbolName[]): Handler =>
  ({ query }) => {
    const { symbols: wanted } = query as { readonly symbols?: string };
    const seen = market();
    const names = wanted === undefined ? symbols() : symbolsIn(wanted);
    const instruments = [...new Set(names)].sort().flatMap((symbol) => seen.instrument(symbol) ?? []);
    return jsonReply(200, { items: instruments.map((each) => instrumentView(each, seen.nowMs)) } satisfies InstrumentsV1);
  };

const instrumentView = (instrument: Instrument, nowMs: number): InstrumentV1 => ({
  symbol: instrument.symbol,
  class: instrument.class,
  baseCurrency: instrument.baseCurrency,
  quoteCurrency: instrument.quoteCurrency,
  contractSize: formatE8(instrument.contractSize * SCALE_E8),
  digits: instrument.digits,
  tick: formatE8(instrument.tickE8),
  volumeMin: formatE8(instrument.volumeMinE8),
  volumeMax: formatE8(instrument.volumeMaxE8),
  volumeStep: formatE8(instrument.volumeStepE8),
  stopDistanceMin: formatE8(instrument.stopDistanceMinPoints * pointE8(instrument)),
  freezeDistance: formatE8(instrument.freezeDistancePoints * pointE8(instrument)),
  leverageMax: instrument.leverageCap === null ? null : `${instrument.leverageCap}`,
  tradeMode: instrument.tradeMode,
  sessionOpen: isSessionOpen(instrument.sessions, nowMs),
  staleLimitMs: instrument.staleLimitMs,
});

/**
 * `GET /v1/quotes`: the prices that the clients of an account's group see, of the token's first account if none is named.
 * That the token names the account was checked at the gate.
 */
export const listQuotes =
  (view: ViewAccount): Handler =>
  async ({ query, request: { identity } }) => {
    const { symbols, accountId: named } = query as { readonly symbols: string; readonly accountId?: AccountId };
    const [first] = identity?.accounts ?? [];
    const accountId = named ?? first;
    const seen = accountId === undefined ? undefined : await view(accountId);
    if (seen === undefined) return problemReply('NOT_FOUND', false);
    const { quotes, unavailable } = clientQuotes(symbolsIn(symbols), seen);
    return jsonReply(200, { quotes: quotes.map(quoteView), unavailable: [...unavailable] } satisfies ClientQuotesV1);
  };

const quoteView = ({ symbol, bidE8, askE8, digits, sequence, ageMs, state }: GroupQuote): ClientQuotesV1['quotes'][number] => ({
  symbol,
  bid: formatE8(bidE8, digits),
  ask: formatE8(askE8, digits),
  sequence: `${sequence}`,
  ageMs: Math.round(ageMs),
  state,
});
