import { parseStrictJson, REQUEST_DEPTH_MAX, type JsonLimits } from '@margrave/contracts';
import { ok } from '@margrave/vocabulary';
import type { FastifyInstance } from 'fastify';

/** How the body of a request was read: the value, or why it is none. */
export type ReadBody = ReturnType<typeof parseStrictJson>;

const NOTHING: ReadBody = ok(undefined);

/** Bodies are JSON and nothing else; what is no good JSON reaches the route as a refusal, not as an exception. */
export function acceptJsonOnly(app: FastifyInstance, bytesMax: number): void {
  const limits: JsonLimits = { bytesMax, depthMax: REQUEST_DEPTH_MAX };
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer', bodyLimit: bytesMax }, (_request, bytes, done) =>
    done(null, bytes.length === 0 ? NOTHING : parseStrictJson(bytes as Buffer, limits)),
  );
}
