import {
  ADMIN_ROUTES,
  PROBLEMS,
  PROVIDER_REJECT_REASONS,
  REQUEST_DEPTH_MAX,
  RESPONSE_HEADERS,
  ROUTES,
  type JsonSchema,
  type OperationId,
  type Route,
} from '@margrave/contracts';
import { DEAL_FLAGS, ORDER_FLAGS } from '@margrave/vocabulary';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { FastifyInstance } from 'fastify';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { startTestGateway, type TestGateway } from '../../testing/test-gateway.ts';
import { adminOpenApiDocument, openApiDocument } from './openapi-document.ts';

interface Operation {
  readonly operationId: string;
  readonly security: readonly object[];
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly schema: object;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> };
  readonly responses: Readonly<Record<string, { readonly content: object; readonly headers: Readonly<Record<string, object>> }>>;
}

interface FlagsSchema {
  readonly description: string;
  readonly items: { readonly examples: readonly string[] };
}

interface Document {
  readonly openapi: string;
  readonly info: { readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>>; readonly headers: object };
}

const document = openApiDocument() as unknown as Document;
const documented = Object.entries(document.paths).flatMap(([path, operations]) =>
  Object.entries(operations).map(([method, operation]) => ({ address: `${method.toUpperCase()} ${path}`, operation })),
);
const routes: readonly Route[] = Object.values(ROUTES);
const addressOf = ({ method, path }: Route): string => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`;
const operationOf = (route: Route): Operation | undefined =>
  documented.find(({ address }) => address === addressOf(route))?.operation;

/** Every reference in the document. */
const references = (value: unknown): readonly string[] => {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    name === '$ref' && typeof member === 'string' ? [member] : references(member),
  );
};

describe('the OpenAPI document', () => {
  it('has the routes of the contract and no others', () =>
    expect(documented.map(({ address }) => address).toSorted()).toEqual(routes.map(addressOf).toSorted()));

  it.each(routes.map((route) => [route.operationId, route] as const))('%s says what its contract says', (operationId, route) => {
    const operation = operationOf(route);
    expect(operation).toMatchObject({
      operationId,
      summary: route.summary,
      security: route.scope === 'public' ? [] : [{ token: [] }],
    });
    expect(operation?.parameters.map(({ name }) => name)).toEqual([
      ...Object.keys(route.parameters?.properties ?? {}),
      ...Object.keys(route.query?.properties ?? {}),
      ...Object.keys(route.headers?.properties ?? {}),
    ]);
    expect(Object.keys(operation?.responses ?? {})).toEqual(Object.keys(route.answers));
    expect(operation?.requestBody === undefined).toBe(route.body === null);
  });

  it('leads nowhere but to itself, and everything it leads to is there', () => {
    for (const reference of references(document)) {
      const [, section, kind, name] = /^#\/(components)\/(schemas|headers)\/([\w-]+)$/.exec(reference) ?? [];
      expect([reference, section]).toEqual([reference, 'components']);
      expect(document.components[kind as 'schemas']).toHaveProperty([name ?? '']);
    }
    expect(Object.keys(document.components.headers)).toEqual(Object.keys(RESPONSE_HEADERS));
  });

  it('has schemas that another validator understands, and whose examples satisfy them', () => {
    const ajv = addFormats.default(new Ajv2020({ strict: false }));
    ajv.addSchema({ $id: 'openapi', ...(document as object) });
    for (const { operation } of documented) {
      const content = operation.requestBody?.content['application/json'];
      if (content === undefined) continue;
      const { $ref } = content.schema as { readonly $ref: string };
      expect(ajv.validate({ $ref: `openapi${$ref}` }, (content as { readonly example?: unknown }).example)).toBe(true);
    }
    for (const name of Object.keys(document.components.schemas)) {
      expect(() => ajv.compile({ $ref: `openapi#/components/schemas/${name}` })).not.toThrow();
    }
  });

  it.each<[string, string, readonly string[]]>([
    ['Order', 'contradictory_report', ORDER_FLAGS],
    ['Deal', 'late_fill', DEAL_FLAGS],
  ])('lists all the flags of an %s, among them %s, each with its meaning', (name, one, all) => {
    expect(all).toContain(one);
    const { flags } = (document.components.schemas[name] as { readonly properties: Readonly<Record<string, FlagsSchema>> })
      .properties;
    expect(flags?.items.examples).toEqual(all);
    expect([...(flags?.description ?? '').matchAll(/`([a-z_]+)`: /g)].map(([, flag]) => flag)).toEqual(all);
  });

  it.each(['provider_silent', 'not_sent_in_time', 'never_seen', ...Object.keys(PROVIDER_REJECT_REASONS)])(
    'knows %s as the reason of an order',
    (word) => {
      const { properties } = document.components.schemas['Order'] as { readonly properties: { readonly reason: JsonSchema } };
      expect(properties.reason['description']).toContain(`\`${word}\``);
    },
  );

  it.each([
    ['65536 bytes', 'the size of a body'],
    [`nested deeper than ${REQUEST_DEPTH_MAX}`, 'the depth of a body'],
    ['lone surrogate', 'text that is none'],
    ['with an escape', 'names with escapes'],
    ['"0.1"` and `"0.10"', 'what the same body is'],
    ['SHA-256', 'how bodies are compared'],
    ['`429` alone', 'where rate limits are told'],
  ])('says %s, for %s', (words) => expect(document.info.description).toContain(words));

  it('promises the headers of rate limits where they are sent: in 429, with the time to come back', () => {
    for (const { operation } of documented) {
      for (const [status, { headers }] of Object.entries(operation.responses)) {
        const named = Object.keys(headers).filter((name) => name.startsWith('RateLimit-'));
        expect([status, named]).toEqual([
          status,
          status === '429' ? ['RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset'] : [],
        ]);
      }
    }
  });

  it('is the same each time it is made', () => expect(openApiDocument()).toEqual(openApiDocument()));
});

