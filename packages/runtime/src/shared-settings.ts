import { ok, refuse } from '@margrave/vocabulary';
import { CRASH_POINTS } from './crash-point.ts';
import { LOG_LEVELS, type ComponentLevel } from './log-level.ts';
import { isUrlOf, setting } from './setting-kinds.ts';

const COMPONENT_LEVEL = /^([a-z][a-z0-9-]*)=([a-z]+)$/;

/** The settings that more than one service takes. A service's `config.ts` picks what it needs and adds its own. */
export const sharedSettings = {
  natsUrl: setting.list({
    environment: 'NATS_URL',
    sentence: 'The NATS servers, several of one cluster separated by commas; user and password may stand in the URL.',
    allowed: 'URLs that begin with nats:// or tls://, separated by commas',
    secret: true,
    item: (unchecked) => (isUrlOf(unchecked, ['nats', 'tls']) ? ok(unchecked) : refuse<void>(undefined)),
    writeItem: (url) => url,
  }),
  natsCredentials: setting.text({
    environment: 'NATS_CREDENTIALS',
    sentence: 'The file with the NATS credentials of this service: a .creds file, or an nkey seed.',
    allowed: 'the path of a readable file',
    optional: true,
  }),
  redisUrl: setting.url({
    environment: 'REDIS_URL',
    sentence: 'The Redis server, which only caches.',
    schemes: ['redis', 'rediss'],
    secret: true,
  }),
  databaseUrl: setting.url({
    environment: 'DATABASE_URL',
    sentence: 'The PostgreSQL database, which is the truth, with the user of this service.',
    schemes: ['postgres', 'postgresql'],
    secret: true,
  }),
  metricsPort: setting.port({
    environment: 'METRICS_PORT',
    sentence: 'The port of the metrics and of the health answers, which is not the public one.',
    default: 9464,
  }),
  logLevel: setting.choice({
    environment: 'LOG_LEVEL',
    sentence: 'The least important log entries that are written.',
    among: LOG_LEVELS,
    default: 'info',
  }),
  logLevels: setting.list<ComponentLevel>({
    environment: 'LOG_LEVELS',
    sentence: 'Levels of single components that differ from LOG_LEVEL, such as commit=debug,feed=warn.',
    allowed: `component=level pairs separated by commas, each level one of ${LOG_LEVELS.join(', ')}`,
    default: [],
    item: (unchecked) => {
      const [, component, word] = COMPONENT_LEVEL.exec(unchecked) ?? [];
      const level = LOG_LEVELS.find((candidate) => candidate === word);
      return component === undefined || level === undefined ? refuse<void>(undefined) : ok({ component, level });
    },
    writeItem: ({ component, level }) => `${component}=${level}`,
  }),
  crashAt: setting.choice({
    environment: 'CRASH_AT',
    sentence: 'Test builds only: the point at which the process kills itself.',
    among: CRASH_POINTS,
    optional: true,
  }),
  testBuild: setting.choice({
    environment: 'MARGRAVE_TEST_BUILD',
    sentence: 'Whether this is a test build, in which CRASH_AT has an effect.',
    among: ['0', '1'],
    default: '0',
  }),
} as const;
