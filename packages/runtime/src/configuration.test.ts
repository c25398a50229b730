import { configurationRows, describeFaults, readConfiguration, secretValues } from './configuration.ts';
import { setting } from './setting-kinds.ts';
import { sharedSettings } from './shared-settings.ts';

const declaration = {
  httpPort: setting.port({ environment: 'HTTP_PORT', sentence: 'Where clients connect.', default: 8080 }),
  batchSizeMax: setting.integer({
    environment: 'BATCH_SIZE_MAX',
    sentence: 'How many orders one commit takes.',
    unit: 'orders',
    min: 1,
    max: 256,
  }),
  silenceMs: setting.duration({
    environment: 'PROVIDER_SILENCE',
    sentence: 'After which silence an order is unknown.',
    minMs: 100,
    maxMs: 60_000,
    default: 5_000,
  }),
  feed: setting.choice({ environment: 'FEED', sentence: 'Where prices come from.', among: ['live', 'still'], optional: true }),
  jwtSecret: setting.secret({ environment: 'JWT_SECRET', sentence: 'Signs tokens.', charactersMin: 16 }),
  natsUrl: sharedSettings.natsUrl,
  logLevels: sharedSettings.logLevels,
};

const complete = {
  BATCH_SIZE_MAX: '64',
  JWT_SECRET: 'a secret of length',
  NATS_URL: 'nats://u:pass@a:1, nats://b:2',
  LOG_LEVELS: 'commit=debug,feed=warn',
};

describe('readConfiguration', () => {
  it('reads every kind, takes defaults, and freezes what it read', () => {
    const read = readConfiguration(declaration, complete);
    expect(read).toEqual({
      ok: true,
      value: {
        httpPort: 8080,
        batchSizeMax: 64,
        silenceMs: 5_000,
        feed: undefined,
        jwtSecret: 'a secret of length',
        natsUrl: ['nats://u:pass@a:1', 'nats://b:2'],
        logLevels: [
          { component: 'commit', level: 'debug' },
          { component: 'feed', level: 'warn' },
        ],
      },
    });
    expect(read.ok && Object.isFrozen(read.value)).toBe(true);
  });

  it('reports all faults together, with the value and what is allowed', () => {
    const read = readConfiguration(declaration, {
      HTTP_PORT: '70000',
      PROVIDER_SILENCE: '5',
      FEED: 'Live',
      LOG_LEVELS: 'commit=loud',
    });
    expect(read.ok ? [] : read.refusal.map((fault) => [fault.environment, fault.value])).toEqual([
      ['HTTP_PORT', '70000'],
      ['BATCH_SIZE_MAX', undefined],
      ['PROVIDER_SILENCE', '5'],
      ['FEED', 'Live'],
      ['JWT_SECRET', undefined],
      ['NATS_URL', undefined],
      ['LOG_LEVELS', 'commit=loud'],
    ]);
    expect(read.ok ? '' : describeFaults(read.refusal)).toContain(
      'BATCH_SIZE_MAX must be set to a whole number of orders from 1 to 256\n' +
        'PROVIDER_SILENCE is "5"; it must be a duration such as 250ms, 10s, 5m or 1h, from 100ms to 1m',
    );
  });

  it('never shows the value of a secret, nor of a URL that may carry a password', () => {
    const read = readConfiguration(declaration, { ...complete, JWT_SECRET: 'tooshort', NATS_URL: 'http://u:hidden@a:1' });
    const text = read.ok ? '' : describeFaults(read.refusal);
    expect(text).toContain('JWT_SECRET must be set to at least 16 characters (what is set is not shown)');
    expect(text).not.toMatch(/tooshort|hidden/);
  });

  it.each(['1e2', ' 64', '64.0', '0x40', '257', '0', '-1', '９'])('refuses %j as a whole number from 1 to 256', (text) => {
    expect(readConfiguration(declaration, { ...complete, BATCH_SIZE_MAX: text }).ok).toBe(false);
  });

  it('treats the empty text as not set, so that a default or a fault applies', () => {
    expect(readConfiguration(declaration, { ...complete, HTTP_PORT: '' })).toMatchObject({ ok: true, value: { httpPort: 8080 } });
    expect(readConfiguration(declaration, { ...complete, JWT_SECRET: '' }).ok).toBe(false);
  });

  it('holds rules between settings', () => {
    const rule = (read: { feed: string | undefined }) =>
      read.feed === undefined ? { environment: 'FEED', allowed: 'something, when asked for' } : undefined;
    expect(readConfiguration(declaration, complete, [rule])).toEqual({
      ok: false,
      refusal: [{ environment: 'FEED', allowed: 'something, when asked for' }],
    });
    expect(readConfiguration(declaration, { ...complete, FEED: 'live' }, [rule]).ok).toBe(true);
  });
});

it('lists the secrets that a log must not contain', () => {
  const read = readConfiguration(declaration, complete);
  expect(read.ok && secretValues(declaration, read.value)).toEqual(['a secret of length', 'nats://u:pass@a:1,nats://b:2']);
});

it('documents a declaration with units, bounds and defaults as one would write them', () => {
  const rows = configurationRows(declaration);
  expect(rows.map((row) => row.environment)).toEqual([
    'BATCH_SIZE_MAX',
    'FEED',
    'HTTP_PORT',
    'JWT_SECRET',
    'LOG_LEVELS',
    'NATS_URL',
    'PROVIDER_SILENCE',
  ]);
  expect(rows.map((row) => row.fallback)).toEqual(['required', 'none', '8080', 'required', '', 'required', '5s']);
  expect(rows[6]).toMatchObject({ kind: 'duration', unit: 'ms', secret: false });
});

it('refuses at declaration a default that its own setting would refuse', () => {
  expect(() =>
    setting.integer({ environment: 'DEPTH', sentence: 'How deep.', unit: 'levels', min: 1, max: 5, default: 6 }),
  ).toThrow('the default of DEPTH must be a whole number of levels from 1 to 5');
});
