export { FaultProxy, type FaultMode, type FaultProxyTarget } from './fault-proxy.ts';
export { freePort, isFree } from './servers/ports.ts';
export { IMAGES } from './servers/docker-engine.ts';
export { loginUrl, type ServerLogins } from './servers/logins.ts';
export { busAnswers } from './servers/bus-answers.ts';
export { whyNoSmallDisk, type SmallDisk } from './servers/small-disk.ts';
export { redisCommands } from './servers/probes.ts';
export { redisInfo } from './servers/redis-info.ts';
export { removeOwnAndDeadRuns, startServers, type ServersRequest } from './servers/servers.ts';
export { findPrometheus, type PrometheusBinary } from './servers/local-binaries.ts';
export { getPrometheus, startPrometheus, type PrometheusRequest, type RunningPrometheus } from './servers/prometheus.ts';
export { onStopSignal } from './servers/stop-signals.ts';
export { prepareTestServers, type TestServersRequest } from './servers/prepare-test-servers.ts';
export { testServers, type TestServers } from './servers/test-servers.ts';
export {
  ServersUnavailable,
  type Log,
  type RunningServer,
  type ServerName,
  type Servers,
  type ServerSource,
} from './servers/types.ts';
export {
  createPriceGenerator,
  createSeededRandom,
  SEED_SYMBOLS,
  startRealtimeDatabase,
  type Clock,
  type FeedFaults,
  type FeedLayout,
  type FeedWrite,
  type GeneratorOptions,
  type Json,
  type JsonObject,
  type PriceGenerator,
  type RealtimeDatabase,
  type RealtimeDatabaseOptions,
  type SeededRandom,
  type SeedSymbol,
} from './realtime-database/index.ts';
