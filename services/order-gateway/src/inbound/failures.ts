import type { ProblemCode, Route } from '@margrave/contracts';
import { asError, type Logger } from '@margrave/runtime';
import type { ConnectionError, FastifyError, FastifyInstance, FastifyRequest } from 'fastify';
import type { Socket } from 'node:net';
import { isCommand, type Gatekeeper } from './access/gatekeeper.ts';
import { problemBody, problemReply } from './problem.ts';
import { PROBLEM_TYPE, type Reply } from './reply.ts';
import { send } from './send.ts';

/** What the framework refuses by itself, by its codes. */
const FRAMEWORK_PROBLEMS: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'PAYLOAD_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'MALFORMED',
  FST_ERR_BAD_URL: 'MALFORMED',
  FST_ERR_MAX_PARAM_LENGTH: 'NOT_FOUND',
  FST_UNDER_PRESSURE: 'DEPENDENCY_UNAVAILABLE',
};

export interface FailureParts {
  /** Whether an error says that something is away for now, rather than that we have a bug. */
  readonly isUnavailable: (error: unknown) => boolean;
  readonly log: Logger;
}

/**
 * Refusals of the framework as problems. Of a failed read it is said whether it is worth trying again; anything else that was
 * thrown is a fault of ours: logged whole, told in one sentence.
 */
export function replyToError(error: FastifyError, request: FastifyRequest, { isUnavailable, log }: FailureParts): Reply {
  const code = FRAMEWORK_PROBLEMS[error.code];
  if (code !== undefined) return problemReply(code, isCommand(request));
  const entry = { err: asError(error), requestId: request.id, operationId: operationOf(request) };
  const away = !isCommand(request) && isUnavailable(error);
  if (away) log.warn(entry, 'A request could not be answered now');
  else log.error(entry, 'A request failed');
  return problemReply(away ? 'DEPENDENCY_UNAVAILABLE' : 'INTERNAL', isCommand(request), { correlationId: request.id });
}

export const operationOf = (request: FastifyRequest): string => request.routeOptions.config.operationId ?? 'none';

/** Answers what no route takes: another method of an address that exists (405), or nothing at all (404). */
export function answerTheUnknown(app: FastifyInstance, gatekeeper: Gatekeeper, routes: readonly Route[]): void {
  const addresses = routes.map(({ path, method }) => ({
    pattern: new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}$`),
    methods: method === 'GET' ? ['GET', 'HEAD'] : [method],
  }));
  app.setNotFoundHandler({ preValidation: gatekeeper.admitStranger }, (request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const allowed = addresses.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods);
    if (allowed.length === 0) return send(reply, problemReply('NOT_FOUND', isCommand(request)));
    return send(reply, {
      ...problemReply('METHOD_NOT_ALLOWED', isCommand(request)),
      headers: { allow: [...new Set(allowed)].join(', ') },
    });
  });
}

/** How long one who is still sending may take to notice the answer. */
const LINGER_MS = 1_000;

/** Errors of the connection come before there is a request: the answer is written by hand, and the connection is closed. */
export function answerClientError(error: ConnectionError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const body = problemBody(connectionProblem(error), false);
  const text = JSON.stringify(body);
  // What still comes is read and dropped: a connection closed on unread bytes is reset, and the answer lost with it.
  socket.resume();
  socket.setTimeout(LINGER_MS, () => socket.destroy());
  socket.end(
    [
      `HTTP/1.1 ${body.status} ${body.title}`,
      `content-type: ${PROBLEM_TYPE}`,
      `content-length: ${Buffer.byteLength(text)}`,
      'connection: close',
      '',
      text,
    ].join('\r\n'),
  );
}

const LONG_TOKEN = /^authorization:.{8192}/im;

function connectionProblem({ code, rawPacket }: ConnectionError): ProblemCode {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'REQUEST_TIMEOUT';
  if (code !== 'HPE_HEADER_OVERFLOW') return 'MALFORMED';
  // Where it is the token that is too long, it is none of ours.
  const isToken = Buffer.isBuffer(rawPacket) && LONG_TOKEN.test(rawPacket.toString('latin1'));
  return isToken ? 'UNAUTHENTICATED' : 'PAYLOAD_TOO_LARGE';
}
