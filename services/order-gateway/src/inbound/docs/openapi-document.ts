import {
  ADMIN_ROUTES,
  namedSchemas,
  RESPONSE_HEADERS,
  ROUTES,
  withReferences,
  type Answer,
  type JsonSchema,
  type Route,
} from '@margrave/contracts';
import { STAFF_ROLES } from '@margrave/vocabulary';
import type { TObject, TSchema } from 'typebox';
import { ADMIN_DESCRIPTION, DESCRIPTION } from './description.ts';

const toSchema = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });

const schemasOf = (routes: readonly Route[]): readonly TSchema[] =>
  routes.flatMap(({ body, answers }) => [
    ...(body === null ? [] : [body.schema]),
    ...Object.values(answers).map(({ schema }) => schema),
  ]);

/** What a document says besides its routes. */
interface Face {
  readonly title: string;
  readonly description: string;
  readonly routes: readonly Route[];
  /** What its tokens say. */
  readonly token: string;
}

const PUBLIC_FACE: Face = {
  title: 'Margrave',
  description: DESCRIPTION,
  routes: Object.values(ROUTES),
  token:
    'A JSON web token with `iss`, `aud`, `sub`, `exp`, the `accounts` it is for (ids) and its `scope`: `read`, `trade`, or both, separated by a space.',
};

const ADMIN_FACE: Face = {
  title: 'Margrave, for staff',
  description: ADMIN_DESCRIPTION,
  routes: Object.values(ADMIN_ROUTES),
  token: `A JSON web token with \`iss\`, \`aud\`, \`sub\`, \`exp\` and the \`roles\` of its bearer, a list: ${STAFF_ROLES.map((role) => `\`${role}\``).join(', ')}.`,
};

/**
 * The OpenAPI 3.1 document of the public face, made of the very schemas that requests are checked by. A client can be written
 * from it alone.
 */
export const openApiDocument = (): JsonSchema => documentOf(PUBLIC_FACE);

/** The same of the face for staff. */
export const adminOpenApiDocument = (): JsonSchema => documentOf(ADMIN_FACE);

const documentOf = ({ title, description, routes, token }: Face): JsonSchema => ({
  openapi: '3.1.0',
  info: {
    title,
    version: '1.0.0',
    description,
    license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
  },
  servers: [{ url: '/', description: 'This server.' }],
  tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
  paths: Object.fromEntries(
    [...Map.groupBy(routes, ({ path }) => path)].map(([path, same]) => [
      path.replaceAll(/:(\w+)/g, '{$1}'),
      Object.fromEntries(same.map((route) => [route.method.toLowerCase(), operation(route)])),
    ]),
  ),
  components: {
    schemas: Object.fromEntries(namedSchemas(schemasOf(routes), toSchema)),
    headers: Object.fromEntries(
      Object.entries(RESPONSE_HEADERS).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
    ),
    securitySchemes: {
      token: {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'JWT',
        description: token,
      },
    },
  },
});

function operation(route: Route): JsonSchema {
  const { operationId, tag, summary, description, scope, body, answers } = route;
  return {
    operationId,
    tags: [tag],
    summary,
    description,
    security: scope === 'public' ? [] : [{ token: [] }],
    ...tokenNeeds(route),
    parameters: [
      ...parameters('path', route.parameters),
      ...parameters('query', route.query),
      ...parameters('header', route.headers ?? null),
    ],
    ...(body === null
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: withReferences(body.schema, toSchema), example: body.example } },
          },
        }),
    responses: Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, response(answer)])),
  };
}

function tokenNeeds({ scope, roles = [] }: Route): JsonSchema {
  if (scope === 'public') return {};
  return scope === 'staff' ? { 'x-token-roles': roles } : { 'x-token-scope': scope };
}

function parameters(place: 'path' | 'query' | 'header', schema: TObject | null): readonly JsonSchema[] {
  const required: readonly string[] = schema?.required ?? [];
  return Object.entries(schema?.properties ?? {}).map(([name, property]) => {
    const { description, ...form } = property as TSchema & { readonly description?: string };
    return { name, in: place, required: required.includes(name), description, schema: form };
  });
}

const response = ({ description, contentType, schema, headers }: Answer): JsonSchema => ({
  description,
  headers: Object.fromEntries(headers.map((name) => [name, { $ref: `#/components/headers/${name}` }])),
  content: { [contentType]: { schema: withReferences(schema, toSchema) } },
});
