import { ADMIN_ROUTES, ROUTES, type ProblemV1, type Route } from '@margrave/contracts';
import { STAFF_ROLES } from '@margrave/vocabulary';
import { request } from 'node:http';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { LOCAL } from '../../testing/demo-market.ts';
import { claims, order, staffClaims, startTestGateway, tokenOf, type TestGateway } from '../../testing/test-gateway.ts';

/** P43: route × method × token on both listeners; what is not permitted is denied. */

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ STRANGER_REQUESTS_BURST: '100000', ACCOUNT_READS_BURST: '100000' });
  gateway.setReady(true);
});
afterAll(() => gateway.app.close());
afterEach(() => expect([gateway.broker.submitted, gateway.desk.settled]).toEqual([[], []]));

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
type Method = (typeof METHODS)[number];

const BEARERS = {
  nobody: undefined,
  client: tokenOf(claims()),
  'a client who calls himself a dealer': tokenOf(claims({ role: 'dealer', scope: 'trade read dealer admin' })),
  'a client with roles in another form': tokenOf(claims({ roles: 'dealer' })),
  'a client with roles that we do not know': tokenOf(claims({ roles: ['DEALER', 'dealer ', 'superuser', ['dealer'], null] })),
  'a dealer of somebody else': tokenOf(staffClaims('dealer'), 'another secret of thirty-two characters'),
  'a dealer whose token has expired': tokenOf({ ...staffClaims('dealer'), exp: 1 }),
  viewer: tokenOf(staffClaims('viewer')),
  dealer: tokenOf(staffClaims('dealer')),
  risk: tokenOf(staffClaims('risk')),
  admin: tokenOf(staffClaims('admin')),
} as const;
type Bearer = keyof typeof BEARERS;
const bearers = Object.keys(BEARERS) as Bearer[];
const isStaff = (bearer: Bearer): boolean => (STAFF_ROLES as readonly string[]).includes(bearer);
const isUnknown = (bearer: Bearer): boolean => bearer === 'nobody' || bearer.startsWith('a dealer');

const addressOf = ({ path }: Pick<Route, 'path'>): string =>
  path.replace(':accountId', LOCAL).replace(':code', 'malformed').replaceAll(/:\w+/g, '1000000457');
const ask = (app: FastifyInstance, method: Method, url: string, bearer: Bearer, headers: Record<string, string> = {}) => {
  const token = BEARERS[bearer];
  const payload = method === 'POST' || method === 'PUT' || method === 'PATCH' ? { payload: '{}' } : {};
  const type = 'payload' in payload ? { 'content-type': 'application/json' } : {};
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return app.inject({ method, url, headers: { ...authorization, ...type, ...headers }, ...payload });
};
const codeOf = (answer: LightMyRequestResponse): string | undefined =>
  answer.body === '' ? undefined : answer.json<Partial<ProblemV1>>().code;

const staffRoutes = Object.values<Route>(ADMIN_ROUTES).filter(({ scope }) => scope === 'staff');
const clientRoutes = Object.values<Route>(ROUTES).filter(({ scope }) => scope !== 'public');
const matrix = staffRoutes.flatMap((route) => bearers.map((bearer) => [route.operationId, bearer, route] as const));

