import { formatE8 } from '@margrave/vocabulary';
import fc from 'fast-check';
import { readFeedFields } from './feed-fields.ts';
import { readNode } from './feed-node.ts';
import { readPrice, readTimeMs, type FeedRefusal } from './feed-value.ts';

describe('a price of the feed', () => {
  it.each<[unknown, bigint | null]>([
    ['1.08446', 108_446_000n],
    [1.08446, 108_446_000n],
    ['67200', 6_720_000_000_000n],
    [67_200, 6_720_000_000_000n],
    [0.1, 10_000_000n],
    ['0.00000001', 1n],
    [0.000001, 100n],
    [null, null],
    [undefined, null],
    [0, 0n],
  ])('%p is read exactly', (value, expected) => expect(readPrice(value)).toEqual({ ok: true, value: expected }));

  it.each<[unknown, FeedRefusal]>([
    ['NaN', 'not_a_decimal'],
    [Number.NaN, 'not_a_decimal'],
    ['Infinity', 'not_a_decimal'],
    [Number.POSITIVE_INFINITY, 'not_a_decimal'],
    ['1e400', 'exponent'],
    [1e-7, 'exponent'],
    [1e21, 'exponent'],
    ['1E5', 'exponent'],
    ['-1.08446', 'negative'],
    [-1.08446, 'negative'],
    ['-0', 'negative'],
    ['1.123456789', 'too_many_digits'],
    [0.1 + 0.2, 'too_many_digits'],
    ['9'.repeat(40), 'too_many_digits'],
    ['90000000000.00000001', 'too_many_digits'],
    ['0x10', 'not_a_decimal'],
    [' 1.1', 'not_a_decimal'],
    ['１', 'not_a_decimal'],
    ['1_000', 'not_a_decimal'],
    ['1,1', 'not_a_decimal'],
    ['', 'not_a_decimal'],
    [true, 'not_a_price'],
    [{}, 'not_a_price'],
    [['1.1'], 'not_a_price'],
  ])('%p is refused as %s', (value, reason) => expect(readPrice(value)).toEqual({ ok: false, refusal: reason }));

  it('as a number is what its writer wrote', () =>
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 12n), fc.integer({ min: 0, max: 6 }), (units, digits) => {
        const priceE8 = units * 10n ** BigInt(8 - digits);
        fc.pre(priceE8 <= 90_000_000_000n * 100_000_000n && (priceE8 === 0n || priceE8 >= 100n));
        expect(readPrice(Number(formatE8(priceE8)))).toEqual({ ok: true, value: priceE8 });
        expect(readPrice(formatE8(priceE8))).toEqual({ ok: true, value: priceE8 });
      }),
    ));
});

describe('a time of the feed', () => {
  it.each([1_767_607_200_123, '1767607200123'])('%p is epoch milliseconds', (value) =>
    expect(readTimeMs(value)).toEqual({ ok: true, value: 1_767_607_200_123 }),
  );
  it.each([1_767_607_200, 1_767_607_200_123_000, 1.5e12 + 0.5, '2026-01-05T10:00:00Z', true, {}, 'soon'])(
    '%p is refused',
    (value) => expect(readTimeMs(value)).toEqual({ ok: false, refusal: 'bad_time' }),
  );
  it('may be missing', () => expect(readTimeMs(null)).toEqual({ ok: true, value: undefined }));
});

describe('the node of a symbol', () => {
  const layout = { fields: { bid: 'o', ask: 'b' }, timeField: 't' };
  it('has the bid where the configuration says', () =>
    expect(readNode('EURUSD', { b: '1.2', o: 1.1, t: 1_767_607_200_123, x: {} }, layout, false)).toEqual({
      ok: true,
      value: { symbol: 'EURUSD', bidE8: 110_000_000n, askE8: 120_000_000n, timeMs: 1_767_607_200_123, snapshot: false },
    }));
  it('may have one side, or be deleted', () => {
    expect(readNode('EURUSD', { b: '1.2' }, layout, true)).toMatchObject({
      value: { bidE8: null, askE8: 120_000_000n, snapshot: true },
    });
    expect(readNode('EURUSD', null, layout, false)).toMatchObject({ value: { bidE8: null, askE8: null } });
  });
  it('is refused whole for one bad side, so that no quote mixes an old side with a new one', () =>
    expect(readNode('EURUSD', { b: '1.2', o: 'NaN' }, layout, false)).toEqual({
      ok: false,
      refusal: { uncheckedSymbol: 'EURUSD', reason: 'not_a_decimal' },
    }));
  it.each<[string, unknown, FeedRefusal]>([
    ['EURUSD', 5, 'not_a_node'],
    ['EUR.USD', {}, 'bad_symbol'],
    ['EUR\u200bUSD', {}, 'bad_symbol'],
    ['*', {}, 'bad_symbol'],
    ['EURUSD', { o: 1, b: 2, t: 'yesterday' }, 'bad_time'],
  ])('%p holding %p is refused as %s', (symbol, node, reason) =>
    expect(readNode(symbol, node, layout, false)).toEqual({ ok: false, refusal: { uncheckedSymbol: symbol, reason } }),
  );
  it('does not find sides in what every object inherits', () =>
    expect(
      readNode('EURUSD', {}, { fields: { bid: 'constructor', ask: 'toString' }, timeField: undefined }, false),
    ).toMatchObject({
      value: { bidE8: null, askE8: null },
    }));
});

describe('FEED_FIELDS', () => {
  it('names both sides', () =>
    expect(readFeedFields('{"bid":"o","ask":"b"}')).toEqual({ ok: true, value: { bid: 'o', ask: 'b' } }));
  it.each([
    '',
    '{',
    '{}',
    '[]',
    'null',
    '{"bid":"o"}',
    '{"bid":"o","ask":"o"}',
    '{"bid":"o","ask":"b","x":"y"}',
    '{"bid":1,"ask":"b"}',
    '{"bid":"a/b","ask":"b"}',
  ])('is refused when it is %p', (text) => expect(readFeedFields(text).ok).toBe(false));
});
