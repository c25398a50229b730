import { PROBLEMS } from '../problems/problems.ts';
import { ADMIN_ROUTES, ROUTES, type OperationId } from './routes.ts';
import type { Route } from './routes/route.ts';
import { ofOrder, symbolsWanted } from './routes/parameters.ts';
import { schemaCheck } from '../schema.ts';

const operations = Object.keys(ROUTES) as OperationId[];
const account = '/v1/accounts/:accountId';

describe('the table of routes', () => {
  it('is what exists so far', () =>
    expect(operations.map((id) => `${ROUTES[id].method} ${ROUTES[id].path} ${ROUTES[id].scope}`).toSorted()).toEqual(
      [
        `POST ${account}/orders trade`,
        `GET ${account}/orders read`,
        `GET ${account}/orders/:orderId read`,
        `POST ${account}/orders/batch trade`,
        `POST ${account}/positions/:positionId/close-by trade`,
        `POST ${account}/positions/close-all trade`,
        `POST ${account}/positions/target trade`,
        `PUT ${account}/orders/:orderId trade`,
        `DELETE ${account}/orders/:orderId trade`,
        `PUT ${account}/positions/:positionId/protection trade`,
        `GET ${account}/orders/:orderId/history read`,
        `GET ${account}/positions read`,
        `POST ${account}/positions/:positionId/close trade`,
        `GET ${account} read`,
        `GET ${account}/deals read`,
        `GET ${account}/ledger read`,
        `GET ${account}/events read`,
        `GET ${account}/decisions/:decisionId read`,
        'GET /v1/instruments read',
        'GET /v1/quotes read',
        'GET /problems/:code public',
        'GET /health/live public',
        'GET /health/ready public',
      ].toSorted(),
    ));

  it.each(operations)('%s is filed under its operation id', (id) => expect(ROUTES[id].operationId).toBe(id));

  it.each(operations)('%s declares a schema for each parameter of its path, and for no other', (id) => {
    const { path, parameters } = ROUTES[id];
    const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name);
    expect(Object.keys(parameters?.properties ?? {})).toEqual(inPath);
  });

  it.each(operations)('%s refuses parameters it does not know', (id) => {
    for (const schema of [ROUTES[id].parameters, ROUTES[id].query, ROUTES[id].body?.schema ?? null]) {
      if (schema !== null) expect(schema).toMatchObject({ type: 'object', additionalProperties: false });
    }
  });

  it.each(operations.filter((id) => ROUTES[id].scope !== 'public'))('%s needs a token, and says so', (id) => {
    expect(Object.keys(ROUTES[id].answers)).toEqual(expect.arrayContaining(['400', '401', '403', '429', '500', '503']));
  });

  it.each(operations.filter((id) => ROUTES[id].path.startsWith(account)))('%s can look as if it were missing', (id) =>
    expect(ROUTES[id].answers[404]?.description).toContain('NOT_FOUND'),
  );

  it.each(operations.filter((id) => ROUTES[id].method === 'POST'))('%s answers as WIRE.md says a command does', (id) => {
    const { answers, scope } = ROUTES[id];
    expect(scope).toBe('trade');
    expect(Object.keys(answers)).toEqual(expect.arrayContaining(['201', '202', '400', '409', '413', '415', '422', '429', '503']));
    expect(answers[201]?.headers).toEqual(['Idempotent-Replayed', 'Server-Timing']);
    expect(answers[422]?.headers).toEqual(['Idempotent-Replayed', 'Server-Timing']);
    expect(answers[503]?.description).toContain('ACCOUNT_BUSY');
    expect(answers[503]?.headers).toEqual(['Retry-After']);
  });

  it.each(operations)('%s sends its refusals as problems, each code under its own status', (id) => {
    for (const [status, answer] of Object.entries(ROUTES[id].answers)) {
      if (answer.contentType !== 'application/problem+json') continue;
      const codes = [...answer.description.matchAll(/`([A-Z_]+)`/g)].map(([, code]) => code as keyof typeof PROBLEMS);
      expect(codes.length).toBeGreaterThan(0);
      expect(codes.filter((code) => String(PROBLEMS[code].status) !== status)).toEqual([]);
    }
  });
});

describe('the table of routes for staff', () => {
  const staff = Object.values<Route>(ADMIN_ROUTES).filter(({ scope }) => scope !== 'public');

  it('shares no address with the public one but those that are open to all', () =>
    expect(Object.keys(ADMIN_ROUTES).filter((id) => Object.hasOwn(ROUTES, id))).toEqual([
      'explainProblem',
      'getLiveness',
      'getReadiness',
    ]));

  it.each(staff.map((route) => [route.operationId, route] as const))(
    '%s stands under /admin and is for somebody',
    (id, route) => {
      expect(ADMIN_ROUTES).toHaveProperty([id]);
      expect(route).toMatchObject({ scope: 'staff', path: expect.stringMatching(/^\/admin\/v1\//) as string });
      expect(route.roles?.length).toBeGreaterThan(0);
      for (const schema of [route.parameters, route.query, route.body?.schema ?? null]) {
        if (schema !== null) expect(schema).toMatchObject({ type: 'object', additionalProperties: false });
      }
      expect(Object.keys(route.answers)).toEqual(expect.arrayContaining(['400', '401', '403', '429', '500', '503']));
    },
  );

  it.each(Object.values<Route>(ROUTES).map((route) => [route.operationId, route] as const))(
    '%s, which is public, is not',
    (_, route) => expect([route.roles, route.scope === 'staff']).toEqual([undefined, false]),
  );
});

describe('parameters', () => {
  const order = schemaCheck(ofOrder);
  it.each(['1000000457', '@my-1', '@a.b:c_d'])('an order is addressed by %s', (orderId) =>
    expect(order({ accountId: '1000000001', orderId }).ok).toBe(true),
  );
  it.each(['my-1', '@', '@a b', '1', '1000000457@', '../x'])('an order is not addressed by %s', (orderId) =>
    expect(order({ accountId: '1000000001', orderId }).ok).toBe(false),
  );

  const symbols = schemaCheck(symbolsWanted);
  it('many symbols are asked for in one call, up to a limit', () => {
    expect(symbols({ symbols: 'EURUSD,XAUUSD' }).ok).toBe(true);
    expect(symbols({ symbols: Array(200).fill('EURUSD').join(',') }).ok).toBe(true);
    expect(symbols({ symbols: Array(201).fill('EURUSD').join(',') }).ok).toBe(false);
    expect(['', ',', 'EURUSD,', 'eurusd', '*'].some((list) => symbols({ symbols: list }).ok)).toBe(false);
  });
});
