import {
  namedSchemas,
  RESPONSE_HEADERS,
  ROUTES,
  withReferences,
  type Answer,
  type JsonSchema,
  type Route,
} from '@margrave/contracts';
import type { TObject, TSchema } from 'typebox';
import { DESCRIPTION } from './description.ts';

const toSchema = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });

const ALL_ROUTES: readonly Route[] = Object.values(ROUTES);

const SCHEMAS: readonly TSchema[] = ALL_ROUTES.flatMap(({ body, answers }) => [
  ...(body === null ? [] : [body.schema]),
  ...Object.values(answers).map(({ schema }) => schema),
]);

/**
 * The OpenAPI 3.1 document of the HTTP face, made of the very schemas that requests are checked by. A client can be written
 * from it alone.
 */
export const openApiDocument = (): JsonSchema => ({
  openapi: '3.1.0',
  info: {
    title: 'Margrave',
    version: '1.0.0',
    description: DESCRIPTION,
    license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
  },
  servers: [{ url: '/', description: 'This server.' }],
  tags: [...new Set(ALL_ROUTES.map(({ tag }) => tag))].map((name) => ({ name })),
  paths: Object.fromEntries(
    [...Map.groupBy(ALL_ROUTES, ({ path }) => path)].map(([path, routes]) => [
      path.replaceAll(/:(\w+)/g, '{$1}'),
      Object.fromEntries(routes.map((route) => [route.method.toLowerCase(), operation(route)])),
    ]),
  ),
  components: {
    schemas: Object.fromEntries(namedSchemas(SCHEMAS, toSchema)),
    headers: Object.fromEntries(
      Object.entries(RESPONSE_HEADERS).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
    ),
    securitySchemes: {
      token: {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'JWT',
        description:
          'A JSON web token with `iss`, `aud`, `sub`, `exp`, the `accounts` it is for (ids) and its `scope`: `read`, `trade`, or both, separated by a space.',
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
    ...(scope === 'public' ? {} : { 'x-token-scope': scope }),
    parameters: [...parameters('path', route.parameters), ...parameters('query', route.query)],
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

function parameters(place: 'path' | 'query', schema: TObject | null): readonly JsonSchema[] {
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
