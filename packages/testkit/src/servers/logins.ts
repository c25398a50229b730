import { createHmac } from 'node:crypto';

/** Administrators of the servers of a run, who may do everything. */
export const OPERATOR = 'operator';

/**
 * Who else may log in to NATS and Redis, in the words of their configuration. A caller brings it, because only the product
 * knows its own rights. Without it the operator is alone.
 *
 * `passwordOf` gives what stands for a password: for NATS a quoted text, for Redis letters and digits.
 */
export interface ServerLogins {
  /** The `accounts` or `authorization` block, the operator included. */
  readonly nats: (passwordOf: (user: string) => string) => string;
  /** Lines that begin with `user`, the operator included. */
  readonly redis: (passwordOf: (user: string) => string) => string;
}

export const OPERATOR_ALONE: ServerLogins = {
  nats: (passwordOf) => `authorization { user: ${OPERATOR}, password: ${passwordOf(OPERATOR)} }`,
  redis: (passwordOf) => `user default off\nuser ${OPERATOR} on >${passwordOf(OPERATOR)} ~* &* +@all`,
};

/** Each user has a password of its own, which the operator's tells and which tells nothing of the operator's. */
export const passwordFrom =
  (operatorPassword: string) =>
  (user: string): string =>
    user === OPERATOR ? operatorPassword : createHmac('sha256', operatorPassword).update(user).digest('hex').slice(0, 32);

/** The same server with another user's login: `url` is the operator's, as the servers of a run have it. */
export function loginUrl(url: string, user: string): string {
  const changed = new URL(url);
  changed.password = passwordFrom(changed.password)(user);
  changed.username = user;
  return changed.href;
}
