import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LOCAL } from '../../testing/demo-market.ts';
import { claims, startTestGateway, type TestGateway } from '../../testing/test-gateway.ts';

/** An issuer's key set, on a server of its own that counts who asks. */
let issuer: Server;
let requests = 0;
let isAway = false;
const keys: JWK[] = [];
const newKey = async (kid: string, algorithm = 'ES256'): Promise<CryptoKey> => {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  keys.push({ ...(await exportJWK(publicKey)), kid, alg: algorithm });
  return privateKey;
};
const signed = (key: CryptoKey | Uint8Array, header: { alg: string; kid?: string }, change: Record<string, unknown> = {}) =>
  new SignJWT(claims(change)).setProtectedHeader(header).sign(key);

let gateway: TestGateway;
let good: CryptoKey;
beforeAll(async () => {
  good = await newKey('good');
  issuer = createServer((_request, response) => {
    requests += 1;
    response.writeHead(isAway ? 500 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ keys }));
  });
  issuer.listen(0, '127.0.0.1');
  await once(issuer, 'listening');
});
beforeEach(async () => {
  requests = 0;
  isAway = false;
  const url = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/keys`;
  gateway = await startTestGateway({ JWT_SECRET: '', JWT_JWKS_URL: url });
});
afterEach(() => gateway.app.close());
afterAll(() => issuer.close());

const ask = async (token: Promise<string>) =>
  gateway.app.inject({ url: `/v1/accounts/${LOCAL}`, headers: { authorization: `Bearer ${await token}` } });

describe("tokens signed by an issuer's key", () => {
  it('are good, and the keys are fetched once', async () => {
    const token = signed(good, { alg: 'ES256', kid: 'good' });
    const answers = [await ask(token), await ask(token), await ask(signed(good, { alg: 'ES256', kid: 'good' }, { sub: 'b' }))];
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200]);
    expect(requests).toBe(1);
  });

  it.each<[string, () => Promise<string>]>([
    [
      'by a key that is not in the set',
      async () => signed((await generateKeyPair('ES256')).privateKey, { alg: 'ES256', kid: 'good' }),
    ],
    ['by a key of an unknown name', () => signed(good, { alg: 'ES256', kid: 'other' })],
    [
      'with a shared-secret algorithm over a public key',
      () => signed(new TextEncoder().encode(JSON.stringify(keys[0])), { alg: 'HS256', kid: 'good' }),
    ],
    ['of the past', () => signed(good, { alg: 'ES256', kid: 'good' }, { exp: Math.floor(Date.now() / 1_000) - 61 })],
    ['for another audience', () => signed(good, { alg: 'ES256', kid: 'good' }, { aud: 'margrave-admin' })],
    ['of another issuer', () => signed(good, { alg: 'ES256', kid: 'good' }, { iss: 'someone' })],
    ['with accounts that are none', () => signed(good, { alg: 'ES256', kid: 'good' }, { accounts: [1] })],
  ])('%s are refused', async (_, token) => {
    const answer = await ask(token());
    expect([answer.statusCode, answer.json()]).toEqual([401, expect.objectContaining({ code: 'UNAUTHENTICATED' })]);
  });

  it('are neither good nor bad while the keys cannot be had', async () => {
    isAway = true;
    const answer = await ask(signed(good, { alg: 'ES256', kid: 'good' }));
    expect([answer.statusCode, answer.json(), answer.headers['retry-after']]).toEqual([
      503,
      expect.objectContaining({ code: 'DEPENDENCY_UNAVAILABLE' }),
      '1',
    ]);
  });

  it('of unknown names do not make us ask the issuer each time', async () => {
    for (let count = 0; count < 20; count += 1) await ask(signed(good, { alg: 'ES256', kid: `unknown-${count}` }));
    expect(requests).toBeLessThanOrEqual(2);
  });
});
