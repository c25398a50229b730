import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nkeys } from '@nats-io/transport-node';
import { addressOptions, credentialOptions } from './server-address.ts';

it.each<[string[], object]>([
  [['nats://127.0.0.1:14222'], { servers: ['127.0.0.1:14222'] }],
  [['nats://app:p%40ss@a:1', 'nats://b:2'], { servers: ['a:1', 'b:2'], user: 'app', pass: 'p@ss' }],
  [['nats://tok%3Aen@a:1'], { servers: ['a:1'], token: 'tok:en' }],
  [['tls://a:1'], { servers: ['a:1'], tls: {} }],
])('reads %j', (urls, expected) => expect(addressOptions(urls)).toEqual(expected));

describe('credentials of a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'margrave-credentials-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (content: string): string => {
    const path = join(folder, 'credentials');
    writeFileSync(path, content);
    return path;
  };

  it('are those of an nkey seed, which signs what the server asks', () => {
    const pair = nkeys.createUser();
    const seed = new TextDecoder().decode(pair.getSeed());
    const { authenticator } = credentialOptions(file(`${seed}\n`));
    expect(typeof authenticator === 'function' && authenticator('nonce')).toMatchObject({ nkey: pair.getPublicKey() });
  });

  it('are those of a creds file', () => {
    const seed = new TextDecoder().decode(nkeys.createUser().getSeed());
    const { authenticator } = credentialOptions(
      file(
        `-----BEGIN NATS USER JWT-----\nthe.jwt.itself\n------END NATS USER JWT------\n\n` +
          `-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`,
      ),
    );
    expect(typeof authenticator === 'function' && authenticator('nonce')).toMatchObject({ jwt: 'the.jwt.itself' });
  });

  it('are refused when the file is something else, without showing what', () => {
    expect(() => credentialOptions(file('password=hidden'))).toThrow(/neither a NATS credentials file nor an nkey seed$/);
    expect(() => credentialOptions(join(folder, 'missing'))).toThrow('ENOENT');
  });
});
