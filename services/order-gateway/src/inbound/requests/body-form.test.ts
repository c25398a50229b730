import { ProblemV1, schemaCheck } from '@margrave/contracts';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { LOCAL } from '../../testing/demo-market.ts';
import { claims, order, startTestGateway, tokenOf, type TestGateway } from '../../testing/test-gateway.ts';

let gateway: TestGateway;
let port: number;
beforeAll(async () => {
  gateway = await startTestGateway();
  await gateway.app.listen({ host: '127.0.0.1', port: 0 });
  port = (gateway.app.server.address() as AddressInfo).port;
});
beforeEach(() => gateway.reset());
afterAll(() => gateway.app.close());

const ORDERS = `/v1/accounts/${LOCAL}/orders`;
const TEXT = JSON.stringify(order());
const JSON_TYPE = { 'content-type': 'application/json' };

interface Answered {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** One request as curl would send it, on a real connection. */
const curl = (method: string, headers: Readonly<Record<string, string>>, body: string | Buffer = '', path = ORDERS) =>
  new Promise<Answered>((resolve, reject) => {
    const authorization = `Bearer ${tokenOf(claims())}`;
    const sent = request({ host: '127.0.0.1', port, method, path, headers: { authorization, ...headers } }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () =>
        resolve({ status: answer.statusCode, headers: answer.headers, text: Buffer.concat(chunks).toString() }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });

/** Sends what must be refused, and gives what was said. */
async function refusal(...sent: Parameters<typeof curl>): Promise<ProblemV1 & Pick<Answered, 'headers'>> {
  const { status, headers, text } = await curl(...sent);
  const problem = JSON.parse(text) as ProblemV1;
  expect(schemaCheck(ProblemV1.schema)(problem)).toEqual({ ok: true, value: problem });
  expect([status, headers['content-type']]).toEqual([problem.status, 'application/problem+json']);
  expect(gateway.broker.submitted).toEqual([]);
  return { ...problem, headers };
}

describe('a GET with a body', () => {
  it.each<[string, Readonly<Record<string, string>>]>([
    ['of JSON', { ...JSON_TYPE, 'content-length': '19' }],
    ['of no type', { 'content-length': '19' }],
    ['in chunks', { 'transfer-encoding': 'chunked' }],
    ['that is packed', { 'content-encoding': 'gzip', 'content-length': '19' }],
  ])('%s is refused: what it asks for would be overlooked', async (_, headers) => {
    const { code, detail, outcome, faults } = await refusal('GET', headers, '{"status":"filled"}');
    expect([code, outcome, faults]).toEqual([
      'MALFORMED',
      undefined,
      [{ place: '', rule: 'must not be there: this address takes no body' }],
    ]);
    expect(detail).toBe(
      'This address takes no body; what it asks for stands in the address, as parameters. Correct the request.',
    );
  });

  it('is refused with HEAD, too', async () => expect((await curl('HEAD', { 'content-length': '2' }, '{}')).status).toBe(400));

  it.each<[string, Readonly<Record<string, string>>]>([
    ['a length of nothing', { 'content-length': '0' }],
    ['a type of nothing', JSON_TYPE],
    ['an encoding of nothing', { 'content-encoding': 'gzip' }],
  ])('has none with %s', async (_, headers) => expect((await curl('GET', headers)).status).toBe(200));
});

describe('a POST without a body', () => {
  it.each<[string, Readonly<Record<string, string>>]>([
    ['and without a type', {}],
    ['as JSON', { ...JSON_TYPE, 'content-length': '0' }],
    ['as JSON, in no chunks', { ...JSON_TYPE, 'transfer-encoding': 'chunked' }],
  ])('%s is told that it is missing', async (_, headers) => {
    const { code, detail, outcome, faults } = await refusal('POST', headers);
    expect([code, outcome, faults]).toEqual(['MALFORMED', 'not-placed', [{ place: '', rule: 'must be an object' }]]);
    expect(detail).toBe('The body is missing; it must be an object. Correct it and send it again; the key is not used up.');
  });
});

describe('a body that is not sent as JSON', () => {
  it.each([
    [undefined, 'The body came without a Content-Type; send it with Content-Type: application/json.'],
    ['text/plain', 'The body came as text/plain; send it with Content-Type: application/json.'],
    [
      'application/x-www-form-urlencoded',
      'The body came as application/x-www-form-urlencoded; send it with Content-Type: application/json.',
    ],
    ['json', 'The body came as json; send it with Content-Type: application/json.'],
    [`a/${'b'.repeat(500)}`, `The body came as a/${'b'.repeat(58)}…; send it with Content-Type: application/json.`],
  ])('but as %s is told what it came as', async (type, detail) => {
    const problem = await refusal('POST', type === undefined ? {} : { 'content-type': type }, TEXT);
    expect(problem).toMatchObject({ code: 'UNSUPPORTED_MEDIA_TYPE', outcome: 'not-placed', detail });
    expect(problem.headers['accept-encoding']).toBeUndefined();
  });

  it.each(['gzip', 'br', 'zstd', 'gzip, gzip'])(
    'but packed with %s is told so, and that it can be sent plain',
    async (encoding) => {
      const problem = await refusal('POST', { ...JSON_TYPE, 'content-encoding': encoding }, gzipSync(TEXT));
      expect(problem).toMatchObject({
        code: 'UNSUPPORTED_MEDIA_TYPE',
        detail: `The body came with Content-Encoding: ${encoding}; send it as it is, without one.`,
      });
      expect(problem.headers['accept-encoding']).toBe('identity');
    },
  );

  it.each([
    ['utf-16', 'utf-16', Buffer.from(TEXT, 'utf16le')],
    ['"UTF-16LE"', 'UTF-16LE', Buffer.from(TEXT, 'utf16le')],
    ['iso-8859-1', 'iso-8859-1', TEXT],
  ])('in UTF-8 but in charset=%s is told that JSON is UTF-8', async (charset, shown, body) => {
    const { code, detail } = await refusal('POST', { 'content-type': `application/json; charset=${charset}` }, body);
    expect([code, detail]).toEqual([
      'UNSUPPORTED_MEDIA_TYPE',
      `The body came with charset=${shown}; JSON is UTF-8: send it so, with charset=utf-8 or without one.`,
    ]);
  });

  it.each([
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'application/json; charset=utf8',
    'application/json; profile=x',
  ])('as %s is JSON', async (type) =>
    expect((await curl('POST', { 'content-type': type, 'content-encoding': 'identity' }, TEXT)).status).toBe(201),
  );

  it('is not looked at before the token is', async () => {
    const { code } = await refusal('POST', { authorization: 'Bearer none', 'content-encoding': 'gzip' }, gzipSync(TEXT));
    expect(code).toBe('UNAUTHENTICATED');
  });
});
