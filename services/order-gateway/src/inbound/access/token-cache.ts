import type { TokenOutcome, VerifyToken } from './token-verifier.ts';
import type { Identity } from './identity.ts';

/** A valid token is trusted without another look for so long: after it, a change of keys or of the token's terms counts. */
const TRUSTED_MS = 30_000;

export interface TokenCacheOptions {
  readonly verify: VerifyToken;
  /** Epoch milliseconds: tokens state their times so. */
  readonly nowMs: () => number;
  /** What `exp` may be passed by. */
  readonly leewayMs: number;
  /** How many tokens are kept; the oldest leaves first. */
  readonly tokensMax: number;
}

interface Entry {
  readonly identity: Identity;
  readonly untilMs: number;
}

/** Remembers valid tokens for a while. Invalid ones are not remembered: a stranger could fill the memory with them. */
export class TokenCache {
  readonly #options: TokenCacheOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: TokenCacheOptions) {
    this.#options = options;
  }

  /** The identity of a token that was verified a moment ago. */
  known(token: string): Identity | undefined {
    const entry = this.#entries.get(token);
    if (entry === undefined) return undefined;
    const nowMs = this.#options.nowMs();
    // A clock that was set back must not lengthen the trust.
    if (nowMs < entry.untilMs && nowMs >= entry.untilMs - TRUSTED_MS) return entry.identity;
    this.#entries.delete(token);
    return undefined;
  }

  async verify(token: string): Promise<TokenOutcome> {
    const outcome = await this.#options.verify(token);
    if (outcome.ok) {
      const { identity, expiresAtMs } = outcome.value;
      const untilMs = Math.min(this.#options.nowMs() + TRUSTED_MS, expiresAtMs + this.#options.leewayMs);
      this.#entries.set(token, { identity, untilMs });
      for (const oldest of this.#entries.keys()) {
        if (this.#entries.size <= this.#options.tokensMax) break;
        this.#entries.delete(oldest);
      }
    }
    return outcome;
  }
}
