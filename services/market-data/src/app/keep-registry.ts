import type { MarketRegistry } from './market-registry.ts';

export interface RegistryNeeds {
  /** Rejects when the store does not answer. */
  readonly load: () => Promise<MarketRegistry>;
  readonly onLoaded: (registry: MarketRegistry) => void;
  readonly onFailed: (error: unknown) => void;
  /** Resolves after a while, at once when the signal is aborted. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

const RETRY_AFTER_MS = 1_000;
const REREAD_AFTER_MS = 30_000;

/** Keeps the configuration as the store has it: read at the start, when someone says that it changed, and now and then. */
export class RegistryReader {
  readonly #needs: RegistryNeeds;
  #wake = new AbortController();

  constructor(needs: RegistryNeeds) {
    this.#needs = needs;
  }

  /** Reads until it succeeded once. False when the signal is aborted first. */
  async readFirst(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      if (await this.#read()) return true;
      await this.#needs.pause(RETRY_AFTER_MS, signal);
    }
    return false;
  }

  /** Reads again and again until the signal is aborted. What was read last counts while the store is away. */
  async keepReading(signal: AbortSignal): Promise<void> {
    let waitMs = REREAD_AFTER_MS;
    while (!signal.aborted) {
      await this.#needs.pause(waitMs, AbortSignal.any([signal, this.#wake.signal]));
      if (signal.aborted) return;
      // Before it is read: a change that comes while it is read must be read too.
      this.#wake = new AbortController();
      waitMs = (await this.#read()) ? REREAD_AFTER_MS : RETRY_AFTER_MS;
    }
  }

  /** Someone says that the configuration changed. */
  changed(): void {
    this.#wake.abort();
  }

  async #read(): Promise<boolean> {
    try {
      this.#needs.onLoaded(await this.#needs.load());
      return true;
    } catch (error) {
      this.#needs.onFailed(error);
      return false;
    }
  }
}
