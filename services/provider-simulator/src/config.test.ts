import { configurationRows, describeFaults, readConfiguration } from '@margrave/runtime';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configurationDeclaration, configurationRules, profileOf } from './config.ts';
import { lots } from './testing/scene.ts';

const folder = mkdtempSync(join(tmpdir(), 'simulator-'));
afterAll(() => rmSync(folder, { recursive: true }));
const script = (content: string): string => {
  const path = join(folder, 'script.json');
  writeFileSync(path, content);
  return path;
};

const LEAST = {
  NATS_URL: 'nats://127.0.0.1:4222',
  PROVIDER_NAME: 'lp-a',
  PROVIDER_SYMBOLS: '{"EUR/USD":"EURUSD"}',
  STATE_FOLDER: '/var/lib/simulator',
};
const read = (environment: Readonly<Record<string, string>>) =>
  readConfiguration(configurationDeclaration, { ...LEAST, ...environment }, configurationRules);
const profileWith = (environment: Readonly<Record<string, string>>) => {
  const configuration = read(environment);
  if (!configuration.ok) throw new Error(describeFaults(configuration.refusal));
  return profileOf(configuration.value);
};
const faultOf = (environment: Readonly<Record<string, string>>): string => {
  const configuration = read(environment);
  return configuration.ok ? 'none' : describeFaults(configuration.refusal);
};

it('needs a name, symbols, a folder and a bus, and behaves well by default', () => {
  const { name, manners } = profileWith({});
  expect(name).toBe('lp-a');
  expect(manners).toEqual({
    seed: 1,
    latencyMinMs: 5,
    latencyMaxMs: 40,
    acknowledge: true,
    parts: 1,
    lateMs: 6_000,
    ratesE8: {},
    script: [],
  });
  const faults = readConfiguration(configurationDeclaration, {}, configurationRules);
  expect(faults.ok ? [] : faults.refusal.map(({ environment }) => environment)).toEqual(Object.keys(LEAST));
});

it('lists symbols with and without their volumes', () => {
  const { listings } = profileWith({
    PROVIDER_SYMBOLS: '{"EUR/USD":"EURUSD","SPX500":{"symbol":"US500","volumeStep":"0.1","volumeMax":"200"}}',
  });
  expect([...listings]).toEqual([
    ['EUR/USD', { symbol: 'EURUSD', volumeStepE8: lots('0.01'), volumeMaxE8: lots('1000') }],
    ['SPX500', { symbol: 'US500', volumeStepE8: lots('0.1'), volumeMaxE8: lots('200') }],
  ]);
});

it('reads rates and a script', () => {
  const { manners } = profileWith({
    MISBEHAVE: 'reject=0.05, repeat=1',
    FILL_PARTS: '2',
    SCRIPT: script('[{"when":{"nth":3},"then":{"silent":true}}]'),
  });
  expect(manners).toMatchObject({
    parts: 2,
    ratesE8: { reject: 5_000_000n, repeat: 100_000_000n },
    script: [{ when: { nth: 3 }, then: { silent: true } }],
  });
});

it.each([
  ['PROVIDER_NAME', 'LP.A', 'PROVIDER_NAME is "LP.A"'],
  ['PROVIDER_SYMBOLS', '{', 'PROVIDER_SYMBOLS is'],
  ['PROVIDER_SYMBOLS', '{}', 'nothing is listed'],
  ['PROVIDER_SYMBOLS', '["EURUSD"]', 'not a JSON object'],
  ['PROVIDER_SYMBOLS', '{"EUR/USD":"eurusd"}', '"EUR/USD" is not listed as it must be'],
  ['PROVIDER_SYMBOLS', '{"A":{"symbol":"A","volumeStep":"0"}}', '"A" is not listed as it must be'],
  ['PROVIDER_SYMBOLS', '{"A":{"symbol":"A","step":"1"}}', '"A" is not listed as it must be'],
  ['MISBEHAVE', 'reject=5', 'MISBEHAVE is'],
  ['MISBEHAVE', 'reject=-0.1', 'MISBEHAVE is'],
  ['MISBEHAVE', 'sulk=0.1', 'each word one of reject'],
  ['MISBEHAVE', 'reject=0.1,reject=0.2', 'one rate for each word'],
  ['LATENCY_MAX', '1ms', 'at least LATENCY_MIN, 5ms'],
  ['SCRIPT', '/nowhere/script.json', 'ENOENT'],
  ['FILL_PARTS', '0', 'FILL_PARTS is "0"'],
])('refuses %s=%s', (environment, value, fault) => {
  expect(faultOf({ [environment]: value })).toContain(fault);
});

it.each([
  ['what is not JSON', '[', 'SCRIPT is'],
  ['a rule without an outcome', '[{"when":{"nth":1}}]', '/0'],
  ['a word it does not know', '[{"when":{},"then":{"sulk":true}}]', '/0/then'],
  ['a repetition of no kind', '[{"when":{},"then":{"repeat":["louder"]}}]', '/0/then/repeat/0'],
  ['no parts', '[{"when":{},"then":{"parts":0}}]', '/0/then/parts'],
])('refuses a script with %s', (_what, content, fault) => {
  expect(faultOf({ SCRIPT: script(content) })).toContain(fault);
});

it('documents every setting', () => {
  expect(configurationRows(configurationDeclaration).map(({ environment, fallback }) => `${environment}: ${fallback}`)).toEqual([
    'ACKNOWLEDGE: true',
    'ACK_WAIT: 30s',
    'FILL_PARTS: 1',
    'LATENCY_MAX: 40ms',
    'LATENCY_MIN: 5ms',
    'LATE_BY: 6s',
    'LOG_LEVEL: info',
    'LOG_LEVELS: ',
    'METRICS_PORT: 9464',
    'MISBEHAVE: ',
    'NATS_CREDENTIALS: none',
    'NATS_URL: required',
    'ORDERS_IN_HAND_MAX: 256',
    'PROVIDER_NAME: required',
    'PROVIDER_SYMBOLS: required',
    'QUOTE_AGE_MAX: 1m',
    'SCRIPT: none',
    'SEED: 1',
    'STATE_FOLDER: required',
  ]);
});
