import { readConfiguration } from '@margrave/runtime';
import { configurationDeclaration, configurationRules } from './config.ts';

const LEAST = {
  NATS_URL: 'nats://127.0.0.1:4222',
  REDIS_URL: 'redis://127.0.0.1:6379',
  DATABASE_URL: 'postgres://127.0.0.1:5432/margrave',
  FIREBASE_DATABASE_EMULATOR_HOST: '127.0.0.1:9000',
};
const read = (environment: Record<string, string>) =>
  readConfiguration(configurationDeclaration, environment, configurationRules);

describe('the configuration', () => {
  it('has the defaults of the feed', () => {
    const configuration = read(LEAST);
    expect(configuration).toMatchObject({ ok: true, value: { feedPath: 'datafeeds', feedFields: '{"bid":"o","ask":"b"}' } });
  });

  it.each<[string, Record<string, string>]>([
    ['FIREBASE_DATABASE_URL', { FIREBASE_DATABASE_EMULATOR_HOST: '' }],
    ['FEED_FIELDS', { FEED_FIELDS: '{"bid":"o","ask":"o"}' }],
    ['FEED_PATH', { FEED_PATH: 'a.b' }],
    ['FIREBASE_DATABASE_EMULATOR_HOST', { FIREBASE_DATABASE_EMULATOR_HOST: 'http://127.0.0.1:9000' }],
  ])('says what is wrong with %s', (environment, changes) =>
    expect(read({ ...LEAST, ...changes })).toMatchObject({ ok: false, refusal: [{ environment }] }),
  );
});
