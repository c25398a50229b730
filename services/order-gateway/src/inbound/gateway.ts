import { REQUEST_BYTES_MAX } from '@margrave/contracts';
import type { Account, Dealing, Market } from '@margrave/domain';
import type { Health, Logger } from '@margrave/runtime';
import type { SymbolName } from '@margrave/vocabulary';
import type { FastifyInstance } from 'fastify';
import type { Records, ViewAccount } from '../app/records.ts';
import { createSubmitCommand, type SubmitNeeds } from '../app/submit-command.ts';
import type { GatewayConfiguration } from '../config.ts';
import type { GatewayMetrics } from '../metrics.ts';
import { Gatekeeper } from './access/gatekeeper.ts';
import { remoteKeys, verifyByKeySet } from './access/key-set.ts';
import { verifyBySharedSecret } from './access/shared-secret.ts';
import { TokenCache } from './access/token-cache.ts';
import type { VerifyToken } from './access/token-verifier.ts';
import { createCommandReports } from './commands/command-reports.ts';
import { createHandlers } from './handlers.ts';
import { createHttpServer, type HttpLimits } from './http-server.ts';
import { Allowances } from './limits/allowances.ts';
import { SharedReads } from './limits/shared-reads.ts';
import type { Reply } from './reply.ts';

/** What the face needs of the world behind it. */
export interface GatewayNeeds extends SubmitNeeds {
  readonly view: ViewAccount;
  readonly records: Records;
  readonly market: () => Market;
  readonly dealing: (account: Account) => Dealing;
  readonly symbols: () => readonly SymbolName[];
  /** Whether a failed read says that something is away for now, rather than that we have a bug. */
  readonly isUnavailable: (error: unknown) => boolean;
}

export interface GatewayParts {
  readonly configuration: FaceConfiguration;
  readonly needs: GatewayNeeds;
  readonly metrics: Pick<GatewayMetrics, 'orderStage' | 'orders' | 'denials' | 'requests'>;
  readonly health: Health;
  readonly component: (name: string) => Logger;
}

/** What of the configuration is about the face alone. */
export type FaceConfiguration = Omit<
  GatewayConfiguration,
  | 'httpHost'
  | 'httpPort'
  | 'metricsPort'
  | 'natsUrl'
  | 'natsCredentials'
  | 'redisUrl'
  | 'databaseUrl'
  | 'databaseConnections'
  | 'logLevel'
  | 'logLevels'
  | 'crashAt'
  | 'testBuild'
>;

const TOKENS_MAX = 10_000;
const KEYS_MAX = 100_000;
const HEADERS_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 65_000;

const monotonicMs = (): number => performance.now();

/** The public face over its needs, with the gate, the limits and the addresses in their places; not listening yet. */
export function createGateway({ configuration, needs, metrics, health, component }: GatewayParts): Promise<FastifyInstance> {
  const sharedReads = new SharedReads<Reply>();
  const handlers = createHandlers({
    ...needs,
    submit: createSubmitCommand(needs, configuration.commandDeadlineMs),
    report: createCommandReports(metrics, component('orders')),
    onChanged: (accountId) => sharedReads.startAnew(accountId),
    health,
    monotonicMs,
  });
  return createHttpServer({
    handlers,
    gatekeeper: createGatekeeper(configuration, component('access')),
    sharedReads,
    limits: httpLimits(configuration),
    requestTimes: metrics.requests,
    isUnavailable: needs.isUnavailable,
    log: component('http'),
    monotonicMs,
  });
}

function createGatekeeper(configuration: FaceConfiguration, log: Logger): Gatekeeper {
  const { jwtLeewayMs: leewayMs } = configuration;
  const allowances = (perSecond: number, burst: number) => new Allowances({ perSecond, burst }, KEYS_MAX, monotonicMs);
  return new Gatekeeper({
    tokens: new TokenCache({ verify: tokenVerifier(configuration), nowMs: Date.now, leewayMs, tokensMax: TOKENS_MAX }),
    commands: allowances(configuration.accountCommandsPerSecond, configuration.accountCommandsBurst),
    reads: allowances(configuration.accountReadsPerSecond, configuration.accountReadsBurst),
    strangers: allowances(configuration.strangerRequestsPerSecond, configuration.strangerRequestsBurst),
    log,
  });
}

/** The kind of key that is configured fixes the algorithms; a token has no say in it. */
function tokenVerifier(configuration: FaceConfiguration): VerifyToken {
  const { jwtSecret, jwtKeysUrl, jwtIssuer: issuer, jwtAudience: audience, jwtLeewayMs: leewayMs } = configuration;
  const terms = { issuer, audience, leewayMs };
  if (jwtSecret !== undefined) return verifyBySharedSecret(jwtSecret, terms);
  if (jwtKeysUrl !== undefined) return verifyByKeySet(remoteKeys(jwtKeysUrl), terms);
  throw new Error('the configuration names a secret or the keys of an issuer');
}

const httpLimits = (configuration: FaceConfiguration): HttpLimits => ({
  bodyBytesMax: REQUEST_BYTES_MAX,
  headersTimeoutMs: HEADERS_TIMEOUT_MS,
  requestTimeoutMs: REQUEST_TIMEOUT_MS,
  keepAliveMs: KEEP_ALIVE_MS,
  connectionsMax: configuration.connectionsMax,
  eventLoopDelayMsMax: configuration.eventLoopDelayMsMax,
  trustedProxies: configuration.trustedProxies,
});
