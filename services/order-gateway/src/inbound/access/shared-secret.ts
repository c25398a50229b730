import { asError } from '@margrave/runtime';
import { refuse } from '@margrave/vocabulary';
import { createVerifier } from 'fast-jwt';
import { identityOf } from './identity.ts';
import type { TokenOutcome, TokenTerms, VerifyToken } from './token-verifier.ts';

/** Tokens signed with HS256 by a secret that we share with the issuer. No other algorithm is looked at. */
export function verifyBySharedSecret(secret: string, { issuer, audience, leewayMs }: TokenTerms): VerifyToken {
  const verify = createVerifier({
    key: secret,
    algorithms: ['HS256'],
    allowedIss: issuer,
    allowedAud: audience,
    requiredClaims: ['iss', 'aud', 'sub', 'exp'],
    clockTolerance: leewayMs,
    cache: false,
  });
  return (token): TokenOutcome => {
    let claims: unknown;
    try {
      claims = verify(token);
    } catch (error) {
      return refused(asError(error).message); // the library's only way to say that a token is no good
    }
    const identity = identityOf(claims as Readonly<Record<string, unknown>>);
    return identity.ok ? identity : refused(identity.refusal);
  };
}

const refused = (why: string): TokenOutcome => refuse({ kind: 'refused', why });
