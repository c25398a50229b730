import { randomBytes } from 'node:crypto';
import { createSigner } from 'fast-jwt';

export const ISSUER = 'margrave';
export const AUDIENCE = 'margrave-api';

/** A client's token, as an identity provider would sign it. */
export const signToken = (secret: string, accounts: readonly string[], lifetimeMs: number): string =>
  createSigner({ key: secret, algorithm: 'HS256', expiresIn: lifetimeMs, iss: ISSUER, aud: AUDIENCE })({
    sub: 'user-demo',
    accounts,
    scope: 'trade read',
  });

/** A dealer's token, which is for the face for staff and for no account. */
export const signStaffToken = (secret: string, name: string, lifetimeMs: number): string =>
  createSigner({ key: secret, algorithm: 'HS256', expiresIn: lifetimeMs, iss: ISSUER, aud: AUDIENCE })({
    sub: name,
    roles: ['dealer'],
  });

export const newSecret = (): string => randomBytes(32).toString('hex');

export interface Answer<Body> {
  readonly status: number;
  readonly body: Body;
  readonly headers: Headers;
  readonly elapsedMs: number;
}

export interface GatewayClient {
  readonly get: <Body>(path: string) => Promise<Answer<Body>>;
  readonly post: <Body>(path: string, body: unknown, headers?: Readonly<Record<string, string>>) => Promise<Answer<Body>>;
  readonly put: <Body>(path: string, body: unknown) => Promise<Answer<Body>>;
  readonly remove: <Body>(path: string) => Promise<Answer<Body>>;
}

const DEADLINE_MS = 10_000;

/** The gateway as any client sees it: HTTP, nothing else. */
export function gatewayClient(url: string, token: string): GatewayClient {
  const call = async <Body>(path: string, init: RequestInit): Promise<Answer<Body>> => {
    const startedMs = performance.now();
    const response = await fetch(`${url}${path}`, { ...init, signal: AbortSignal.timeout(DEADLINE_MS) });
    const text = await response.text();
    const { status, headers } = response;
    return { status, headers, body: JSON.parse(text) as Body, elapsedMs: performance.now() - startedMs };
  };
  const authorization = `Bearer ${token}`;
  const send = <Body>(method: string, path: string, body: unknown, headers: Readonly<Record<string, string>>) =>
    call<Body>(path, {
      method,
      headers: { authorization, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  return {
    get: (path) => call(path, { headers: { authorization } }),
    post: (path, body, headers = {}) => send('POST', path, body, headers),
    put: (path, body) => send('PUT', path, body, {}),
    remove: (path) => call(path, { method: 'DELETE', headers: { authorization } }),
  };
}
