import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { JsonSchema } from '@margrave/contracts';
import type { FastifyInstance } from 'fastify';
import type { RequestHook } from '../access/gatekeeper.ts';

/** What the page may load: its own files, and nothing from elsewhere. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** `/docs`: a page to read and try the HTTP face; `/docs/json`: its OpenAPI document. Open to all, like the problem pages. */
export async function serveDocs(app: FastifyInstance, document: JsonSchema, admit: RequestHook): Promise<void> {
  await app.register(swagger, { mode: 'static', specification: { document: document as never } });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: CONTENT_SECURITY_POLICY,
    uiHooks: { onRequest: admit },
    uiConfig: { deepLinking: true, displayOperationId: true, validatorUrl: null },
  });
}
