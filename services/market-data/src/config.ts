import { readFeedFields } from '@margrave/feed-firebase';
import { setting, sharedSettings, type Configuration, type ConfigurationRule } from '@margrave/runtime';

/** What can be set of market-data. */
export const configurationDeclaration = {
  natsUrl: sharedSettings.natsUrl,
  natsCredentials: sharedSettings.natsCredentials,
  redisUrl: sharedSettings.redisUrl,
  databaseUrl: sharedSettings.databaseUrl,
  metricsPort: sharedSettings.metricsPort,
  logLevel: sharedSettings.logLevel,
  logLevels: sharedSettings.logLevels,
  firebaseDatabaseUrl: setting.url({
    environment: 'FIREBASE_DATABASE_URL',
    sentence: 'The Firebase Realtime Database that holds the feed.',
    schemes: ['https', 'http'],
    optional: true,
  }),
  firebaseEmulatorHost: setting.text({
    environment: 'FIREBASE_DATABASE_EMULATOR_HOST',
    sentence: 'A database that stands for the real one and needs no credentials.',
    allowed: 'a host and a port such as 127.0.0.1:9000',
    pattern: /^[A-Za-z0-9.[\]:-]+:\d{1,5}$/,
    optional: true,
  }),
  googleCredentials: setting.text({
    environment: 'GOOGLE_APPLICATION_CREDENTIALS',
    sentence:
      'The key file of the service account that may read the feed; without it the credentials that Google gives the machine are used.',
    allowed: 'the path of a readable file',
    optional: true,
  }),
  feedPath: setting.text({
    environment: 'FEED_PATH',
    sentence: 'The node of the database whose children are the symbols.',
    allowed: 'keys separated by slashes',
    pattern: /^[^.#$[\]\s]+$/,
    default: 'datafeeds',
  }),
  feedFields: setting.text({
    environment: 'FEED_FIELDS',
    sentence: "The children of a symbol's node that hold the bid and the ask; which is which is never guessed.",
    allowed: 'JSON that names both, such as {"bid":"o","ask":"b"}',
    default: '{"bid":"o","ask":"b"}',
  }),
  feedTimeField: setting.text({
    environment: 'FEED_TIME_FIELD',
    sentence: "The child of a symbol's node that holds the time of its prices in epoch milliseconds, where the feed has one.",
    allowed: 'a key',
    pattern: /^[^.#$[\]/\s]+$/,
    optional: true,
  }),
  feedSilenceMaxMs: setting.duration({
    environment: 'FEED_SILENCE_MAX',
    sentence: 'How long a connected feed may say nothing about any symbol, while a session is open, before it is connected anew.',
    minMs: 1_000,
    maxMs: 3_600_000,
    default: 15_000,
  }),
  quoteRepeatAfterMs: setting.duration({
    environment: 'QUOTE_REPEAT_AFTER',
    sentence: 'A quote of which nothing new came for this long is told again with its present age, for those who missed it.',
    minMs: 250,
    maxMs: 60_000,
    default: 2_000,
  }),
  cacheDeadlineMs: setting.duration({
    environment: 'CACHE_DEADLINE',
    sentence: 'How long one call to Redis may take.',
    minMs: 10,
    maxMs: 10_000,
    default: 250,
  }),
} as const;

export type MarketDataConfiguration = Configuration<typeof configurationDeclaration>;

type Rule = ConfigurationRule<typeof configurationDeclaration>;

const databaseIsNamed: Rule = ({ firebaseDatabaseUrl, firebaseEmulatorHost }) =>
  firebaseDatabaseUrl === undefined && firebaseEmulatorHost === undefined
    ? { environment: 'FIREBASE_DATABASE_URL', allowed: 'a URL, unless FIREBASE_DATABASE_EMULATOR_HOST is set' }
    : undefined;

const fieldsAreNamed: Rule = ({ feedFields }) =>
  readFeedFields(feedFields).ok
    ? undefined
    : {
        environment: 'FEED_FIELDS',
        value: feedFields,
        allowed: 'JSON that names a different child for each side, such as {"bid":"o","ask":"b"}',
      };

export const configurationRules: readonly Rule[] = [databaseIsNamed, fieldsAreNamed];
