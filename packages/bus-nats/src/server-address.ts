import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { credsAuthenticator, nkeyAuthenticator, type ConnectionOptions } from '@nats-io/transport-node';

const NKEY_SEED = /^S[A-Z2-7]{57}$/;
const CREDENTIALS_MARK = '-----BEGIN NATS USER JWT-----';

/**
 * What the client needs to reach servers given as URLs: `nats://user:password@host:4222`, `nats://token@host:4222`, and
 * `tls://` for an encrypted connection. Several are one cluster, whose user is that of the first.
 */
export function addressOptions(servers: readonly string[]): ConnectionOptions {
  const urls = servers.map((server) => new URL(server));
  const first = urls[0];
  assert(first !== undefined, 'a bus needs the address of a server');
  const user = decodeURIComponent(first.username);
  const password = decodeURIComponent(first.password);
  return {
    servers: urls.map((url) => url.host),
    ...(urls.some((url) => url.protocol === 'tls:') ? { tls: {} } : {}),
    ...(user === '' ? {} : password === '' ? { token: user } : { user, pass: password }),
  };
}

/**
 * The credentials in a file: what `nsc` calls a creds file (a user's JWT and its key), or an nkey seed alone.
 *
 * @throws when the file cannot be read or is neither.
 */
export function credentialOptions(file: string): ConnectionOptions {
  const content = readFileSync(file);
  const text = content.toString('utf8');
  if (text.includes(CREDENTIALS_MARK)) return { authenticator: credsAuthenticator(content) };
  const seed = text.trim();
  if (NKEY_SEED.test(seed)) return { authenticator: nkeyAuthenticator(new TextEncoder().encode(seed)) };
  throw new Error(`${file} is neither a NATS credentials file nor an nkey seed`);
}
