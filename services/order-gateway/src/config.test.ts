import { readConfiguration } from '@margrave/runtime';
import { configurationDeclaration, configurationRules } from './config.ts';

const SECRET = 'a secret of at least thirty-two characters';
const needed = {
  NATS_URL: 'nats://127.0.0.1:4222',
  REDIS_URL: 'redis://127.0.0.1:6379',
  DATABASE_URL: 'postgres://127.0.0.1:5432/margrave',
};
const read = (environment: Readonly<Record<string, string>>) =>
  readConfiguration(configurationDeclaration, { ...needed, ...environment }, configurationRules);

describe('the configuration of the gateway', () => {
  it('has the defaults of WIRE.md', () => {
    const configuration = read({ JWT_SECRET: SECRET });
    expect(configuration).toMatchObject({
      ok: true,
      value: { httpPort: 8080, commandDeadlineMs: 3_000, jwtIssuer: 'margrave', jwtAudience: 'margrave-api' },
    });
  });

  it.each<[string, Readonly<Record<string, string>>]>([
    ['neither a secret nor the keys of an issuer', {}],
    ['both', { JWT_SECRET: SECRET, JWT_JWKS_URL: 'https://issuer.example/keys' }],
  ])('does not take %s', (_, environment) =>
    expect(read(environment)).toMatchObject({ ok: false, refusal: [{ environment: 'JWT_SECRET' }] }),
  );

  it.each([
    ['JWT_SECRET', 'short'],
    ['JWT_LEEWAY', '61s'],
    ['COMMAND_DEADLINE', '0ms'],
    ['ACCOUNT_COMMANDS_PER_SECOND', '0'],
    ['TRUSTED_PROXIES', 'everyone'],
    ['HTTP_HOST', 'localhost:8080'],
  ])('refuses %s=%s', (name, value) => {
    const refused = read({ JWT_SECRET: SECRET, [name]: value });
    expect(refused).toMatchObject({ ok: false, refusal: [{ environment: name }] });
    if (name === 'JWT_SECRET') expect(JSON.stringify(refused)).not.toContain(value);
  });
});
