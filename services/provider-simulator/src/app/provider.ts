import type { RequestId, SymbolName } from '@margrave/vocabulary';
import type { Book, OpenSending, OrderState } from './book.ts';
import { decideAnswer } from './decide-answer.ts';
import { decideExecution, restsAt } from './decide-execution.ts';
import { decideOrder } from './decide-order.ts';
import type { ProviderProfile, Situation } from './decision.ts';
import type { Effect, Entry } from './entry.ts';
import type { Moment } from './execution-number.ts';
import { isOrder, type Price, type ProviderRequest } from './request.ts';

/** `told`: the stream has all there is to say. `stopped`: the provider stopped first; the rest follows after its next start. */
export type Told = 'told' | 'stopped';

/** What the provider needs of the world. */
export interface ProviderNeeds {
  /** Keeps a decision where a crash cannot lose it. A rejection means that nothing may be told or decided any more. */
  readonly keep: (entry: Entry) => Promise<void>;
  /** Brings a report to the stream, however long that takes, unless the signal is aborted. */
  readonly send: (sending: OpenSending, signal: AbortSignal) => Promise<Told>;
  /** The price of this moment, unless it is too old to trade on. */
  readonly priceOf: (symbol: SymbolName) => Price | undefined;
  readonly now: () => Moment;
  /** Waits; ends early, without an error, when the signal is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Told of every new decision. */
  readonly onDecided: (entry: Entry) => void;
  /** A request came again. */
  readonly onRepeated: () => void;
  /** A decision could not be kept, or what a former run left could not be resumed: the service is to stop. */
  readonly onFailure: (error: unknown) => void;
}

export interface Provider {
  /**
   * Takes a request, once: a repetition changes nothing. Resolves when there is no more to say of it; of an order that rests,
   * when there is no more to say for now.
   */
  readonly take: (request: ProviderRequest) => Promise<Told>;
  /** A new price of this symbol was heard: what rests and is reached by it is executed. */
  readonly quoted: (symbol: SymbolName) => void;
  /** Goes on with what a former run left: executes what is open and publishes what the stream has not confirmed. */
  readonly resume: () => void;
  /** Decides nothing more. Resolves when everything in hand has ended. */
  readonly stop: () => Promise<void>;
}

/** How long an order waits for a first price, at a start before quotes are heard. */
const PRICE_PATIENCE_MS = 1_500;
const LOOK_FOR_PRICE_EVERY_MS = 20;

const all = async (parts: readonly Promise<Told>[]): Promise<Told> =>
  (await Promise.all(parts)).includes('stopped') ? 'stopped' : 'told';

/**
 * A provider at work. Each decision is in the book at once, so that nothing is decided twice; kept before anybody is told
 * of it; and told until the stream has it.
 */
