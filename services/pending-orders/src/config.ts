import { setting, sharedSettings } from '@margrave/runtime';

/** What can be set of pending-orders. */
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
  triggerBatchMax: setting.integer({
    environment: 'TRIGGER_BATCH_MAX',
    sentence: 'How many triggers one commit holds at most; twice as many are in flight.',
    unit: 'triggers',
    min: 1,
    max: 250,
    default: 250,
  }),
  shards: setting.integer({
    environment: 'TRIGGER_SHARDS',
    sentence:
      'Into how many parts the symbols are divided; an instance works on those parts that no other does. The same for all instances: where they differ, they do the same work twice.',
    unit: 'parts',
    min: 1,
    max: 64,
    default: 8,
  }),
  sweepEveryMs: setting.duration({
    environment: 'TRIGGER_SWEEP_EVERY',
    sentence: 'How often what is armed is compared with what is stored.',
    minMs: 100,
    maxMs: 3_600_000,
    default: 30_000,
  }),
} as const;
