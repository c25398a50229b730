import type { Result } from '@margrave/vocabulary';
import type { Verified } from './identity.ts';

/** Why a token is not accepted, for the log: the answer never says. `keys_unavailable` is no word about the token. */
export interface TokenRefusal {
  readonly kind: 'refused' | 'keys_unavailable';
  readonly why: string;
}

export type TokenOutcome = Result<Verified, TokenRefusal>;

/** Verifies the signature, the algorithm, issuer, audience and times of a token, and reads it. */
export type VerifyToken = (token: string) => TokenOutcome | Promise<TokenOutcome>;

/** What every token must say, and what the two clocks may differ by. */
export interface TokenTerms {
  readonly issuer: string;
  readonly audience: string;
  readonly leewayMs: number;
}
