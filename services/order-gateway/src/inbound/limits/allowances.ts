/** How often something may happen: so many a second in the long run, and so many at once. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** Where a key stands: what the `RateLimit` headers say. */
export interface Standing {
  readonly limit: number;
  readonly remaining: number;
  /** Seconds until the whole burst is there again. */
  readonly resetS: number;
  /** Seconds until one more is allowed. */
  readonly retryAfterS: number;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

/**
 * Allowances by key, as token buckets: a bucket fills with time and each use takes one out, so that a burst passes and a flood
 * does not. Bounded: the bucket that was not looked at for the longest time is forgotten, which is to say full.
 */
export class Allowances {
  readonly #rate: Rate;
  readonly #keysMax: number;
  readonly #monotonicMs: () => number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(rate: Rate, keysMax: number, monotonicMs: () => number) {
    this.#rate = rate;
    this.#keysMax = keysMax;
    this.#monotonicMs = monotonicMs;
  }

  /** Takes one out; false, and nothing taken, when there is none. */
  take(key: string): boolean {
    const bucket = this.#bucket(key);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

  /** Takes out more for what was let in, and turned out to count for more: what is not there is owed, and time pays it first. */
  takeMore(key: string, more: number): void {
    this.#bucket(key).tokens -= more;
  }

  /** Whether the next use would be refused. */
  isExhausted(key: string): boolean {
    return this.#buckets.has(key) && this.#bucket(key).tokens < 1;
  }

  standing(key: string): Standing {
    const { tokens } = this.#bucket(key);
    const { perSecond, burst } = this.#rate;
    return {
      limit: burst,
      remaining: Math.max(0, Math.floor(tokens)),
      resetS: Math.ceil((burst - tokens) / perSecond),
      retryAfterS: Math.max(1, Math.ceil((1 - tokens) / perSecond)),
    };
  }

  /** The bucket as it is full now, put behind all others. */
  #bucket(key: string): Bucket {
    const nowMs = this.#monotonicMs();
    const { perSecond, burst } = this.#rate;
    const bucket = this.#buckets.get(key) ?? { tokens: burst, atMs: nowMs };
    bucket.tokens = Math.min(burst, bucket.tokens + ((nowMs - bucket.atMs) * perSecond) / 1_000);
    bucket.atMs = nowMs;
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > this.#keysMax) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    return bucket;
  }
}
