import { parseE8, type LotsE8, type PriceE8, type RequestId, type SymbolName } from '@margrave/vocabulary';
import type { Behaviour, Manners, ScriptedBehaviour } from '../app/behaviour.ts';
import { createBook, type Book, type OrderState } from '../app/book.ts';
import { decideExecution, restsAt } from '../app/decide-execution.ts';
import { decideOrder } from '../app/decide-order.ts';
import type { ProviderProfile, Situation } from '../app/decision.ts';
import type { Entry, Report } from '../app/entry.ts';
import type { Moment } from '../app/execution-number.ts';
import type { FollowUpRequest, Limit, OrderRequest, Price, ReplaceRequest } from '../app/request.ts';

export const START_MS = Date.parse('2026-01-05T10:00:00.000Z');
export const moment = (ms: number): Moment => ({ ms, text: new Date(ms).toISOString() });

export const lots = (text: string): LotsE8 => amount(text) as LotsE8;
export const price = (bid: string, ask: string): Price => ({ bidE8: amount(bid) as PriceE8, askE8: amount(ask) as PriceE8 });
export const priceE8 = (text: string): PriceE8 => amount(text) as PriceE8;
const amount = (text: string): bigint => {
  const amountE8 = parseE8(text);
  if (amountE8 === undefined) throw new Error(`${text} is no amount`);
  return amountE8;
};

export const QUOTE = price('1.08446', '1.08454');
const GOOD_MANNERS: Manners = {
  seed: 1,
  latencyMinMs: 5,
  latencyMaxMs: 40,
  acknowledge: true,
  parts: 1,
  lateMs: 6_000,
  ratesE8: {},
  script: [],
};

export const profileOf = (manners: Partial<Manners> = {}): ProviderProfile => ({
  name: 'lp-a',
  listings: new Map([
    ['EUR/USD', { symbol: 'EURUSD' as SymbolName, volumeStepE8: lots('0.01'), volumeMaxE8: lots('100') }],
    ['SPX500', { symbol: 'US500' as SymbolName, volumeStepE8: lots('0.1'), volumeMaxE8: lots('200') }],
  ]),
  manners: { ...GOOD_MANNERS, ...manners },
});

/** A provider that treats every order in this way. */
export const scripted = (then: ScriptedBehaviour, manners: Partial<Manners> = {}): ProviderProfile =>
  profileOf({ ...manners, script: [{ when: {}, then }] });

export const requestIdOf = (number: number): RequestId => `${1_000_000_000 + number}` as RequestId;

export const order = (number: number, differently: Partial<OrderRequest> = {}): OrderRequest => ({
  kind: 'new',
  requestId: requestIdOf(number),
  symbol: 'EUR/USD',
  side: 'buy',
  volumeE8: lots('0.10'),
  limit: null,
  maxDeviationE8: null,
  referencePriceE8: null,
  isSupported: true,
  isWhole: false,
  sendBeforeMs: START_MS + 2_000,
  ...differently,
});

/** A limit, at which an order waits if it is to rest. */
export const limitAt = (text: string, rests = false): Limit => ({ priceE8: priceE8(text), rests });

export const followUp = (kind: FollowUpRequest['kind'], number: number, original: number): FollowUpRequest => ({
  kind,
  requestId: requestIdOf(number),
  originalRequestId: requestIdOf(original),
  symbol: 'EUR/USD',
  side: 'buy',
});

/** Asks for 0.20 lots at a limit of 1.08400. */
export const replace = (number: number, original: number, differently: Partial<ReplaceRequest> = {}): ReplaceRequest => ({
  kind: 'replace',
  requestId: requestIdOf(number),
  originalRequestId: requestIdOf(original),
  symbol: 'EUR/USD',
  side: 'buy',
  volumeE8: lots('0.20'),
  limitPriceE8: priceE8('1.08400'),
  sendBeforeMs: START_MS + 120_000,
  ...differently,
});

/** A book with a clock, in which decisions are entered one after another. */
export class Scene {
  readonly book: Book = createBook();
  readonly profile: ProviderProfile;
  atMs = START_MS;

  constructor(profile: ProviderProfile = profileOf()) {
    this.profile = profile;
  }

  get situation(): Situation {
    return { book: this.book, profile: this.profile, at: moment(this.atMs) };
  }

  /** Enters a decision and gives it back. */
  enter(entry: Entry): Entry {
    this.book.apply(entry);
    return entry;
  }

  arrive(request: OrderRequest, at: Price | 'no price' = QUOTE): Entry {
    return this.enter(decideOrder(this.situation, request, at === 'no price' ? undefined : at));
  }

  /** Whether an order waits on at this price when it is due. */
  rests(number: number, at: Price | undefined): boolean {
    return restsAt(this.known(number), at);
  }

  /** Executes the next part of an order when it is due. */
  executeNext(number: number, at: Price | undefined): Entry {
    const waiting = this.known(number);
    this.atMs = Math.max(this.atMs, waiting.dueMs ?? 0);
    return this.enter(decideExecution(this.situation, waiting, at));
  }

  /** Executes an order until it is over. */
  executeAll(number: number, at: Price | undefined = QUOTE): void {
    while (this.known(number).dueMs !== null) this.executeNext(number, at);
  }

  known(number: number): OrderState {
    const found = this.book.order(requestIdOf(number));
    if (found === undefined) throw new Error(`order ${number} did not arrive`);
    return found;
  }

  /** What is said of an order, in short: `fill 0.10 at 1.08454`. */
  said(number: number): readonly string[] {
    return this.known(number).reports.map(inShort);
  }
}

export const inShort = ({ executionType, lastVolume, lastPrice, reason, cumulativeVolume, leavesVolume }: Report): string => {
  switch (executionType) {
    case 'fill':
    case 'partial_fill':
      return `${executionType} ${lastVolume} at ${lastPrice}, ${cumulativeVolume} and ${leavesVolume} left`;
    case 'rejected':
      return `rejected: ${reason}`;
    case 'replaced':
      return `replaced: ${cumulativeVolume} and ${leavesVolume} left`;
    case 'cancelled':
      return `cancelled: ${reason}, ${cumulativeVolume} and ${leavesVolume} left`;
    case 'new':
    case 'status':
      return executionType;
    default:
      return executionType satisfies never;
  }
};

export const behaviourOf = (entry: Entry): Behaviour => {
  if (entry.kind !== 'order') throw new Error(`no order but ${entry.kind}`);
  return entry.order.behaviour;
};

export const sendingsOf = (entry: Entry): readonly string[] =>
  'sendings' in entry ? entry.sendings.map(({ messageId }) => messageId) : [];
