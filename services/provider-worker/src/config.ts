import { EXECUTIONS_CONSUMER } from '@margrave/contracts';
import { setting, sharedSettings } from '@margrave/runtime';

/** What can be set of provider-worker. */
export const configurationDeclaration = {
  natsUrl: sharedSettings.natsUrl,
  natsCredentials: sharedSettings.natsCredentials,
  redisUrl: sharedSettings.redisUrl,
  databaseUrl: sharedSettings.databaseUrl,
  metricsPort: sharedSettings.metricsPort,
  logLevel: sharedSettings.logLevel,
  logLevels: sharedSettings.logLevels,
  crashAt: sharedSettings.crashAt,
  testBuild: sharedSettings.testBuild,
  reportBatchMax: setting.integer({
    environment: 'REPORT_BATCH_MAX',
    sentence: 'How many reports of providers are read and booked together at most.',
    unit: 'reports',
    min: 1,
    max: 256,
    default: 256,
  }),
  ackWaitMs: setting.duration({
    environment: 'ACK_WAIT',
    sentence:
      'How long the bus waits with a report that is not acknowledged before it delivers it again, maybe to another instance.',
    minMs: 1_000,
    maxMs: 3_600_000,
    default: EXECUTIONS_CONSUMER.ackWaitMs,
  }),
  silenceSweepEveryMs: setting.duration({
    environment: 'SILENCE_SWEEP_EVERY',
    sentence: 'How often what providers left unanswered is looked for; how long they may be silent is set with the provider.',
    minMs: 100,
    maxMs: 60_000,
    default: 1_000,
  }),
  relayEveryMs: setting.duration({
    environment: 'RELAY_EVERY',
    sentence: 'How often the outbox is looked at for what a crash or an absent bus left there.',
    minMs: 50,
    maxMs: 60_000,
    default: 500,
  }),
  relayOlderThanMs: setting.duration({
    environment: 'RELAY_OLDER_THAN',
    sentence: 'How long a message is left to the service that committed it before the relay takes it.',
    minMs: 0,
    maxMs: 60_000,
    default: 2_000,
  }),
} as const;
