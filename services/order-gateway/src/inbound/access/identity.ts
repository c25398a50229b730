import { checkAccountId, ok, refuse, type AccountId, type Result } from '@margrave/vocabulary';

/** Who asks, as the token says. */
export interface Identity {
  readonly subject: string;
  /** The accounts that the token names, in its order. */
  readonly accounts: ReadonlySet<AccountId>;
  readonly mayRead: boolean;
  readonly mayTrade: boolean;
}

const ACCOUNTS_MAX = 1_000;
const SUBJECT = /^[\x21-\x7e]{1,128}$/;
const SCOPE = /^[\x20-\x7e]{0,256}$/;
const SECONDS_MAX = 1e11;

/** What a verified token says; the refusal is for the log. */
export interface Verified {
  readonly identity: Identity;
  /** `exp`, in epoch milliseconds. */
  readonly expiresAtMs: number;
}

/**
 * The identity in a token's claims, whose signature, issuer, audience and times were checked. A token without accounts or
 * scope is valid and permits nothing here.
 */
export function identityOf(claims: Readonly<Record<string, unknown>>): Result<Verified, string> {
  const { sub, accounts = [], scope = '', exp } = claims;
  if (typeof sub !== 'string' || !SUBJECT.test(sub)) return refuse('sub is not a name');
  if (typeof exp !== 'number' || !(exp > 0 && exp < SECONDS_MAX)) return refuse('exp is not a time');
  if (typeof scope !== 'string' || !SCOPE.test(scope)) return refuse('scope is not a list of words');
  if (!Array.isArray(accounts) || accounts.length > ACCOUNTS_MAX) return refuse('accounts is not a list');
  const checked = (accounts as readonly unknown[]).map(accountIdOf);
  if (checked.includes(undefined)) return refuse('accounts holds what is no account id');
  const words = scope.split(' ');
  return ok({
    identity: {
      subject: sub,
      accounts: new Set(checked as readonly AccountId[]),
      mayRead: words.includes('read'),
      mayTrade: words.includes('trade'),
    },
    expiresAtMs: exp * 1_000,
  });
}

const accountIdOf = (unchecked: unknown): AccountId | undefined =>
  typeof unchecked === 'string' ? checkAccountId(unchecked) : undefined;
