import { ROUTES, type OperationId, type ProblemV1, type Route } from '@margrave/contracts';
import { createSigner } from 'fast-jwt';
import type { LightMyRequestResponse } from 'fastify';
import { createHmac, generateKeyPairSync } from 'node:crypto';
import { LOCAL, MISSING, STRANGERS } from '../../testing/demo-market.ts';
import { claims, order, SECRET, startTestGateway, tokenOf, type TestGateway } from '../../testing/test-gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ STRANGER_REQUESTS_BURST: '100000' });
});
afterAll(() => gateway.app.close());

const codeOf = (answer: LightMyRequestResponse): string => answer.json<ProblemV1>().code;
const account = `/v1/accounts/${LOCAL}`;
const withToken = (token: string, url = account) => gateway.app.inject({ url, headers: { authorization: `Bearer ${token}` } });
const now = (): number => Math.floor(Date.now() / 1_000);

/** All that a stranger may be told of why. */
const UNAUTHENTICATED = {
  type: '/problems/unauthenticated',
  title: 'Not authenticated',
  status: 401,
  code: 'UNAUTHENTICATED',
  detail: 'A valid bearer token is needed.',
  retryable: 'never',
};

/** A token whose header and payload are as given, signed by nobody or by our secret. */
const forged = (header: object, payload: object, signature = ''): string => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part(header)}.${part(payload)}.${signature}`;
};

/** As a library would not sign it. */
const signed = (payload: object): string => {
  const unsigned = forged({ alg: 'HS256', typ: 'JWT' }, payload).slice(0, -1);
  return `${unsigned}.${createHmac('sha256', SECRET).update(unsigned).digest('base64url')}`;
};

const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const rsaPublicKey = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const signedWith = (key: string, algorithm: 'HS512' | 'HS256' | 'RS256', header: Record<string, unknown> = {}) =>
  createSigner({ key, algorithm, header: { alg: algorithm, ...header }, noTimestamp: true })(claims());

describe('a token', () => {
  it('that is good opens the account', async () => expect((await withToken(tokenOf(claims()))).statusCode).toBe(200));
  it('may be named by its scheme in any case', async () => {
    const answer = await gateway.app.inject({ url: account, headers: { authorization: `bearer ${tokenOf(claims())}` } });
    expect(answer.statusCode).toBe(200);
  });
  it('may have several audiences', async () =>
    expect((await withToken(tokenOf(claims({ aud: ['other', 'margrave-api'] })))).statusCode).toBe(200));
  it('may be as late as the leeway', async () =>
    expect((await withToken(tokenOf(claims({ exp: now() - 10 })))).statusCode).toBe(200));

  it.each<[string, () => string]>([
    ['without a signature', () => forged({ alg: 'none' }, claims())],
    ['without a signature, None', () => forged({ alg: 'None', typ: 'JWT' }, claims())],
    ['of HS256 with an empty signature', () => forged({ alg: 'HS256', typ: 'JWT' }, claims())],
    ['signed with a public key as if it were a secret', () => signedWith(rsaPublicKey, 'HS256')],
    ['of an algorithm that is not configured', () => signedWith(SECRET, 'HS512')],
    [
      'of a key pair that is not configured',
      () => signedWith(rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 'RS256'),
    ],
    ['signed by someone else', () => tokenOf(claims(), 'another secret of thirty-two characters')],
    ['with a kid that is a path', () => forged({ alg: 'HS256', kid: '../../../dev/null' }, claims(), 'AAAA')],
    ['with a kid that is SQL', () => forged({ alg: 'HS256', kid: "x' union select 'key" }, claims(), 'AAAA')],
    ['with the address of a key of its own', () => forged({ alg: 'RS256', jku: 'http://127.0.0.1:9/keys' }, claims(), 'AAAA')],
    ['with a key of its own', () => forged({ alg: 'RS256', jwk: rsa.publicKey.export({ format: 'jwk' }) }, claims(), 'AAAA')],
    ['with a critical extension', () => signedWith(SECRET, 'HS256', { crit: ['x'], x: 1 })],
    ['that has expired', () => tokenOf(claims({ exp: now() - 61 }))],
    ['that never expires', () => tokenOf(claims({ exp: undefined }))],
    ['that expires at a word', () => signed({ ...claims(), exp: 'never' })],
    ['that is not valid yet', () => tokenOf(claims({ nbf: now() + 120 }))],
    ['for another audience', () => tokenOf(claims({ aud: 'margrave-admin' }))],
    ['for no audience', () => tokenOf(claims({ aud: undefined }))],
    ['of another issuer', () => tokenOf(claims({ iss: 'someone' }))],
    ['of no issuer', () => tokenOf(claims({ iss: undefined }))],
    ['of nobody', () => tokenOf(claims({ sub: undefined }))],
    ['of a name with a line break', () => tokenOf(claims({ sub: 'a\nb' }))],
    ['with accounts that are none', () => tokenOf(claims({ accounts: ['*'] }))],
    ['with accounts that are numbers', () => tokenOf(claims({ accounts: [1_000_000_001] }))],
    ['with an account that no book can hold', () => tokenOf(claims({ accounts: ['9999999999999999999'] }))],
    ['with a word for accounts', () => tokenOf(claims({ accounts: LOCAL }))],
    ['with a list for a scope', () => tokenOf(claims({ scope: ['read'] }))],
    ['of another form', () => 'not-a-token'],
    ['that is very long', () => 'A'.repeat(12_000)],
  ])('%s is refused, always with the same words', async (_, make) => {
    const answer = await withToken(make());
    expect([answer.statusCode, answer.headers['www-authenticate']]).toEqual([401, 'Bearer']);
    expect(answer.json()).toEqual(UNAUTHENTICATED);
  });

  it.each([
    {},
    { authorization: '' },
    { authorization: 'Basic dXNlcjpwYXNz' },
    { authorization: 'Bearer' },
    { authorization: 'Bearer a b' },
  ])('must be there: %j', async (headers) => {
    const answer = await gateway.app.inject({ url: account, headers });
    expect(answer.json()).toEqual(UNAUTHENTICATED);
  });

  it('is looked for in the header alone', async () => {
    const token = tokenOf(claims());
    expect((await gateway.app.inject({ url: `${account}?access_token=${token}` })).statusCode).toBe(401);
    expect((await gateway.app.inject({ url: account, headers: { cookie: `token=${token}` } })).statusCode).toBe(401);
  });

  it('never gets into a log', async () => {
    const bad = tokenOf(claims(), 'another secret of thirty-two characters');
    await withToken(bad);
    await withToken(tokenOf(claims()));
    const text = JSON.stringify(gateway.logLines);
    expect(text).not.toContain(bad);
    expect(text).not.toMatch(/eyJ/);
  });
});

describe('a scope', () => {
  it.each([
    ['read', 'trade', 403],
    ['', 'read', 403],
    ['trade', 'read', 403],
    ['reader', 'read', 403],
    ['read', 'read', 200],
    ['read trade', 'trade', 201],
  ])('%j used to %s is answered with %i', async (scope, use, status) => {
    const headers = { authorization: `Bearer ${tokenOf(claims({ scope }))}` };
    const answer =
      use === 'read'
        ? await gateway.app.inject({ url: account, headers })
        : await gateway.post(`${account}/orders`, order({ clientOrderId: `scope-${scope.replace(' ', '-')}` }), headers);
    expect(answer.statusCode).toBe(status);
    if (status === 403) expect(codeOf(answer)).toBe('FORBIDDEN');
  });
});

const operations = Object.keys(ROUTES) as OperationId[];
const ofAccounts: readonly Route[] = operations.map((id) => ROUTES[id]).filter(({ path }) => path.includes(':accountId'));

/** Every id in a path that is not the account: one that could be there. */
const pathOf = (route: Route, accountId: string): string =>
  route.path.replace(':accountId', accountId).replaceAll(/:\w+/g, '1000000457');

const call = (route: Route, accountId: string) => {
  const url = pathOf(route, accountId);
  if (route.body === null) return gateway.request({ method: route.method, url });
  return gateway.send(route.method, url, route.body.example, route.headers === undefined ? {} : { 'idempotency-key': 'mine' });
};

/** All that a client could tell two answers apart by. */
const seen = ({ statusCode, headers, body }: LightMyRequestResponse) => {
  const { date: _date, 'x-request-id': _requestId, ...rest } = headers;
  return { statusCode, rest, body };
};

describe("another's account (P42)", () => {
  it('is asked for at every address', () => expect(ofAccounts).toHaveLength(18));

  it.each(ofAccounts.map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s looks exactly as if it were missing, and nothing is done',
    async (_, route) => {
      const before = gateway.broker.submitted.length;
      const [stranger, missing] = [await call(route, STRANGERS), await call(route, '1888888888')];
      expect([stranger.statusCode, codeOf(stranger)]).toEqual([404, 'NOT_FOUND']);
      expect(seen(stranger)).toEqual(seen(missing));
      expect(gateway.broker.submitted).toHaveLength(before);
    },
  );

  it.each(ofAccounts.map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s answers an account that the token names and that is not there in the same words',
    async (_, route) => {
      const [missing, stranger] = [await call(route, MISSING), await call(route, STRANGERS)];
      // A list of an account that never was is empty; nobody else can ask for it.
      if (missing.statusCode === 200) expect(missing.json()).toEqual({ items: [], nextCursor: null });
      else expect(seen(missing)).toEqual(seen(stranger));
    },
  );

  it('is missing in a query too', async () => {
    const [stranger, missing] = await Promise.all(
      [STRANGERS, '1888888888'].map((id) => gateway.request({ url: `/v1/quotes?symbols=EURUSD&accountId=${id}` })),
    );
    expect(stranger?.statusCode).toBe(404);
    expect(stranger && seen(stranger)).toEqual(missing && seen(missing));
  });

  it.each([
    `${account}%00`,
    `/v1/accounts/${STRANGERS}%2F..%2F${LOCAL}`,
    `/v1/accounts/%2e%2e%2f${LOCAL}`,
    `/v1/accounts/${LOCAL},${STRANGERS}`,
    `/v1/accounts/0${LOCAL}`,
    `/v1/accounts/*`,
    `/v1/accounts/${LOCAL.replace('1', '１')}`,
  ])('cannot be had by another spelling: %s', async (url) => expect((await gateway.request({ url })).statusCode).toBe(404));

  it('cannot be had by a header', async () => {
    const headers = { 'x-account-id': STRANGERS, 'x-user-id': 'user-99', 'x-original-url': `/v1/accounts/${STRANGERS}` };
    expect((await gateway.request({ url: account, headers })).json()).toMatchObject({ accountId: LOCAL });
  });

  it('cannot be reached through an id of one of its things', async () => {
    const theirs = await gateway.post(`/v1/accounts/${STRANGERS}/orders`, order(), {
      authorization: `Bearer ${tokenOf(claims({ accounts: [STRANGERS] }))}`,
    });
    const {
      order: placed,
      decisionId,
      position,
    } = theirs.json<Record<string, Record<string, string>> & { decisionId: string }>();
    for (const path of [`orders/${placed?.['orderId']}`, `orders/${placed?.['orderId']}/history`, `decisions/${decisionId}`]) {
      expect((await gateway.request({ url: `${account}/${path}` })).statusCode).toBe(404);
    }
    const close = await gateway.post(`${account}/positions/${position?.['positionId']}/close`, { clientOrderId: 'theft' });
    expect(close.statusCode).toBe(404);
    expect(gateway.broker.accounts.get(STRANGERS)?.positions).toHaveLength(1);
  });

  it('is logged, with who asked', async () => {
    await gateway.request({ url: `/v1/accounts/${STRANGERS}/deals` });
    expect(gateway.logLines).toContainEqual(
      expect.objectContaining({ level: 'warn', subject: 'user-17', accountId: STRANGERS, operationId: 'listDeals' }),
    );
  });
});

describe('methods and addresses (P43)', () => {
  it.each([
    ['PUT', `${account}/orders`, 'POST, GET, HEAD'],
    ['PATCH', `${account}/orders/1000000457`, 'GET, HEAD, PUT, DELETE'],
    ['PATCH', account, 'GET, HEAD'],
    ['GET', `${account}/positions/1000000457/close`, 'POST'],
    ['OPTIONS', `${account}/orders`, 'POST, GET, HEAD'],
    ['POST', '/health/live', 'GET, HEAD'],
    ['TRACE', account, 'GET, HEAD'],
  ])('%s %s is not allowed', async (method, url, allow) => {
    const answer = await gateway.request({ method, url });
    expect([answer.statusCode, codeOf(answer), answer.headers['allow']]).toEqual([405, 'METHOD_NOT_ALLOWED', allow]);
  });

  it('are not changed by a header', async () => {
    const headers = { 'x-http-method-override': 'POST', 'content-type': 'application/json' };
    const answer = await gateway.request({ url: `${account}/orders`, headers });
    expect(answer.json()).toMatchObject({ items: expect.any(Array) });
  });

  it.each([
    `${account}/`,
    `${account}/Orders`,
    `${account}//orders`,
    '/v1/admin/accounts',
    '/admin',
    '/metrics',
    '/',
    '/v2/quotes',
    '/.env',
  ])('there is nothing at %s', async (url) => {
    const answer = await gateway.request({ url });
    expect([answer.statusCode, codeOf(answer)]).toEqual([404, 'NOT_FOUND']);
    expect(answer.headers['content-type']).toBe('application/problem+json');
  });

  it('a path that is no path is malformed', async () =>
    expect(codeOf(await gateway.request({ url: '/v1/accounts/%zz' }))).toBe('MALFORMED'));

  it('no other origin is let in, and nothing is to be kept, framed or guessed', async () => {
    const { headers } = await gateway.request({ url: account, headers: { origin: 'https://elsewhere.example' } });
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
    expect(headers['server'] ?? headers['x-powered-by']).toBeUndefined();
  });
});