describe('the OpenAPI document of the face for staff', () => {
  const staff = adminOpenApiDocument() as unknown as Document;
  const operations = Object.values(staff.paths).flatMap((path) => Object.values(path));

  it('has the routes of that contract and no others', () =>
    expect(operations.map(({ operationId }) => operationId).toSorted()).toEqual(Object.keys(ADMIN_ROUTES).toSorted()));

  it('says who may use which, and that a settlement needs a key', () => {
    const settle = operations.find(({ operationId }) => operationId === 'settleOrder');
    expect(settle).toMatchObject({ 'x-token-roles': ['dealer'], security: [{ token: [] }] });
    expect(settle?.parameters.find((parameter) => parameter.in === 'header')).toMatchObject({
      name: 'idempotency-key',
      required: true,
    });
  });

  it('leads nowhere but to itself', () => {
    for (const reference of references(staff)) {
      const [, kind = '', name = ''] = /^#\/components\/(schemas|headers)\/([\w-]+)$/.exec(reference) ?? [];
      expect(staff.components[kind as 'schemas']).toHaveProperty([name]);
    }
  });
});

describe('the server', () => {
  let gateway: TestGateway;
  /** Of the public face, and then of the one for staff. */
  const servedBy: string[][] = [];
  const watch = (message: unknown): void => {
    const served: string[] = [];
    servedBy.push(served);
    (message as { readonly fastify: FastifyInstance }).fastify.addHook('onRoute', ({ method, url }) => {
      served.push(...[method].flat().map((each) => `${each} ${url}`));
    });
  };
  beforeAll(async () => {
    subscribe('fastify.initialization', watch);
    gateway = await startTestGateway();
    unsubscribe('fastify.initialization', watch);
  });
  afterAll(() => gateway.app.close());

  it.each(routes.map((route) => [addressOf(route), route] as const))('serves %s', (_, route) =>
    expect(gateway.app.hasRoute({ method: route.method, url: route.path })).toBe(true),
  );

  it.each([
    ['public', 0, routes],
    ['staff', 1, Object.values<Route>(ADMIN_ROUTES)],
  ] as const)('of the %s face serves nothing that is not documented, but the documentation', (_, place, own) => {
    const served = servedBy[place] ?? [];
    const contract = own.map(({ method, path }) => `${method} ${path}`);
    const others = served.filter((address) => !contract.includes(address) && !/^(GET|HEAD) \/docs(\/|$)/.test(address));
    // What can be read can be asked for without its body.
    expect(others.map((address) => address.replace('HEAD', 'GET')).filter((address) => !contract.includes(address))).toEqual([]);
    expect(served).toEqual(expect.arrayContaining(contract));
  });

  it('gives the document out, and a page to read and try it', async () => {
    const json = await gateway.app.inject({ url: '/docs/json' });
    expect([json.statusCode, json.json()]).toEqual([200, JSON.parse(JSON.stringify(document))]);
    const page = await gateway.app.inject({ url: '/docs' });
    expect([page.statusCode, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers['content-security-policy']).toContain("script-src 'self'");
    for (const [, file = ''] of page.body.matchAll(/(?:src|href)="\.?([^"]+)"/g)) {
      const url = new URL(file, 'http://gateway/docs').pathname;
      expect([url, (await gateway.app.inject({ url: url.startsWith('/docs') ? url : `/docs${url}` })).statusCode]).toEqual([
        url,
        200,
      ]);
    }
  });

  it.each(Object.keys(PROBLEMS) as (keyof typeof PROBLEMS)[])('explains %s where its type points to', async (code) => {
    const answer = await gateway.app.inject({ url: `/problems/${code.toLowerCase().replaceAll('_', '-')}` });
    expect([answer.statusCode, answer.json()]).toEqual([200, expect.objectContaining({ code, status: PROBLEMS[code].status })]);
  });

  it('knows no other code', async () => {
    expect((await gateway.app.inject({ url: '/problems/no-such-code' })).statusCode).toBe(404);
    expect((await gateway.app.inject({ url: '/problems/MALFORMED' })).statusCode).toBe(400);
  });

  it('says whether it lives and whether it is ready, and no more', async () => {
    gateway.setReady(true);
    const ready = await gateway.app.inject({ url: '/health/ready' });
    expect([ready.statusCode, ready.json()]).toEqual([200, { ok: true, checks: [] }]);
    gateway.setReady(false);
    const unready = await gateway.app.inject({ url: '/health/ready' });
    expect([unready.statusCode, unready.json()]).toEqual([503, { ok: false, checks: [] }]);
    expect((await gateway.app.inject({ url: '/health/live' })).json()).toEqual({ ok: true, checks: [] });
  });
});

describe('every route', () => {
  it('has an operation id of its own', () =>
    expect(new Set(routes.map(({ operationId }) => operationId as OperationId)).size).toBe(routes.length));
});
