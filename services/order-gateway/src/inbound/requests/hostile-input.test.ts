import { ProblemV1, schemaCheck } from '@margrave/contracts';
import { gzipSync } from 'node:zlib';
import { LOCAL } from '../../testing/demo-market.ts';
import { order, startTestGateway, type TestGateway } from '../../testing/test-gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.app.close());
afterEach(() => {
  expect(gateway.broker.submitted).toEqual([]);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

const url = `/v1/accounts/${LOCAL}/orders`;
const check = schemaCheck(ProblemV1.schema);

/** Sends a body that must be refused, and gives what was said. */
async function refusal(body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<ProblemV1> {
  const answer = await gateway.post(url, body, headers);
  const problem = answer.json<ProblemV1>();
  expect(answer.statusCode).toBe(problem.status);
  expect(answer.headers['content-type']).toBe('application/problem+json');
  expect(check(problem)).toEqual({ ok: true, value: problem });
  expect(problem.outcome).toBe('not-placed');
  return problem;
}

describe('hostile numbers (P46)', () => {
  it.each([
    '-0',
    '-1',
    '1e-20',
    '1e3',
    '1e400',
    'NaN',
    'Infinity',
    '0x10',
    '１',
    ' 1 ',
    '1_000',
    '1,000',
    '+1',
    '.5',
    '1.',
    '0.123456789',
    '12345678901',
    '1'.repeat(40),
    '',
    '1\u0000',
    '٣',
  ])('%j is no volume and no deviation', async (text) => {
    for (const field of ['volume', 'maxDeviation']) {
      const problem = await refusal(order({ [field]: text }));
      expect([problem.code, problem.status]).toEqual(['MALFORMED', 400]);
      if (!text.includes('\u0000')) expect(problem.faults).toEqual([{ place: `/${field}`, rule: expect.any(String) }]);
    }
  });

  it.each(['0.1', '0', '-0', '1e3', '9007199254740993', '0.30000000000000004', '1e308'])(
    'the JSON number %s is refused where a string is required',
    async (number) => {
      const { code, detail, faults } = await refusal(JSON.stringify(order()).replace('"0.10"', number));
      expect([code, faults?.[0]?.place]).toEqual(['MALFORMED', '/volume']);
      expect(detail).toMatch(
        /^volume is the number [\d.e+-]+; it must be a string of at most 10 digits and at most 8 decimals, such as "0\.10"\. Correct it and send it again; the key is not used up\.$/,
      );
    },
  );

  it.each(['1e400', '-1e400'])('the JSON number %s is refused', async (number) =>
    expect((await refusal(JSON.stringify(order()).replace('"0.10"', number))).detail).toBe(
      'The body is not JSON as it is accepted here: a number is too large. Correct it and send it again; the key is not used up.',
    ),
  );

  it.each([true, null, [], {}, ['0.10'], { value: '0.10' }])('%j is refused as a volume', async (volume) =>
    expect((await refusal(order({ volume }))).faults?.[0]?.place).toBe('/volume'),
  );
});

describe('hostile JSON (P47)', () => {
  const text = JSON.stringify(order());
  it.each<[string, string | Buffer]>([
    ['nothing', ''],
    ['a word', 'order'],
    ['half of it', text.slice(0, 40)],
    ['more behind it', `${text}}`],
    ['two documents', `${text}${text}`],
    ['a comment', `/* order */${text}`],
    ['a name twice', text.replace('{', '{"volume":"50",')],
    ['a name twice, once with an escape', text.replace('{', '{"volum\\u0065":"50",')],
    ['__proto__', text.replace('{', '{"__proto__":{"polluted":true},')],
    ['constructor.prototype', text.replace('{', '{"constructor":{"prototype":{"polluted":true}},')],
    ['deep nesting', `${'['.repeat(5_000)}${']'.repeat(5_000)}`],
    ['deep objects', `${'{"a":'.repeat(2_000)}1${'}'.repeat(2_000)}`],
    ['a byte order mark', `\ufeff${text}`],
    ['UTF-16', Buffer.from(text, 'utf16le')],
    ['bytes that are no UTF-8', Buffer.concat([Buffer.from('{"clientOrderId":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')])],
    ['a lone surrogate', text.replace('my-1', '\\ud800')],
    ['U+0000', text.replace('my-1', 'my\\u0000')],
    ['a list', `[${text}]`],
    ['null', 'null'],
    ['a string', JSON.stringify(text)],
  ])('%s is malformed', async (_, body) => expect((await refusal(body)).code).toBe('MALFORMED'));

  it('a body that is too large is refused unread', async () => {
    const { code, status } = await refusal(JSON.stringify({ ...order(), comment: 'x'.repeat(66_000) }));
    expect([status, code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    'application/problem+json',
  ])('%s is not accepted', async (type) => {
    const { code, status } = await refusal(text, { 'content-type': type });
    expect([status, code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
  });

  it.each(['gzip', 'deflate', 'br', 'gzip, gzip'])('a body packed with %s is not accepted', async (encoding) => {
    const bomb = gzipSync(Buffer.alloc(1_000_000));
    expect((await refusal(bomb, { 'content-encoding': encoding })).code).toBe('UNSUPPORTED_MEDIA_TYPE');
  });

  it('nothing sent at all is malformed', async () => {
    const answer = await gateway.request({ method: 'POST', url });
    expect(answer.json()).toMatchObject({ code: 'MALFORMED', detail: expect.stringContaining('The body is missing') });
  });
});

describe('fields of their own invention (P44)', () => {
  it.each([
    'balance',
    'margin',
    'status',
    'account_id',
    'accountId',
    'priceE8',
    'leverage',
    'exec_id',
    'executionId',
    'flow',
    'markup',
    '',
    'toString',
  ])('%j is refused by name', async (name) => {
    const { code, detail } = await refusal(order({ [name]: '1' }));
    expect(code).toBe('MALFORMED');
    expect(detail).toBe(
      `This request has no field ${name}; it takes clientOrderId, symbol, side, type, volume, price, stopPrice, maxDeviation, timeInForce, expiresAt, reduceOnly, stopLoss, takeProfit. Correct it and send it again; the key is not used up.`,
    );
  });

  it('in a close are refused too', async () => {
    const answer = await gateway.post(`/v1/accounts/${LOCAL}/positions/1000000457/close`, { clientOrderId: 'a', price: '1' });
    expect(answer.json()).toMatchObject({
      code: 'MALFORMED',
      faults: [{ place: '/price', rule: 'takes clientOrderId, volume' }],
    });
  });
});

describe('hostile text (P48)', () => {
  it.each([
    "'; DROP TABLE orders; --",
    'EURUSD\u200b',
    'ＥＵＲＵＳＤ',
    '\u202eDSURUE',
    '😀',
    'EUR\r\nUSD',
    'md.>',
    'EUR*',
    'eurusd',
    'EUR:USD',
    '../EURUSD',
    'X'.repeat(25),
  ])('%j is no symbol', async (symbol) => {
    const { code, detail } = await refusal(order({ symbol }));
    expect(code).toBe('MALFORMED');
    // What it is shown as cannot be told from what it says.
    expect(detail).not.toMatch(/[\u0000-\u001f\u200b-\u200f\u202a-\u202e]/);
  });

  it.each(['a b', 'a\r\nb', 'a/b', 'ключ', 'x'.repeat(49), '*', '>', 'a"b', "a'b", '@a'])('%j is no key', async (clientOrderId) =>
    expect((await refusal(order({ clientOrderId }))).faults?.[0]?.place).toBe('/clientOrderId'),
  );

  it('leaves the log in lines of JSON', () => expect(gateway.logLines.every((line) => typeof line === 'object')).toBe(true));
});

describe('a sentence about what is wrong', () => {
  it.each([
    [{ side: 'BUY' }, 'side is "BUY"; it must be one of "buy", "sell".'],
    [{ type: 'iceberg' }, 'type is "iceberg"; it must be one of "market", "limit", "stop", "stop_limit".'],
    [{ type: 'limit' }, 'price is missing; it must be given for a limit order.'],
    [
      { type: 'limit', price: '0.00' },
      'price is "0.00"; it must be a string of at most 10 digits and at most 8 decimals, more than zero, such as "1.08000".',
    ],
    [
      { stopLoss: { price: '0' } },
      'stopLoss.price is "0"; it must be a string of at most 10 digits and at most 8 decimals, more than zero, such as "1.08000".',
    ],
    [
      { type: 'stop', stopPrice: '1.09', timeInForce: 'gtd', expiresAt: '2026-12-31T23:59:60Z' },
      'expiresAt is "2026-12-31T23:59:60Z"; it must be a time without a leap second.',
    ],
    [{ type: 'stop', price: '1.09000', stopPrice: '1.09000' }, 'price must not be given for a stop order.'],
    [{ type: 'stop', stopPrice: '1.09', maxDeviation: '0.001' }, 'maxDeviation must not be given for a stop order.'],
    [{ timeInForce: 'gtc' }, 'timeInForce is "gtc"; it must be one of ioc, fok for a market order.'],
    [{ type: 'stop', stopPrice: '1.09', timeInForce: 'gtd' }, 'expiresAt is missing; it must be given with "gtd".'],
    [
      { type: 'stop', stopPrice: '1.09', expiresAt: '2026-01-06T10:00:00Z' },
      'expiresAt must not be given for an order that is not "gtd".',
    ],
    [
      { type: 'stop', stopPrice: '1.09', timeInForce: 'gtd', expiresAt: '2026-13-06T10:00:00Z' },
      'expiresAt is "2026-13-06T10:00:00Z"; it must be a time in UTC such as "2026-01-05T10:00:00Z".',
    ],
    [{ clientOrderId: 'a b' }, 'clientOrderId is "a b"; it must be a string of 1 to 48 letters, digits, "_", ".", ":" or "-".'],
    [{ symbol: 'eurusd' }, 'symbol is "eurusd"; it must be a symbol such as "EURUSD".'],
    [
      { volume: undefined },
      'volume is missing; it must be a string of at most 10 digits and at most 8 decimals, such as "0.10".',
    ],
    [
      { maxDeviation: null },
      'maxDeviation is null; it must be a string of at most 10 digits and at most 8 decimals, such as "0.10".',
    ],
  ])('%j: %s', async (change, sentence) =>
    expect((await refusal(order(change))).detail).toBe(`${sentence} Correct it and send it again; the key is not used up.`),
  );

  it('names all places', async () => {
    const { faults, detail } = await refusal({ clientOrderId: 'my-1', volume: 1, extra: true });
    expect(faults?.map(({ place }) => place).sort()).toEqual(['/extra', '/side', '/symbol', '/type', '/volume']);
    expect(detail).toContain('There are 4 more faults');
  });
});

describe('many fields that are not declared', () => {
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, 0]));

  it.each([1, 7, 8, 9, 25])('are refused in a body, however many there are: %d', async (count) => {
    const { code, faults } = await refusal({ ...many(count), ...order({ volume: 0.01, type: 'limit' }) });
    expect(code).toBe('MALFORMED');
    expect(faults?.[0]).toEqual({ place: '/f0', rule: expect.stringContaining('takes clientOrderId') });
  });

  it.each([1, 7, 8, 9, 25])('are refused in a query, however many there are: %d', async (count) => {
    const query = new URLSearchParams({ ...many(count), limit: '5000' } as never).toString();
    const answer = await gateway.request({ url: `/v1/accounts/${LOCAL}/orders?${query}` });
    expect([answer.statusCode, answer.json<ProblemV1>().code]).toEqual([400, 'MALFORMED']);
  });

  it('are named as they were sent', async () =>
    expect((await refusal(order({ 'a/b~c': 1 }))).detail).toContain('This request has no field a/b~c; it takes'));
});

describe('a query', () => {
  it.each([
    ['orders?limit=0', 'limit is the number 0; it must be a whole number from 1 to 500.'],
    ['orders?limit=501', 'limit is the number 501; it must be a whole number from 1 to 500.'],
    ['orders?limit=1e2', 'limit is "1e2"; it must be a whole number from 1 to 500.'],
    ['orders?limit=', 'limit is ""; it must be a whole number from 1 to 500.'],
    ['orders?limit=1&limit=2', 'limit is a list; it must be a whole number from 1 to 500.'],
    ['orders?status=open', 'status is "open"; it must be one of "denied", "queued",'],
    ['orders?cursor=1-2-3', 'cursor is none that was given out here; it must be the nextCursor of the page before.'],
    ['orders?cursor=1-2', 'cursor is none that was given out here'],
    ['orders?cursor=1-2-0123456789ab', 'cursor was given out for another list; it goes on where it was given,'],
    ['deals?cursor=99999999999999999999-1-0123456789ab', 'cursor is none that was given out here'],
    ['ledger?cursor=9223372036854775807-1-0123456789ab', 'cursor is none that was given out here'],
    ['positions?cursor=1-9999999999999999999-0123456789ab', 'cursor is none that was given out here'],
    ['deals?cursor=%27', 'cursor is "\'"; it must be the nextCursor of the page before.'],
    ['orders?since=2026', 'This request has no parameter since; it takes status, symbol, cursor, limit.'],
    ['orders?__proto__[polluted]=1', 'This request has no parameter __proto__[polluted]'],
    ['events?after=-1', 'after is "-1"; it must be a whole number of at most 19 digits.'],
    ['positions?constructor=1', 'This request has no parameter constructor; it takes cursor, limit.'],
  ])('%s is refused', async (path, sentence) => {
    const answer = await gateway.request({ url: `/v1/accounts/${LOCAL}/${path}` });
    expect([answer.statusCode, answer.json<ProblemV1>().code]).toEqual([400, 'MALFORMED']);
    expect(answer.json<ProblemV1>().detail).toContain(sentence);
    expect(answer.json<ProblemV1>().outcome).toBeUndefined();
  });
});
