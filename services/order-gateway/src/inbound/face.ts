import { REQUEST_BYTES_MAX } from '@margrave/contracts';
import type { Logger } from '@margrave/runtime';
import type { GatewayConfiguration } from '../config.ts';
import { Gatekeeper } from './access/gatekeeper.ts';
import { remoteKeys, verifyByKeySet } from './access/key-set.ts';
import { verifyBySharedSecret } from './access/shared-secret.ts';
import { TokenCache } from './access/token-cache.ts';
import type { VerifyToken } from './access/token-verifier.ts';
import type { HttpLimits } from './http-server.ts';
import { Allowances } from './limits/allowances.ts';

/** What of the configuration is about the face alone. */
export type FaceConfiguration = Omit<
  GatewayConfiguration,
  | 'httpHost'
  | 'httpPort'
  | 'adminHost'
  | 'adminPort'
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

export const monotonicMs = (): number => performance.now();

/** A gate of its own for a face: the same keys, and allowances that no other face uses up. */
export function createGatekeeper(configuration: FaceConfiguration, log: Logger): Gatekeeper {
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

export const httpLimits = (configuration: FaceConfiguration): HttpLimits => ({
  bodyBytesMax: REQUEST_BYTES_MAX,
  headersTimeoutMs: HEADERS_TIMEOUT_MS,
  requestTimeoutMs: REQUEST_TIMEOUT_MS,
  keepAliveMs: KEEP_ALIVE_MS,
  connectionsMax: configuration.connectionsMax,
  eventLoopDelayMsMax: configuration.eventLoopDelayMsMax,
  trustedProxies: configuration.trustedProxies,
});
