import { createLogging, type LoggingOptions } from './logging.ts';

function loggingToLines(options: Partial<LoggingOptions> = {}) {
  const lines: string[] = [];
  const logging = createLogging({
    service: 'order-gateway',
    level: 'info',
    levels: [{ component: 'commit', level: 'debug' }],
    destination: { write: (line: string) => void lines.push(line) },
    ...options,
  });
  return { logging, lines };
}

describe('levels', () => {
  it('are those of the service, except where a component has its own', () => {
    const { logging, lines } = loggingToLines();
    logging.component('commit').debug('seen');
    logging.component('http').debug('not seen');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'debug', service: 'order-gateway', component: 'commit', msg: 'seen' },
    ]);
  });

  it('change while the service runs, for one component or for all that have no level of their own', () => {
    const { logging, lines } = loggingToLines();
    const [http, commit] = [logging.component('http'), logging.component('commit')];
    logging.setLevel('trace', 'http');
    http.trace('1');
    logging.setLevel('error');
    http.trace('2');
    commit.debug('3');
    logging.component('feed').warn('not seen');
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['1', '2', '3']);
  });
});

it('writes one line an entry, whatever the text contains', () => {
  const { logging, lines } = loggingToLines();
  logging.component('http').info({ symbol: 'EURUSD\r\n{"level":"fatal"}', err: new Error('a\nb') }, 'two\nlines');
  expect(lines).toHaveLength(1);
  expect(lines[0]?.trimEnd()).not.toMatch(/[\r\n]/);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    symbol: 'EURUSD\r\n{"level":"fatal"}',
    msg: 'two\nlines',
    err: { message: 'a\nb' },
  });
});

describe('redaction', () => {
  const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c2VyLTE3In0.c2lnbmF0dXJl';
  it.each<[string, object | Error]>([
    ['a property named as a secret, at any depth', { request: { headers: { authorization: 'hunter2 hunter2' } } }],
    ['a property inside JSON that was logged as text', { body: JSON.stringify({ password: 'hunter2 hunter2' }) }],
    ['a token in free text', { note: `refused ${token}` }],
    ['a bearer header in free text', { note: 'got Bearer hunter2hunter2' }],
    ['a password in a URL of an error', { err: new Error('connect postgres://app:hunter2@db:5432/m failed') }],
    ['an exact secret that was given', { note: 'the key is hunter2"quoted' }],
    ['the same as a key of a map', { map: { jwtSecretNext: 'hunter2' } }],
  ])('hides %s', (_case, fields) => {
    const { logging, lines } = loggingToLines({ secrets: ['hunter2"quoted'] });
    logging.component('http').info(fields, 'entry');
    expect(lines[0]).not.toContain('hunter2');
    expect(lines[0]).not.toContain('eyJzdWIi');
    expect(lines[0]).toContain('[redacted]');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ msg: 'entry' });
  });

  it('leaves alone what only speaks of tokens', () => {
    const { logging, lines } = loggingToLines();
    logging.component('http').info({ reason: 'token', tokens: 3, path: '/v1/accounts/1000000001' }, 'token expired');
    expect(lines[0]).not.toContain('[redacted]');
  });

  it('stays fast on hostile text', () => {
    const { logging } = loggingToLines();
    const before = process.cpuUsage();
    for (const piece of ['a-', '"a', 'token\\"', 'eyJ', 'bearer ', '://', 'S'.repeat(50)]) {
      logging.redact(piece.repeat(100_000 / piece.length));
    }
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(1_000);
  });
});
