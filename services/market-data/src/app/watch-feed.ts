export interface FeedWatchNeeds {
  readonly monotonicMs: () => number;
  /** Whether anything is expected to be said: some instrument's session is open. */
  readonly hasOpenSession: () => boolean;
  /** How long a connected feed may say nothing at all. */
  readonly silenceMaxMs: number;
}

export interface WatchedFeed {
  readonly isConnected: () => boolean;
  /** Cuts the connection and makes a new one. */
  readonly reconnect: () => void;
}

/** Notices a feed that is connected and dead: the SDK does not, it waits for ever on a connection that nobody closes. */
export class FeedWatch {
  readonly #needs: FeedWatchNeeds;
  #heardAtMs: number;

  constructor(needs: FeedWatchNeeds) {
    this.#needs = needs;
    this.#heardAtMs = needs.monotonicMs();
  }

  heard(): void {
    this.#heardAtMs = this.#needs.monotonicMs();
  }

  /** To be called about once a second. Answers whether the feed was silent for too long and its connection was made anew. */
  check({ isConnected, reconnect }: WatchedFeed): boolean {
    const { monotonicMs, hasOpenSession, silenceMaxMs } = this.#needs;
    // Time without a connection, and time in which nothing is traded, is no silence.
    if (!isConnected() || !hasOpenSession()) this.heard();
    if (monotonicMs() - this.#heardAtMs < silenceMaxMs) return false;
    this.heard();
    reconnect();
    return true;
  }
}