export function createProvider(book: Book, profile: ProviderProfile, needs: ProviderNeeds): Provider {
  const stopping = new AbortController();
  const { signal } = stopping;
  /** What is going on about each request. */
  const inHand = new Map<RequestId, Promise<Told>>();
  /** Orders whose time has come and that wait for their price: nothing else is going on about their execution. */
  const resting = new Set<RequestId>();

  const situation = (): Situation => ({ book, profile, at: needs.now() });

  /** The symbol of the quotes at which one of our own is executed. */
  const quotedAs = (symbol: string): SymbolName | undefined => profile.listings.get(symbol)?.symbol;

  const priceOf = (symbol: string): Price | undefined => {
    const quoted = quotedAs(symbol);
    return quoted === undefined ? undefined : needs.priceOf(quoted);
  };

  const tell = async (sendings: readonly OpenSending[]): Promise<Told> => {
    if (sendings.length === 0) return 'told';
    const told = await all(sendings.map((sending) => needs.send(sending, signal)));
    if (told === 'stopped') return told;
    const sent: Entry = { kind: 'sent', numbers: sendings.map(({ number }) => number) };
    book.apply(sent);
    // Nobody waits for it: if it is lost, the reports are sent again, and nothing comes of that.
    needs.keep(sent).catch(needs.onFailure);
    return told;
  };

  /** Enters a decision. Later decisions about the same order wait until it is `kept`, the request until it is `told`. */
  const enter = (entry: Entry): { readonly kept: Promise<void>; readonly told: Promise<Told> } => {
    const sendings = book.apply(entry);
    needs.onDecided(entry);
    const kept = needs.keep(entry);
    kept.catch(needs.onFailure); // the book knows what the journal does not
    return { kept, told: kept.then(() => tell(sendings)) };
  };

  /** Waits for the time of an order, then for a price if there is none yet; one that may rest waits for that as it rests. */
  const waitFor = async (dueMs: number, { symbol, limit }: OrderState['taken']): Promise<Price | undefined> => {
    await needs.sleep(Math.max(0, dueMs - needs.now().ms), signal);
    const lastLookMs = needs.now().ms + (limit?.rests === true ? 0 : PRICE_PATIENCE_MS);
    for (;;) {
      const price = priceOf(symbol);
      if (price !== undefined || signal.aborted || needs.now().ms >= lastLookMs) return price;
      await needs.sleep(LOOK_FOR_PRICE_EVERY_MS, signal);
    }
  };

  /** Executes what is left of an order, part by part, until it rests. */
  const execute = async (requestId: RequestId): Promise<Told> => {
    const waiting = book.order(requestId);
    if (waiting === undefined || waiting.dueMs === null) return 'told';
    const price = await waitFor(waiting.dueMs, waiting.taken);
    if (signal.aborted) return 'stopped';
    const order = book.order(requestId);
    if (order === undefined || order.dueMs === null) return 'told'; // cancelled meanwhile
    if (order.dueMs !== waiting.dueMs) return execute(requestId); // replaced meanwhile
    return executeNext(order, price);
  };

  /** Executes the next part of an order whose time has come, or leaves it to the quotes. */
  const executeNext = async (order: OrderState, price: Price | undefined): Promise<Told> => {
    const { requestId } = order.taken;
    if (restsAt(order, price)) {
      resting.add(requestId);
      return 'told';
    }
    const { kept, told } = enter(decideExecution(situation(), order, price));
    return all([told, kept.then(() => execute(requestId))]);
  };

  const carryOut = async (request: ProviderRequest): Promise<Told> => {
    const entry = isOrder(request)
      ? decideOrder(situation(), request, priceOf(request.symbol))
      : decideAnswer(situation(), request);
    const { kept, told } = enter(entry);
    if (isOrder(request)) return all([told, kept.then(() => execute(request.requestId))]);
    if (entry.kind === 'answer' && entry.original !== null) disturb(entry.original, kept);
    return told;
  };

  /** An order that rests is looked at anew when it was replaced, and no more when it was cancelled. */
  const disturb = ({ requestId, becomes }: Effect, kept: Promise<void>): void => {
    if ((becomes !== 'replaced' && becomes !== 'cancelled') || !resting.delete(requestId)) return;
    holdInHand(
      requestId,
      kept.then(() => execute(requestId)),
    ).catch(needs.onFailure);
  };

  const holdInHand = (requestId: RequestId, work: Promise<Told>): Promise<Told> => {
    const former = inHand.get(requestId);
    const held = all(former === undefined ? [work] : [former, work]).finally(() => {
      if (inHand.get(requestId) === held) inHand.delete(requestId);
    });
    inHand.set(requestId, held);
    return held;
  };

  return {
    take: async (request) => {
      const { requestId } = request;
      if (signal.aborted) return 'stopped';
      if (book.order(requestId) === undefined && !book.isAnswered(requestId)) {
        return holdInHand(requestId, carryOut(request));
      }
      needs.onRepeated();
      return inHand.get(requestId) ?? 'told';
    },
    quoted: (symbol) => {
      if (signal.aborted) return;
      for (const requestId of resting) {
        const order = book.order(requestId);
        if (order === undefined || quotedAs(order.taken.symbol) !== symbol) continue;
        const price = needs.priceOf(symbol);
        if (restsAt(order, price)) continue;
        resting.delete(requestId);
        holdInHand(requestId, executeNext(order, price)).catch(needs.onFailure);
      }
    },
    resume: () => {
      const left = Map.groupBy(book.openSendings(), ({ report }) => report.requestId);
      const works = [
        ...[...left].map(([requestId, sendings]) => holdInHand(requestId, tell(sendings))),
        ...book.openOrders().map(({ taken: { requestId } }) => holdInHand(requestId, execute(requestId))),
      ];
      for (const work of works) work.catch(needs.onFailure);
    },
    stop: async () => {
      stopping.abort();
      await Promise.allSettled(inHand.values());
    },
  };
}
