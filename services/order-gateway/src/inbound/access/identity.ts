import { checkAccountId, ok, refuse, STAFF_ROLES, type AccountId, type Result, type StaffRole } from '@margrave/vocabulary';

/** Who asks, as the token says. */
export interface Identity {
  readonly subject: string;
  /** The accounts that the token names, in its order. */
  readonly accounts: ReadonlySet<AccountId>;
  readonly mayRead: boolean;
  readonly mayTrade: boolean;
  /** What the token's bearer is in the house; none for a client. */
  readonly roles: ReadonlySet<StaffRole>;
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
 * The identity in a token's claims, whose signature, issuer, audience and times were checked. A token without accounts, scope
 * or roles is valid and permits nothing.
 */
export function identityOf(claims: Readonly<Record<string, unknown>>): Result<Verified, string> {
  const { sub, accounts = [], scope = '', roles, exp } = claims;
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
      roles: rolesIn(roles),
    },
    expiresAtMs: exp * 1_000,
  });
}

/** An issuer may say of roles what it likes, in whatever form: only the words that we know in a list are any. */
const rolesIn = (unchecked: unknown): ReadonlySet<StaffRole> =>
  new Set(Array.isArray(unchecked) ? STAFF_ROLES.filter((role) => unchecked.includes(role)) : []);

const accountIdOf = (unchecked: unknown): AccountId | undefined =>
  typeof unchecked === 'string' ? checkAccountId(unchecked) : undefined;