describe('the face for staff', () => {
  it('names for each of its addresses the roles that it is for', () => {
    expect(staffRoutes.map(({ method, path, roles }) => `${method} ${path} ${roles?.join('|')}`)).toEqual([
      'GET /admin/v1/unknown-orders viewer|dealer|risk|admin',
      'POST /admin/v1/accounts/:accountId/orders/:orderId/settle dealer',
      'GET /admin/v1/operator-actions viewer|dealer|risk|admin',
    ]);
  });

  it.each(matrix)('%s lets %s in, or not, by the roles of the token', async (_, bearer, route) => {
    const answer = await ask(gateway.admin, route.method, addressOf(route), bearer);
    if (isUnknown(bearer)) expect([answer.statusCode, codeOf(answer)]).toEqual([401, 'UNAUTHENTICATED']);
    else if (!isStaff(bearer) || !route.roles?.some((role) => role === bearer))
      expect([answer.statusCode, codeOf(answer)]).toEqual([403, 'FORBIDDEN']);
    // Let in: a read is answered, and the body of the command is looked at.
    else expect(answer.statusCode).toBe(route.method === 'GET' ? 200 : 400);
  });

  it.each(staffRoutes.flatMap((route) => METHODS.map((method) => [method, route.path, route] as const)))(
    '%s %s is answered only where the contract has it',
    async (method, _, route) => {
      const known = staffRoutes.filter(({ path }) => path === route.path).map((each) => each.method as string);
      if (known.includes(method) || (method === 'HEAD' && known.includes('GET'))) return;
      for (const bearer of bearers) {
        const answer = await ask(gateway.admin, method, addressOf(route), bearer);
        expect([bearer, answer.statusCode]).toEqual([bearer, 405]);
      }
    },
  );

  it.each(clientRoutes.map((route) => [route.operationId, route] as const))(
    'does not have %s of the public face',
    async (_, route) => {
      for (const bearer of bearers) {
        expect((await ask(gateway.admin, route.method, addressOf(route), bearer)).statusCode).toBe(404);
      }
    },
  );

  it.each([
    ['a slash behind it', '/admin/v1/unknown-orders/'],
    ['a slash too many', '//admin/v1/unknown-orders'],
    ['capitals', '/ADMIN/v1/unknown-orders'],
    ['an encoded slash', '/admin%2fv1/unknown-orders'],
    ['a semicolon', '/admin/v1/unknown-orders;x'],
  ])('is not reached by an address with %s', async (_, url) => {
    for (const bearer of ['client', 'nobody'] as const) {
      expect([401, 403, 404]).toContain((await ask(gateway.admin, 'GET', url, bearer)).statusCode);
    }
    expect((await ask(gateway.admin, 'GET', url, 'dealer')).statusCode).toBe(404);
  });

  it.each(['x-http-method-override', 'x-http-method', 'x-method-override'])(
    'takes the method from the request, not from %s',
    async (name) => {
      const url = addressOf(ADMIN_ROUTES.settleOrder);
      expect((await ask(gateway.admin, 'GET', url, 'dealer', { [name]: 'POST' })).statusCode).toBe(405);
      expect((await ask(gateway.admin, 'GET', `${url}?_method=POST`, 'dealer')).statusCode).toBe(405);
      expect(
        (await ask(gateway.admin, 'POST', addressOf(ADMIN_ROUTES.listUnknownOrders), 'dealer', { [name]: 'GET' })).statusCode,
      ).toBe(405);
    },
  );

  it('counts for each of them by himself', async () => {
    const tight = await startTestGateway({ ACCOUNT_READS_BURST: '2', ACCOUNT_READS_PER_SECOND: '1' });
    const url = addressOf(ADMIN_ROUTES.listUnknownOrders);
    const statuses = [];
    for (const bearer of ['viewer', 'viewer', 'viewer', 'dealer'] as const) {
      statuses.push((await ask(tight.admin, 'GET', url, bearer)).statusCode);
    }
    await tight.app.close();
    expect(statuses).toEqual([200, 200, 429, 200]);
  });

  it('says whether it lives and is ready, explains codes, and documents itself', async () => {
    for (const url of ['/health/live', '/health/ready', '/problems/order-not-unknown', '/docs/json']) {
      expect((await gateway.admin.inject({ url })).statusCode).toBe(200);
    }
    const { paths } = (await gateway.admin.inject({ url: '/docs/json' })).json<{ paths: Record<string, object> }>();
    expect(Object.keys(paths).filter((path) => path.startsWith('/v1'))).toEqual([]);
    expect(Object.keys(paths)).toContain('/admin/v1/unknown-orders');
  });
});

describe('the public face', () => {
  it.each(staffRoutes.flatMap((route) => METHODS.map((method) => [method, route.path, route] as const)))(
    'has no %s %s, whoever asks',
    async (method, _, route) => {
      for (const bearer of bearers) {
        const answer = await ask(gateway.app, method, addressOf(route), bearer);
        expect([bearer, answer.statusCode]).toEqual([bearer, 404]);
      }
    },
  );

  it('does not document them', async () => {
    expect((await gateway.app.inject({ url: '/docs/json' })).body).not.toContain('/admin/');
  });

  it.each(clientRoutes.flatMap((route) => STAFF_ROLES.map((role) => [route.operationId, role, route] as const)))(
    '%s is not for a %s who has neither scope nor accounts',
    async (_, role, route) => expect((await ask(gateway.app, route.method, addressOf(route), role)).statusCode).toBe(403),
  );

  it('shows a dealer with a scope and without accounts none', async () => {
    const token = tokenOf({ ...staffClaims('dealer'), scope: 'trade read' });
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    expect((await gateway.app.inject({ url: `/v1/accounts/${LOCAL}`, headers })).statusCode).toBe(404);
    const placed = await gateway.app.inject({
      method: 'POST',
      url: `/v1/accounts/${LOCAL}/orders`,
      headers,
      payload: JSON.stringify(order()),
    });
    expect(placed.statusCode).toBe(404);
  });
});

describe('an address that goes around', () => {
  /** As it is written, which most clients would put straight first. */
  const status = (origin: string, path: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(origin);
      const headers = { authorization: `Bearer ${BEARERS.dealer}` };
      request({ hostname, port, path, headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on('error', reject)
        .end();
    });

  it.each([
    '/v1/../admin/v1/unknown-orders',
    '/%2e%2e/admin/v1/unknown-orders',
    '/admin/v1/x/../unknown-orders',
    '/admin/v1/%2e/unknown-orders',
    '/admin/v1/%2e%2e/v1/unknown-orders',
    '/admin/v1/unknown%2dorders/..',
    '/\\admin/v1/unknown-orders',
  ])('leads nowhere, on either face: %s', async (path) => {
    const around = await startTestGateway();
    const origins = await Promise.all([around.app, around.admin].map((app) => app.listen({ host: '127.0.0.1', port: 0 })));
    const statuses = await Promise.all(origins.map((origin) => status(origin, path)));
    expect(await status(origins[1] ?? '', '/admin/v1/unknown-orders')).toBe(200);
    await around.app.close();
    expect(statuses.every((each) => each === 404 || each === 400)).toBe(true);
  });
});
