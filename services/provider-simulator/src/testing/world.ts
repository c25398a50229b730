import type { SymbolName } from '@margrave/vocabulary';
import { createBook, type Book, type OpenSending } from '../app/book.ts';
import type { ProviderProfile } from '../app/decision.ts';
import type { Entry } from '../app/entry.ts';
import { createProvider, type Provider, type Told } from '../app/provider.ts';
import type { Price } from '../app/request.ts';
import { inShort, moment, QUOTE, requestIdOf, START_MS } from './scene.ts';

/** A clock that moves only when everybody waits for it. */
export class Clock {
  ms = START_MS;
  readonly #sleepers = new Set<{ readonly untilMs: number; readonly wake: () => void }>();

  readonly sleep = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const sleeper = {
        untilMs: this.ms + ms,
        wake: () => {
          this.#sleepers.delete(sleeper);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      if (signal.aborted) sleeper.wake();
      signal.addEventListener('abort', sleeper.wake);
    });

  /** Lets everything happen that would happen until then. */
  async runUntil(ms: number): Promise<void> {
    for (;;) {
      await settle();
      const next = [...this.#sleepers].toSorted((a, b) => a.untilMs - b.untilMs)[0];
      if (next === undefined || next.untilMs > ms) break;
      this.ms = Math.max(this.ms, next.untilMs);
      next.wake();
    }
    this.ms = Math.max(this.ms, ms);
  }

  /** Lets everything happen. */
  readonly runOut = (): Promise<void> => this.runUntil(this.ms + 60_000);
}

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** More turns than a decision takes to be kept, told and noted. */
const TURNS = 8;
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < TURNS; turn += 1) await tick();
};

/** What a promise gave until now. */
export const watch = (promise: Promise<Told>): { outcome: Told | 'waits' } => {
  const watched: { outcome: Told | 'waits' } = { outcome: 'waits' };
  void promise.then((told) => (watched.outcome = told));
  return watched;
};

/** What outlives a provider: its journal and the stream. */
export class World {
  readonly clock = new Clock();
  /** Lines of the journal. */
  readonly disk: string[] = [];
  /** What was published, repetitions among it. */
  readonly published: OpenSending[] = [];
  readonly failures: unknown[] = [];
  price: Price | undefined = QUOTE;
  /** The process dies when the journal has so many lines, before it learns of that. */
  diesAtLine = Number.POSITIVE_INFINITY;
  /** The process dies when so much was published, before it learns of that. */
  diesAtPublished = Number.POSITIVE_INFINITY;
  diskFault: Error | undefined;
  repeated = 0;
  #running: Provider | undefined;

  /** What was published of a request, in short. */
  publishedOf(number: number): readonly string[] {
    const requestId = requestIdOf(number);
    return this.published.filter(({ report }) => report.requestId === requestId).map(({ report }) => inShort(report));
  }

  /** A new price, told to the provider that runs. */
  quote(price: Price): void {
    this.price = price;
    this.#running?.quoted('EURUSD' as SymbolName);
  }

  /** A process with the journal that is there. What it does after its death is nothing. */
  start(profile: ProviderProfile): { readonly provider: Provider; readonly book: Book } {
    const book = createBook();
    for (const line of this.disk) book.apply(JSON.parse(line) as Entry);
    let isAlive = true;
    const dead = new Promise<never>(() => undefined);
    const provider = createProvider(book, profile, {
      keep: async (entry) => {
        if (!isAlive) return dead;
        if (this.diskFault !== undefined) throw this.diskFault;
        this.disk.push(JSON.stringify(entry));
        isAlive = this.disk.length < this.diesAtLine;
        await tick();
        return isAlive ? undefined : dead;
      },
      send: async (sending, signal) => {
        if (!isAlive) return dead;
        if (signal.aborted) return 'stopped';
        this.published.push(sending);
        isAlive = this.published.length < this.diesAtPublished;
        await tick();
        return isAlive ? 'told' : dead;
      },
      priceOf: () => this.price,
      now: () => moment(this.clock.ms),
      sleep: this.clock.sleep,
      onDecided: () => undefined,
      onRepeated: () => {
        this.repeated += 1;
      },
      onFailure: (error) => this.failures.push(error),
    });
    this.#running = provider;
    return { provider, book };
  }
}
