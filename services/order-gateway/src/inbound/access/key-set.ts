import { asError } from '@margrave/runtime';
import { refuse } from '@margrave/vocabulary';
import { createRemoteJWKSet, errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { identityOf } from './identity.ts';
import type { TokenOutcome, TokenTerms, VerifyToken } from './token-verifier.ts';

/** Signatures by a key pair only: with a public key at hand a shared-secret algorithm could be forged. */
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'];
const FETCH_TIMEOUT_MS = 3_000;
/** A key that is not in the set makes us fetch the set again, at most this often. */
const COOLDOWN_MS = 30_000;
const KEYS_AGE_MS_MAX = 600_000;

/** The issuer's public keys, from the one address that is configured; no token can name another. */
export const remoteKeys = (url: string): JWTVerifyGetKey =>
  createRemoteJWKSet(new URL(url), {
    timeoutDuration: FETCH_TIMEOUT_MS,
    cooldownDuration: COOLDOWN_MS,
    cacheMaxAge: KEYS_AGE_MS_MAX,
  });

/** Tokens signed by one of the issuer's keys. */
export function verifyByKeySet(keys: JWTVerifyGetKey, { issuer, audience, leewayMs }: TokenTerms): VerifyToken {
  const terms = {
    issuer,
    audience,
    algorithms: ALGORITHMS,
    requiredClaims: ['sub', 'exp'],
    clockTolerance: leewayMs / 1_000,
  };
  return async (token): Promise<TokenOutcome> => {
    try {
      const { payload } = await jwtVerify(token, keys, terms);
      const identity = identityOf(payload);
      return identity.ok ? identity : refuse({ kind: 'refused', why: identity.refusal });
    } catch (error) {
      return refuse(refusalOf(error));
    }
  };
}

/** What jose throws about a token is its own error; all else, and a set that does not come in time, is about the keys. */
function refusalOf(error: unknown): { readonly kind: 'refused' | 'keys_unavailable'; readonly why: string } {
  const why = asError(error).message;
  const aboutToken =
    error instanceof errors.JOSEError &&
    !(error instanceof errors.JWKSTimeout) &&
    !(error instanceof errors.JWKSInvalid) &&
    error.code !== errors.JOSEError.code;
  return { kind: aboutToken ? 'refused' : 'keys_unavailable', why };
}
