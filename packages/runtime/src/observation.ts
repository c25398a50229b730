import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { asError } from './bug.ts';
import type { Health, HealthReport } from './health.ts';
import type { Logger } from './logging.ts';

export interface ObservationOptions {
  /** 0 for any free port. */
  readonly port: number;
  /** The address to listen on; all of them by default, since who reads metrics is another machine. */
  readonly host?: string;
  readonly registry: Registry;
  readonly health: Health;
  readonly log: Logger;
}

export interface Observation {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

const REQUEST_TIMEOUT_MS = 5_000;
const CONNECTIONS_MAX = 64;

/**
 * Listens for those who watch the service, on a port of its own: `GET /metrics`, `/health/live`, `/health/ready`.
 * Health is answered with 200 or 503 and the outcome of every check.
 */
export async function listenForObservation(options: ObservationOptions): Promise<Observation> {
  const { port, host, log } = options;
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    answer(request, options)
      .catch((error: unknown): Answer => {
        log.error({ err: asError(error), path: request.url }, 'An observation could not be answered');
        return { status: 500, contentType: 'text/plain', body: 'failed\n' };
      })
      .then((answered) => send(response, answered))
      .catch((error: unknown) => log.debug({ err: asError(error) }, 'An observer went away'));
  });
  server.maxConnections = CONNECTIONS_MAX;
  await listen(server, port, host);
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

const listen = (server: Server, port: number, host: string | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });

async function answer(request: IncomingMessage, { registry, health }: ObservationOptions): Promise<Answer> {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return { status: 405, contentType: 'text/plain', body: 'GET only\n' };
  switch (request.url) {
    case '/metrics':
      return { status: 200, contentType: registry.contentType, body: await registry.metrics() };
    case '/health/live':
      return answerHealth(await health.liveness());
    case '/health/ready':
      return answerHealth(await health.readiness());
    default:
      return { status: 404, contentType: 'text/plain', body: 'not found\n' };
  }
}

const answerHealth = (report: HealthReport): Answer => ({
  status: report.ok ? 200 : 503,
  contentType: 'application/json',
  body: `${JSON.stringify(report)}\n`,
});

function send(response: ServerResponse, { status, contentType, body }: Answer): void {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}
