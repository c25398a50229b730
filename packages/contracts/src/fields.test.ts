import {
  checkAccountId,
  checkClientOrderId,
  checkCurrency,
  checkGroupId,
  checkProviderName,
  checkSymbolName,
  formatE8,
  LIMIT_E8,
  parseE8,
} from '@margrave/vocabulary';
import fc from 'fast-check';
import { Type } from 'typebox';
import * as fields from './fields.ts';
import { schemaCheck } from './schema.ts';

const accepts = (schema: Type.TSchema, value: unknown) => schemaCheck(schema)(value).ok;

/** Strings that are nearly right, and some that are not. */
const near = (pattern: string) =>
  fc.oneof(
    fc.stringMatching(new RegExp(pattern)),
    fc
      .tuple(fc.stringMatching(new RegExp(pattern)), fc.constantFrom('\n', ' ', '.', '*', '>', 'é', '0', '-', 'A', 'a'))
      .map(([text, tail]) => text + tail),
    fc.string({ maxLength: 30 }),
  );

describe('names and ids on a wire', () => {
  it.each<[string, string, (text: string) => unknown]>([
    ['id', fields.ID_PATTERN, checkAccountId],
    ['clientOrderId', fields.CLIENT_ORDER_ID_PATTERN, checkClientOrderId],
    ['symbol', fields.SYMBOL_PATTERN, checkSymbolName],
    ['group', fields.NAME_PATTERN, checkGroupId],
    ['provider', fields.NAME_PATTERN, checkProviderName],
    ['currency', fields.CURRENCY_PATTERN, checkCurrency],
  ])('have the form that the vocabulary checks: %s', (_, pattern, check) => {
    const matches = new RegExp(pattern, 'u');
    fc.assert(fc.property(near(pattern), (text) => expect(matches.test(text)).toBe(check(text) !== undefined)));
  });

  it('have the pattern of a client’s key that API.md gives', () =>
    expect(fields.CLIENT_ORDER_ID_PATTERN).toBe('^[A-Za-z0-9_.:-]{1,48}$'));
});

describe('an amount on a wire', () => {
  const amount = fields.decimal('an amount');

  it('has the pattern that API.md gives', () => expect(fields.DECIMAL_PATTERN).toBe(String.raw`^\d{1,10}(\.\d{1,8})?$`));

  it.each(['0', '0.10', '1', '9999999999.99999999', '00.1'])('may be %s', (text) => expect(accepts(amount, text)).toBe(true));

  it.each([
    '',
    ' 1 ',
    '1 ',
    '\n1',
    '1\n',
    '+1',
    '-1',
    '-0',
    '.5',
    '1.',
    '1e3',
    '1e400',
    '1e-20',
    'NaN',
    'Infinity',
    '0x10',
    '１',
    '1_000',
    '1,000',
    '0.123456789',
    '12345678901',
    '1234567890123456789012345678901234567890',
    '1.2.3',
    '٣',
  ])('may not be %j', (text) => expect(accepts(amount, text)).toBe(false));

  it.each([1, 0.1, 0, -0, Number.NaN, Number.POSITIVE_INFINITY, 9007199254740993, null, true, ['1'], { value: '1' }])(
    'is never the JSON value %p',
    (value) => expect(accepts(amount, value)).toBe(false),
  );

  it('is always one that the vocabulary reads', () => {
    fc.assert(fc.property(fc.stringMatching(new RegExp(fields.DECIMAL_PATTERN)), (text) => expect(parseE8(text)).toBeDefined()));
  });

  it('has room for the largest figure that the vocabulary can hold', () =>
    expect(accepts(fields.figure('a sum'), formatE8(-LIMIT_E8))).toBe(true));
});

describe('a time on a wire', () => {
  const at = fields.time('a time');
  it.each(['2026-01-05T10:00:00.123Z', '2024-02-29T23:59:59Z'])('may be %s', (text) => expect(accepts(at, text)).toBe(true));
  it.each([
    '2026-02-30T10:00:00.000Z',
    '2025-02-29T00:00:00Z',
    '2026-01-05T10:00:00+02:00',
    '2026-01-05T10:00:00',
    '2026-01-05',
    '2026-13-01T00:00:00Z',
    '2026-01-05T25:00:00Z',
    '2026-01-05t10:00:00z',
    '1767607200123',
  ])('may not be %s', (text) => expect(accepts(at, text)).toBe(false));
});

describe('text on a wire', () => {
  const text = fields.plainText(10, 'a reason');
  it.each(['', 'no price', 'größe 5 €', '１'])('may be %j', (value) => expect(accepts(text, value)).toBe(true));
  it.each(['a\r\nb', 'a\u001b[31m', '\u202etxt', '\u2066txt\u2069', 'zero\u200bwidth', '\u2028', '\u007f', 'eleven chars'])(
    'may not be %j',
    (value) => expect(accepts(text, value)).toBe(false),
  );
});

describe('a field that may be null', () => {
  it('takes null and what the field takes, and nothing else', () => {
    const side = fields.orNull(fields.oneOf(['buy', 'sell'], 'a side'));
    expect([null, 'buy', 'sell'].every((value) => accepts(side, value))).toBe(true);
    expect(['hold', '', 0, undefined, 'null'].some((value) => accepts(side, value))).toBe(false);
  });
  it('is refused for a schema of several types', () =>
    expect(() => fields.orNull(Type.Union([Type.Null()]))).toThrow('one type'));
});
