import compress from '@fastify/compress';
import underPressure from '@fastify/under-pressure';
import { HEAD_BYTES_MAX, type JsonSchema, type Route } from '@margrave/contracts';
import type { Logger } from '@margrave/runtime';
import Fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import { randomBytes } from 'node:crypto';
import type { GatewayMetrics } from '../metrics.ts';
import type { Gatekeeper } from './access/gatekeeper.ts';
import type { Handler } from './call.ts';
import { serveDocs } from './docs/docs-pages.ts';
import { answerClientError, answerTheUnknown, operationOf, replyToError, type FailureParts } from './failures.ts';
import type { SharedReads } from './limits/shared-reads.ts';
import type { Reply } from './reply.ts';
import { acceptJsonOnly } from './requests/json-body.ts';
import { begin, send } from './send.ts';
import { serveRoute } from './serve-route.ts';

/** What one connection and one request may cost. */
export interface HttpLimits {
  readonly bodyBytesMax: number;
  /** How long the headers, and then the whole request, may take to arrive. */
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  /** How long a connection may rest between two requests. */
  readonly keepAliveMs: number;
  readonly connectionsMax: number;
  /** Above this mean delay of the event loop, requests are turned away with 503. */
  readonly eventLoopDelayMsMax: number;
  /** Addresses of proxies in front of us, whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
}

/** An address of a contract and its handler. */
export interface ServedAddress {
  readonly route: Route;
  readonly handler: Handler;
}

/** The handlers of a table of routes beside them, in its order. */
export const servedAddresses = <Id extends string>(
  routes: Readonly<Record<Id, Route>>,
  handlers: Readonly<Record<Id, Handler>>,
): readonly ServedAddress[] =>
  Object.entries<Route>(routes).map(([operationId, route]) => ({ route, handler: handlers[operationId as Id] }));

export interface HttpServerParts {
  /** Every address that is served, and what answers it. */
  readonly addresses: readonly ServedAddress[];
  /** The OpenAPI document of these addresses. */
  readonly document: JsonSchema;
  readonly gatekeeper: Gatekeeper;
  readonly sharedReads: SharedReads<Reply>;
  readonly limits: HttpLimits;
  readonly requestTimes: GatewayMetrics['requests'];
  readonly isUnavailable: FailureParts['isUnavailable'];
  readonly log: Logger;
  readonly monotonicMs: () => number;
}

/** An HTTP face: its addresses, and the pages that document them. Not listening yet. */
export async function createHttpServer(parts: HttpServerParts): Promise<FastifyInstance> {
  const { addresses, document, gatekeeper, sharedReads, limits } = parts;
  const app = newApp(limits, parts);
  app.decorateRequest('identity', null);
  app.decorateRequest('arrivedAtMs', 0);
  greetRequests(app, parts.monotonicMs);
  timeRequests(app, parts.requestTimes);
  sayGoodbye(app);
  acceptJsonOnly(app, limits.bodyBytesMax);
  app.setErrorHandler((error: FastifyError, request, reply) => begin(reply, replyToError(error, request, parts)).body);
  answerTheUnknown(
    app,
    gatekeeper,
    addresses.map(({ route }) => route),
  );
  await app.register(underPressure, {
    maxEventLoopDelay: limits.eventLoopDelayMsMax,
    sampleInterval: PRESSURE_SAMPLED_EVERY_MS,
    retryAfter: 1,
  });
  await app.register(compress, {
    threshold: COMPRESSED_BYTES_MIN,
    encodings: ['br', 'gzip', 'deflate'],
    globalDecompression: false,
  });
  await serveDocs(app, document, gatekeeper.admitStranger);
  for (const { route, handler } of addresses) serveRoute(app, route, handler, { gatekeeper, sharedReads });
  return app;
}

/** Long enough that one pause, of a start or of a busy machine, is not taken for overload. */
const PRESSURE_SAMPLED_EVERY_MS = 5_000;
const COMPRESSED_BYTES_MIN = 1_024;
const CONNECTIONS_CHECKED_EVERY_MS = 1_000;

function newApp(limits: HttpLimits, failures: FailureParts): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit: limits.bodyBytesMax,
    trustProxy: limits.trustedProxies.length === 0 ? false : [...limits.trustedProxies],
    keepAliveTimeout: limits.keepAliveMs,
    requestTimeout: limits.requestTimeoutMs,
    // A request that comes while we stop is still answered, with `Connection: close`.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    genReqId: requestIds(),
    requestIdHeader: false,
    http: {
      maxHeaderSize: HEAD_BYTES_MAX,
      headersTimeout: limits.headersTimeoutMs,
      connectionsCheckingInterval: CONNECTIONS_CHECKED_EVERY_MS,
    },
    frameworkErrors: (error, request, reply) => send(reply, replyToError(error, request, failures)),
    clientErrorHandler: answerClientError,
  });
  app.server.maxConnections = limits.connectionsMax;
  return app;
}

/** Unique without asking anyone: a random word for this process, and a count. */
function requestIds(): () => string {
  const process = randomBytes(6).toString('base64url');
  let count = 0;
  return () => `${process}-${(count += 1)}`;
}

/** Answers are private, JSON, and nothing that a browser should interpret, frame or keep. */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

function greetRequests(app: FastifyInstance, monotonicMs: () => number): void {
  app.addHook('onRequest', (request, reply, done) => {
    request.arrivedAtMs = monotonicMs();
    reply.headers(HEADERS);
    reply.header('x-request-id', request.id);
    done();
  });
}

/** Once we stop, each answer is the last one on its connection: the client takes its next request elsewhere. */
function sayGoodbye(app: FastifyInstance): void {
  let isStopping = false;
  app.addHook('preClose', (done) => {
    isStopping = true;
    done();
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (isStopping) reply.header('connection', 'close');
    done(null, payload);
  });
}

const STATUS_CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx'];

function timeRequests(app: FastifyInstance, requestTimes: HttpServerParts['requestTimes']): void {
  // A histogram's children are looked up by their labels each time; here there are few, and each is kept.
  const timers = new Map<string, ReturnType<typeof requestTimes.labels>>();
  app.addHook('onResponse', (request, reply, done) => {
    const status = STATUS_CLASSES[Math.floor(reply.statusCode / 100) - 1] ?? '5xx';
    const route = operationOf(request);
    const key = `${route} ${status}`;
    let timer = timers.get(key);
    if (timer === undefined) timers.set(key, (timer = requestTimes.labels(route, status)));
    timer.observe(reply.elapsedTime / 1_000);
    done();
  });
}
