import { setting, sharedSettings, type Configuration, type ConfigurationRule } from '@margrave/runtime';
import { ok, refuse } from '@margrave/vocabulary';

const MINUTE_MS = 60_000;
const REQUESTS_MAX = 1_000_000;
const WELL_FORMED_ADDRESS = /^[0-9A-Fa-f.:]+(\/\d{1,3})?$/;

const rate = (environment: string, unit: string, sentence: string, fallback: number) =>
  setting.integer({ environment, unit, sentence, min: 1, max: REQUESTS_MAX, default: fallback });

/** What a gateway may be told, from the environment. */
export const configurationDeclaration = {
  httpHost: setting.text({
    environment: 'HTTP_HOST',
    sentence: 'The address that the public face listens on.',
    pattern: WELL_FORMED_ADDRESS,
    allowed: 'an IP address of this machine',
    default: '0.0.0.0',
  }),
  httpPort: setting.port({ environment: 'HTTP_PORT', sentence: 'The port of the public face.', default: 8080 }),
  adminHost: setting.text({
    environment: 'ADMIN_HOST',
    sentence: 'The address that the face for staff listens on: never one that clients reach.',
    pattern: WELL_FORMED_ADDRESS,
    allowed: 'an IP address of this machine',
    default: '127.0.0.1',
  }),
  adminPort: setting.port({ environment: 'ADMIN_PORT', sentence: 'The port of the face for staff.', default: 8081 }),
  metricsPort: sharedSettings.metricsPort,
  natsUrl: sharedSettings.natsUrl,
  natsCredentials: sharedSettings.natsCredentials,
  redisUrl: sharedSettings.redisUrl,
  databaseUrl: sharedSettings.databaseUrl,
  databaseConnections: setting.integer({
    environment: 'DATABASE_CONNECTIONS',
    sentence: 'How many sessions with the database are held at most.',
    unit: 'sessions',
    min: 2,
    max: 100,
    default: 8,
  }),
  jwtSecret: setting.secret({
    environment: 'JWT_SECRET',
    sentence: 'The secret that tokens are signed with (HS256); either this or JWT_JWKS_URL.',
    charactersMin: 32,
    optional: true,
  }),
  jwtKeysUrl: setting.url({
    environment: 'JWT_JWKS_URL',
    sentence: "The issuer's public keys (RS256, PS256, ES256 or EdDSA); either this or JWT_SECRET.",
    schemes: ['https', 'http'],
    optional: true,
  }),
  jwtIssuer: setting.text({
    environment: 'JWT_ISSUER',
    sentence: 'Who issues tokens: the `iss` that they must have.',
    default: 'margrave',
  }),
  jwtAudience: setting.text({
    environment: 'JWT_AUDIENCE',
    sentence: 'Whom tokens are for: the `aud` that they must have.',
    default: 'margrave-api',
  }),
  jwtLeewayMs: setting.duration({
    environment: 'JWT_LEEWAY',
    sentence: "How far the issuer's clock and ours may be apart.",
    minMs: 0,
    maxMs: MINUTE_MS,
    default: 30_000,
  }),
  commandDeadlineMs: setting.duration({
    environment: 'COMMAND_DEADLINE',
    sentence: 'How long a command waits to be decided before it is given up as ACCOUNT_BUSY.',
    minMs: 100,
    maxMs: MINUTE_MS,
    default: 3_000,
  }),
  accountCommandsPerSecond: rate(
    'ACCOUNT_COMMANDS_PER_SECOND',
    'commands',
    'How many commands an account may send in the long run.',
    200,
  ),
  accountCommandsBurst: rate('ACCOUNT_COMMANDS_BURST', 'commands', 'How many commands an account may send at once.', 1_000),
  accountReadsPerSecond: rate(
    'ACCOUNT_READS_PER_SECOND',
    'requests',
    'How many reads of an account may come in the long run.',
    200,
  ),
  accountReadsBurst: rate('ACCOUNT_READS_BURST', 'requests', 'How many reads of an account may come at once.', 1_000),
  strangerRequestsPerSecond: rate(
    'STRANGER_REQUESTS_PER_SECOND',
    'requests',
    'How many requests without a valid token may come from one address in the long run.',
    50,
  ),
  strangerRequestsBurst: rate(
    'STRANGER_REQUESTS_BURST',
    'requests',
    'How many requests without a valid token may come from one address at once.',
    500,
  ),
  trustedProxies: setting.list({
    environment: 'TRUSTED_PROXIES',
    sentence: 'The proxies in front of us whose X-Forwarded-For is believed; none: the peer of the connection is the client.',
    allowed: 'IP addresses or networks such as 10.0.0.0/8, separated by commas',
    default: [],
    item: (unchecked) => (WELL_FORMED_ADDRESS.test(unchecked) ? ok(unchecked) : refuse<void>(undefined)),
    writeItem: (address) => address,
  }),
  connectionsMax: setting.integer({
    environment: 'HTTP_CONNECTIONS_MAX',
    sentence: 'How many connections may be open at once; further ones are closed at once.',
    unit: 'connections',
    min: 1,
    max: 1_000_000,
    default: 12_000,
  }),
  eventLoopDelayMsMax: setting.duration({
    environment: 'EVENT_LOOP_DELAY_MAX',
    sentence: 'Above this mean delay of the event loop requests are turned away with 503.',
    minMs: 10,
    maxMs: MINUTE_MS,
    default: 1_000,
  }),
  logLevel: sharedSettings.logLevel,
  logLevels: sharedSettings.logLevels,
  crashAt: sharedSettings.crashAt,
  testBuild: sharedSettings.testBuild,
} as const;

export type GatewayConfiguration = Configuration<typeof configurationDeclaration>;

/** What keys tokens are verified with is one thing or the other: with both, a token could choose. */
export const configurationRules: readonly ConfigurationRule<typeof configurationDeclaration>[] = [
  ({ jwtSecret, jwtKeysUrl }) =>
    (jwtSecret === undefined) === (jwtKeysUrl === undefined)
      ? {
          environment: 'JWT_SECRET',
          allowed: jwtSecret === undefined ? 'set, or JWT_JWKS_URL instead' : 'unset where JWT_JWKS_URL is set',
        }
      : undefined,
];
