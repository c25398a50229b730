import type { Route } from '@margrave/contracts';
import {
  readConfiguration,
  createHealth,
  createLogging,
  createMetricRegistry,
  createMetrics,
  type Logger,
} from '@margrave/runtime';
import type { AccountId, StaffRole } from '@margrave/vocabulary';
import { createSigner } from 'fast-jwt';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import assert from 'node:assert/strict';
import { configurationDeclaration, configurationRules } from '../config.ts';
import { createAdminGateway } from '../inbound/admin/admin-gateway.ts';
import { createGateway } from '../inbound/gateway.ts';
import { metricDeclarations } from '../metrics.ts';
import { LOCAL, MISSING, NETTING, PROVIDED } from './demo-market.ts';
import { FakeBroker } from './fake-broker.ts';
import { FakeDesk } from './fake-desk.ts';

export const SECRET = 'a secret of at least thirty-two characters';

/** What a token says, by default one that may do all with the accounts of the tests, and with one that is not there. */
export const claims = (change: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  iss: 'margrave',
  aud: 'margrave-api',
  sub: 'user-17',
  accounts: [LOCAL, PROVIDED, NETTING, MISSING],
  scope: 'trade read',
  exp: Math.floor(Date.now() / 1_000) + 600,
  ...change,
});

/** What a token of staff says: no accounts, no scope. */
export const staffClaims = (...roles: readonly StaffRole[]): Record<string, unknown> =>
  claims({ sub: `${roles[0]}-3`, accounts: undefined, scope: undefined, roles });

export const tokenOf = (payload: Record<string, unknown>, secret = SECRET): string =>
  createSigner({ key: secret, algorithm: 'HS256', noTimestamp: true })(payload);

export interface TestGateway {
  readonly app: FastifyInstance;
  /** The face for staff, over the same accounts. */
  readonly admin: FastifyInstance;
  readonly desk: FakeDesk;
  readonly broker: FakeBroker;
  readonly logLines: readonly Readonly<Record<string, unknown>>[];
  readonly metricsText: () => Promise<string>;
  /** Forgets all that happened. */
  readonly reset: () => void;
  readonly setReady: (isReady: boolean) => void;
  /** With a good token unless the headers say otherwise. */
  readonly request: (options: InjectOptions & { readonly url: string }) => Promise<LightMyRequestResponse>;
  readonly post: (path: string, body: unknown, headers?: Readonly<Record<string, string>>) => Promise<LightMyRequestResponse>;
  readonly send: (
    method: Route['method'],
    path: string,
    body: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<LightMyRequestResponse>;
  readonly place: (change?: Readonly<Record<string, unknown>>, accountId?: AccountId) => Promise<LightMyRequestResponse>;
}

/** The whole face over a broker in memory; environment variables as an operator would set them. */
export async function startTestGateway(environment: Readonly<Record<string, string>> = {}): Promise<TestGateway> {
  const read = readConfiguration(
    configurationDeclaration,
    {
      JWT_SECRET: SECRET,
      NATS_URL: 'nats://127.0.0.1:1',
      REDIS_URL: 'redis://127.0.0.1:1',
      DATABASE_URL: 'postgres://127.0.0.1:1/none',
      ...environment,
    },
    configurationRules,
  );
  assert(read.ok, JSON.stringify(read));
  const broker = new FakeBroker();
  const logLines: Readonly<Record<string, unknown>>[] = [];
  const logging = createLogging({
    service: 'order-gateway',
    level: 'debug',
    levels: [],
    destination: { write: (line: string) => void logLines.push(JSON.parse(line) as Record<string, unknown>) },
  });
  const registry = createMetricRegistry();
  const health = createHealth({ redact: logging.redact });
  const parts = {
    configuration: read.value,
    metrics: createMetrics(metricDeclarations, registry),
    health,
    component: (name: string): Logger => logging.component(name),
  };
  const app = await createGateway({ ...parts, needs: broker });
  const desk = new FakeDesk(broker);
  const admin = await createAdminGateway({ ...parts, needs: desk });
  app.addHook('onClose', () => admin.close());
  const token = tokenOf(claims());
  const request: TestGateway['request'] = ({ headers, ...options }) =>
    app.inject({ ...options, headers: { authorization: `Bearer ${token}`, ...headers } });
  const sendTo: TestGateway['send'] = (method, path, body, headers = {}) =>
    request({
      method,
      url: path,
      headers: { 'content-type': 'application/json', ...headers },
      payload: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
    });
  const post: TestGateway['post'] = (path, body, headers) => sendTo('POST', path, body, headers);
  return {
    app,
    admin,
    broker,
    desk,
    logLines,
    request,
    post,
    send: sendTo,
    place: (change = {}, accountId = LOCAL) => post(`/v1/accounts/${accountId}/orders`, order(change)),
    reset: () => {
      broker.reset();
      desk.reset();
      registry.resetMetrics();
      logLines.length = 0;
    },
    metricsText: () => registry.metrics(),
    setReady: (isReady) => health.setPhase(isReady ? 'serving' : 'stopping'),
  };
}

/** The order of WIRE.md; `undefined` takes a field away. */
export const order = (change: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  clientOrderId: 'my-1',
  symbol: 'EURUSD',
  side: 'buy',
  type: 'market',
  volume: '0.10',
  ...change,
});

/** What was logged is written after the answer. */
export const afterAnswer = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
